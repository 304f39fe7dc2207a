"""The budget of a cabinet holds over all processes of sales-ingest together."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import psycopg
import pytest

from sales_ingest.adapters.cabinet_budget import CabinetBudgets, PeersBudget
from sales_ingest.main import SERVICE
from smena.db.migrate import migrate
from smena.outside.budget import Budget

BASE = "https://cabinet.example"
PROCESSES = 3
HOLDS_ONE_SLOT = """
import asyncio, sys
from sales_ingest.adapters.cabinet_budget import CabinetBudgets
async def hold():
    async with CabinetBudgets(sys.argv[1]).of(sys.argv[2], 500, 1).turn():
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@pytest.fixture
async def url(database_url: str) -> str:
    await migrate(SERVICE, database_url)
    return database_url


@pytest.fixture
async def sessions(url: str) -> AsyncIterator[list[CabinetBudgets]]:
    opened = [CabinetBudgets(url) for _ in range(PROCESSES)]
    yield opened
    for one in opened:
        await one.close()


def peers(sessions: list[CabinetBudgets], requests_per_second: float, concurrency: int) -> list[PeersBudget]:
    """As several processes have them: each with a session and an inner budget of its own."""
    return [
        PeersBudget(one, BASE, requests_per_second, concurrency, Budget(requests_per_second, concurrency))
        for one in sessions
    ]


async def test_no_more_requests_at_once_than_the_budget_allows_whoever_sends_them(
    sessions: list[CabinetBudgets],
) -> None:
    running = most = 0

    async def ask(budget: PeersBudget) -> None:
        nonlocal running, most
        async with budget.turn():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

    async with asyncio.timeout(30):
        await asyncio.gather(*(ask(one) for one in peers(sessions, 1_000, 2) * 6))

    assert most == 2


async def test_all_processes_together_keep_the_pace(
    sessions: list[CabinetBudgets],
) -> None:
    loop = asyncio.get_running_loop()
    sent: list[float] = []

    async def ask(budget: PeersBudget) -> None:
        async with budget.turn():
            sent.append(loop.time())

    async with asyncio.timeout(30):
        await asyncio.gather(*(ask(one) for one in peers(sessions, 20, 8) * 10))

    assert len(sent) == 30
    assert max(sum(first <= one < first + 1 for one in sent) for first in sent) == 20


async def test_what_a_cabinet_asks_of_one_process_all_processes_honour(sessions: list[CabinetBudgets]) -> None:
    first, *others = peers(sessions, 500, 8)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await first.rest(0.5)

    for one in others:
        async with one.turn():
            assert loop.time() - began >= 0.45


async def test_a_killed_process_gives_its_slot_back(url: str, sessions: list[CabinetBudgets]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDS_ONE_SLOT, url, BASE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    budget = peers(sessions, 500, 1)[0]

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), budget.turn():
            pass
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()

    async with asyncio.timeout(10), budget.turn():
        pass


async def test_a_waiter_that_gives_up_leaves_no_slot_taken(url: str, sessions: list[CabinetBudgets]) -> None:
    first, second, third = peers(sessions, 500, 1)
    async with first.turn():
        for _ in range(20):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.005), second.turn():
                    pass

    async with asyncio.timeout(10), third.turn():
        pass
    with psycopg.connect(url) as connection:
        (left,) = connection.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() or (None,)
    assert left == 0


async def test_a_request_that_was_long_on_its_way_is_followed_no_sooner(sessions: list[CabinetBudgets]) -> None:
    """The other side counts what arrives: the next one leaves a whole window after the end of this one."""
    first, second, _ = peers(sessions, 2, 2)
    loop = asyncio.get_running_loop()
    async with first.turn(), second.turn():
        pass
    ended = loop.time()

    async with asyncio.timeout(10), second.turn():
        assert loop.time() - ended >= 1.0


async def test_what_a_killed_process_held_is_free_after_a_while(
    url: str, sessions: list[CabinetBudgets], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales_ingest.adapters.cabinet_budget.HOLD_SECONDS", 0.2)
    first, second, _ = peers(sessions, 1, 1)
    await first._take_permit()
    await sessions[0].close()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), second.turn():
            pass
    async with asyncio.timeout(10), second.turn():
        pass
