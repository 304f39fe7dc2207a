"""A worker that slept through its lease cannot write any more."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from servers.messages import Desk
from servers.waiting import until
from smena.leases.leases import Fence, LeaseLostError, Leases


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url)
    await desk.create()
    yield desk
    await desk.close()


async def take(desk: Desk, owner: str, seconds: float = 60) -> Fence | None:
    async with desk.work() as work:
        fence = await Leases(desk.tables).take(work.session, "delivery", owner, seconds)
        await work.commit()
        return fence


async def test_one_owner_at_a_time_and_the_token_grows_at_every_take(desk: Desk) -> None:
    first = await take(desk, "a")
    assert first is not None
    assert await take(desk, "b") is None

    again = await take(desk, "a")
    assert again is not None
    assert again.token == first.token + 1


async def test_an_expired_lease_is_taken_and_its_old_owner_can_neither_write_nor_renew(desk: Desk) -> None:
    leases = Leases(desk.tables)
    sleeper = await take(desk, "a", seconds=0.05)
    assert sleeper is not None
    taken: list[Fence] = []

    async def taken_over() -> bool:
        fence = await take(desk, "b")
        taken.extend([fence] if fence else [])
        return bool(taken)

    await until(taken_over)
    async with desk.work() as work:
        with pytest.raises(LeaseLostError):
            await leases.hold(work.session, sleeper)
    async with desk.work() as work:
        with pytest.raises(LeaseLostError):
            await leases.renew(work.session, sleeper, 60)
    async with desk.work() as work:
        await leases.release(work.session, sleeper)
        await leases.hold(work.session, taken[0])
        await work.commit()


async def test_nobody_takes_a_lease_between_its_proof_and_the_commit(desk: Desk) -> None:
    """The proof locks the row: a taker waits, and the write it stands for is in before."""
    fence = await take(desk, "a", seconds=0.05)
    assert fence is not None
    order: list[str] = []

    async def rival() -> None:
        while await take(desk, "b") is None:
            order.append("refused")
        order.append("taken")

    async with desk.work() as work:
        await Leases(desk.tables).hold(work.session, fence)
        running = asyncio.create_task(rival())
        await until(lambda: _waits_for_a_lock(desk))
        order.append("written")
        await work.commit()
    await running
    assert order.index("written") < order.index("taken")


async def test_a_released_lease_is_free_at_once(desk: Desk) -> None:
    fence = await take(desk, "a")
    assert fence is not None
    async with desk.work() as work:
        await Leases(desk.tables).release(work.session, fence)
        await work.commit()

    assert await take(desk, "b") is not None


async def test_of_many_takers_at_once_one_wins(desk: Desk) -> None:
    fences = await asyncio.gather(*(take(desk, f"worker-{number}") for number in range(8)))

    assert len([fence for fence in fences if fence is not None]) == 1


async def _waits_for_a_lock(desk: Desk) -> bool:
    from sqlalchemy import text

    async with desk.database.session() as session:
        found = await session.execute(
            text(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
            )
        )
        return int(found.scalar_one()) > 0
