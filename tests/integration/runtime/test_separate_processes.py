"""`serve` and `work` as processes of their own on RabbitMQ and PostgreSQL."""

import subprocess
from pathlib import Path

import httpx
import pytest

from servers.desk_service.processes import DeskProcess, desk_process
from servers.rabbitmq import RabbitNode
from servers.waiting import until


@pytest.fixture
def environment(database_url: str, rabbit_node: RabbitNode, state_dir: Path) -> dict[str, str]:
    given = {"SMENA_DATABASE_URL": database_url, "SMENA_AMQP_URL": rabbit_node.add_vhost(state_dir.name)}
    with desk_process("migrate", state_dir, **given) as migration:
        assert migration.process.wait(30) == 0, migration.log.read_text()
    return given


async def test_a_note_travels_from_serve_through_the_bus_to_work(environment: dict[str, str], state_dir: Path) -> None:
    with (
        desk_process("serve", state_dir, **environment) as serve,
        desk_process("work", state_dir, **environment) as work,
    ):
        serve.wait_ready()
        work.wait_ready()
        assert work.ready() == {"database sales-ingest": True, "bus": True, "not-stopping": True}
        assert "bus" not in (serve.ready() or {})
        with serve.client() as client:
            client.post("/notes", json={"texts": ["far"]}).raise_for_status()
            await until(lambda: _notes(client) == ["far"])
        with work.client() as nobody, pytest.raises(httpx.ConnectError):
            _notes(nobody)
        assert serve.terminate() == 0
        assert work.terminate() == 0


async def test_while_the_broker_is_down_notes_are_accepted_and_arrive_after_it_is_back(
    environment: dict[str, str], rabbit_node: RabbitNode, state_dir: Path
) -> None:
    with (
        desk_process("serve", state_dir, **environment) as serve,
        desk_process("work", state_dir, **environment) as work,
    ):
        serve.wait_ready()
        work.wait_ready()
        rabbit_node.kill()
        await until(lambda: (work.ready() or {}).get("bus") is False)
        with serve.client() as client:
            client.post("/notes", json={"texts": ["a", "b", "c"]}).raise_for_status()
            assert all((serve.ready() or {}).values())

            rabbit_node.restart()
            await until(lambda: _notes(client) == ["a", "b", "c"], seconds=60)
        work.wait_ready()


async def test_an_idle_process_stops_in_far_less_than_its_grace_period_with_the_broker_frozen(
    environment: dict[str, str], rabbit_node: RabbitNode, state_dir: Path
) -> None:
    with desk_process("work", state_dir, **environment) as work:
        work.wait_ready()
        rabbit_node.freeze()
        try:
            work.process.terminate()
            assert work.process.wait(20) == 0
        except subprocess.TimeoutExpired:
            pytest.fail(work.log.read_text())
        finally:
            rabbit_node.thaw()


@pytest.mark.parametrize(
    "point",
    [
        "desk.before-effect",
        "desk.after-effect:2",
        "relay.before-publish",
        "relay.after-publish",
        "relay.before-mark-commit",
        "relay.after-mark-commit",
    ],
)
async def test_a_worker_killed_at_any_point_loses_nothing_and_does_nothing_twice(
    environment: dict[str, str], state_dir: Path, point: str
) -> None:
    texts = [f"{number:02d}" for number in range(20)]
    with desk_process("serve", state_dir, **environment) as serve, serve.client() as client:
        serve.wait_ready()
        with desk_process("work", state_dir, SMENA_FAILPOINT=point, **environment) as doomed:
            doomed.wait_ready()
            client.post("/notes", json={"texts": texts}).raise_for_status()
            await until(lambda: _died(doomed))
        with desk_process("work", state_dir, **environment) as work:
            work.wait_ready()
            await until(lambda: len(_notes(client)) >= len(texts))
        assert _notes(client) == texts


def _died(desk: DeskProcess) -> bool:
    return desk.process.poll() == -9


def _notes(client: httpx.Client) -> list[str]:
    return sorted(client.get("/notes").json()["data"])
