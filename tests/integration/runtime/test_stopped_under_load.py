"""SIGTERM while requests come: none fails, every event has its effect once, none is dead-lettered, exit is 0."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aio_pika
import httpx
import pytest

from servers.balancer import Backend, Balancer, balancing
from servers.desk_service.main import NOTES, TOKEN
from servers.desk_service.processes import DeskProcess, desk_process
from servers.rabbitmq import Broker, fresh_vhost
from servers.waiting import until

CALLERS = 6
GRACE_SECONDS = 25
"""The pod's 40 s without its pause, and with some to spare."""
DRAIN_SECONDS = "1"
ENOUGH_NOTES = 40
"""Accepted between two steps, so that each happens under load."""


@dataclass
class Load:
    """Callers that keep their connections and never send anything twice."""

    port: int
    accepted: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    async def call(self, caller: int) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"http://127.0.0.1:{self.port}/sales/v1/notes"
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            number = 0
            while True:
                text, number = f"{caller}-{number:05d}", number + 1
                # every fourth is under way for longer than the balancer needs to look
                body = {"texts": [text], "slow_seconds": 0.3 if number % 4 == 0 else 0.01}
                try:
                    answer = await client.post(url, json=body)
                    answer.raise_for_status()
                except httpx.HTTPError as error:
                    self.failures.append(f"{text}: {type(error).__name__} {error}")
                else:
                    self.accepted.append(text)

    async def more(self) -> None:
        """Return when the load has gone on."""
        aim = len(self.accepted) + ENOUGH_NOTES
        await until(lambda: len(self.accepted) >= aim or bool(self.failures))


@asynccontextmanager
async def load_on(balancer: Balancer) -> AsyncIterator[Load]:
    load = Load(balancer.port)
    calling = [asyncio.create_task(load.call(caller)) for caller in range(CALLERS)]
    try:
        yield load
    finally:
        for task in calling:
            task.cancel()
        await asyncio.gather(*calling, return_exceptions=True)


@pytest.fixture
def environment(database_url: str, amqp_broker: Broker, state_dir: Path) -> Iterator[dict[str, str]]:
    with fresh_vhost(amqp_broker) as amqp_url:
        given = {
            "SMENA_DATABASE_URL": database_url,
            "SMENA_AMQP_URL": amqp_url,
            "SMENA_DRAIN_SECONDS": DRAIN_SECONDS,
        }
        with desk_process("migrate", state_dir, **given) as migration:
            assert migration.process.wait(30) == 0, migration.log.read_text()
        yield given


async def test_no_request_fails_and_no_event_is_lost_while_processes_end(
    environment: dict[str, str], state_dir: Path
) -> None:
    with ExitStack() as processes:

        def start(command: str) -> DeskProcess:
            return processes.enter_context(desk_process(command, state_dir, **environment))

        old_serve, serve, old_work, work = start("serve"), start("serve"), start("work"), start("work")
        for each in (old_serve, serve, old_work, work):
            each.wait_ready()
        async with balancing([_backend(old_serve), _backend(serve)]) as balancer:
            await until(lambda: all(each.ready for each in balancer.backends))
            async with load_on(balancer) as load:
                for old in (old_serve, old_work):
                    await load.more()
                    assert await _stopped(old) == 0, old.log.read_text()
                await load.more()
                assert load.failures == []
            accepted = set(load.accepted)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            async with httpx.AsyncClient(headers=headers, timeout=30) as client:
                url = f"http://127.0.0.1:{balancer.port}/sales/v1/notes"

                async def done() -> list[str]:
                    found: list[str] = (await client.get(url)).json()["data"]
                    return found

                async def everything() -> bool:
                    return accepted <= set(await done())

                await until(everything, what="every accepted note has its effect")
                effects = await done()
                assert len(effects) == len(set(effects)), "an event had its effect twice"
    assert await _dead_letters(environment["SMENA_AMQP_URL"]) == 0


def _backend(desk: DeskProcess) -> Backend:
    return Backend(desk.http_port, desk.admin_port)


async def _stopped(desk: DeskProcess) -> int:
    desk.process.terminate()
    return await asyncio.to_thread(desk.process.wait, GRACE_SECONDS)


async def _dead_letters(amqp_url: str) -> int:
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(NOTES.dead_letter_queue, passive=True)
        return queue.declaration_result.message_count or 0
