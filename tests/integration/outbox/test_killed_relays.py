"""A1 and A2: relays killed at every point, as real processes on a real broker, lose nothing."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from integration.messaging.buses import bus, drained
from servers.messages import Desk, Note, numbered, subscription
from servers.waiting import until
from smena.contracts.envelope import decode
from smena.outbox.claims import TURN_ROWS

TESTS = Path(__file__).parents[2]
ROUNDS = 50
ROWS = 6
POINTS = (
    "desk.before-commit",
    "desk.after-commit",
    "relay.before-publish",
    "relay.after-publish",
    "relay.before-mark-commit",
    "relay.after-mark-commit",
)
QUEUE = subscription().queue


async def relay_process(
    desk: Desk, amqp_url: str, prefix: str, count: int, failpoint: str = ""
) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "SMENA_FAILPOINT": failpoint}
    arguments = ["-m", "integration.outbox.relay_process", desk.database.url, amqp_url, prefix, str(count)]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment)


@pytest.mark.timeout(300)
async def test_a1_killed_fifty_times_at_six_points_every_committed_event_reaches_the_queue(
    desk: Desk, amqp_vhost_url: str
) -> None:
    """Rows committed = distinct events in the queue; duplicates are allowed and there are few."""
    seed = random.randrange(1_000_000)
    choose = random.Random(seed)
    died = 0
    for number in range(ROUNDS):
        point = f"{POINTS[number % len(POINTS)]}:{choose.randint(1, 3)}"
        process = await relay_process(desk, amqp_vhost_url, f"{number:02d}-", ROWS, point)
        died += await process.wait() == -signal.SIGKILL
    assert await (await relay_process(desk, amqp_vhost_url, "", 0)).wait() == 0

    delivered = [decode(body).id for body in await drained(amqp_vhost_url, QUEUE)]
    async with desk.database.session() as session:
        committed = set((await session.execute(select(desk.tables.outbox.c.id))).scalars())
    assert died > ROUNDS // 2, f"seed {seed}"
    assert set(delivered) == committed, f"seed {seed}"
    assert len(delivered) - len(committed) <= died * ROWS, f"seed {seed}"


async def test_a2_four_relays_and_one_killed_lose_nothing_and_keep_the_order(desk: Desk, amqp_vhost_url: str) -> None:
    """The first copies of all events stand in the order they were written in."""
    texts = list(numbered(2000))
    async with bus(amqp_vhost_url, desk):
        pass
    await desk.send(*texts)
    doomed = await relay_process(desk, amqp_vhost_url, "", 0, "relay.after-publish:3")
    others = [await relay_process(desk, amqp_vhost_url, "", 0) for _ in range(3)]
    await until(lambda: _all_sent(desk), seconds=60)
    for process in (doomed, *others):
        assert await process.wait() in {0, -signal.SIGKILL}

    arrived = [msgspec.json.decode(decode(body).data, type=Note).text for body in await drained(amqp_vhost_url, QUEUE)]
    assert list(dict.fromkeys(arrived)) == texts
    assert len(arrived) - len(texts) <= TURN_ROWS


async def _all_sent(desk: Desk) -> bool:
    return await desk.unsent() == 0
