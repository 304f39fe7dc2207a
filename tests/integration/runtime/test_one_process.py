"""`up` on embedded defaults: no PostgreSQL and no RabbitMQ of one's own."""

import asyncio
from pathlib import Path

import httpx
import psutil

from servers.desk_service.processes import DeskProcess, desk_process
from servers.waiting import until
from smena.db.embedded import DATA_FOLDER


async def test_a_note_posted_has_its_effect_and_the_process_ends_cleanly(state_dir: Path) -> None:
    with desk_process("up", state_dir) as desk:
        desk.wait_ready()
        with desk.client() as client:
            assert client.post("/notes", json={"texts": ["a", "b"]}).json() == {"accepted": 2}
            await until(lambda: _notes(client) == ["a", "b"])
        postmaster = _postmaster(state_dir)

        assert desk.terminate() == 0
    assert not _lives(postmaster)


async def test_a_killed_process_leaves_its_database_to_the_next_start(state_dir: Path) -> None:
    """The server outlives the kill, is taken over, and stops with the process that took it over."""
    with desk_process("up", state_dir) as desk:
        desk.wait_ready()
        with desk.client() as client:
            client.post("/notes", json={"texts": ["kept"]}).raise_for_status()
        desk.kill()
    postmaster = _postmaster(state_dir)
    assert _lives(postmaster)

    with desk_process("up", state_dir) as desk:
        desk.wait_ready()
        assert _postmaster(state_dir) == postmaster
        with desk.client() as client:
            await until(lambda: _notes(client) == ["kept"])
        assert desk.terminate() == 0
    assert not _lives(postmaster)


def test_metrics_health_and_readiness_are_on_the_admin_port_only(state_dir: Path) -> None:
    with desk_process("up", state_dir) as desk:
        desk.wait_ready()
        admin = f"http://127.0.0.1:{desk.admin_port}"

        assert httpx.get(f"{admin}/healthz").json() == {"status": "alive"}
        assert "smena_outbox_unsent" in httpx.get(f"{admin}/metrics").text
        for path in ("/metrics", "/healthz", "/readyz"):
            assert httpx.get(f"http://127.0.0.1:{desk.http_port}{path}").status_code in {401, 404}


def test_a_taken_port_is_named_with_its_setting(state_dir: Path) -> None:
    with desk_process("up", state_dir) as first:
        first.wait_ready()
        with desk_process("up", state_dir, SMENA_ADMIN_PORT=str(first.admin_port)) as second:
            assert second.process.wait(30) != 0
            assert "SMENA_ADMIN_PORT" in second.log.read_text()


async def test_a_request_under_way_is_answered_while_the_process_stops(state_dir: Path) -> None:
    with desk_process("up", state_dir) as desk:
        desk.wait_ready()
        async with httpx.AsyncClient(timeout=30) as client:
            answer = asyncio.create_task(_slow_note(client, desk))
            await until(lambda: _connections(desk) > 0)
            desk.process.terminate()
            assert (await answer).json() == {"accepted": 1}
        assert await asyncio.to_thread(desk.process.wait, 30) == 0


def test_workers_alone_without_a_bus_are_refused_with_the_setting_to_give(state_dir: Path, database_url: str) -> None:
    with desk_process("work", state_dir, SMENA_DATABASE_URL=database_url) as desk:
        assert desk.process.wait(30) != 0
        assert "SMENA_AMQP_URL" in desk.log.read_text()


def _lives(pid: int) -> bool:
    """A server whose parent is gone may stay in the process table until it is reaped."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _notes(client: httpx.Client) -> list[str]:
    return sorted(client.get("/notes").json()["data"])


def _postmaster(state_dir: Path) -> int:
    return int((state_dir / "state" / DATA_FOLDER / "postmaster.pid").read_text().splitlines()[0])


def _connections(desk: DeskProcess) -> int:
    connections = psutil.Process(desk.process.pid).net_connections("tcp")
    return sum(each.status == "ESTABLISHED" and each.laddr.port == desk.http_port for each in connections)


async def _slow_note(client: httpx.AsyncClient, desk: DeskProcess) -> httpx.Response:
    with desk.client() as plain:
        url, headers = plain.base_url, dict(plain.headers)
    return await client.post(f"{url}notes", headers=headers, json={"texts": ["slow"], "slow_seconds": 2})
