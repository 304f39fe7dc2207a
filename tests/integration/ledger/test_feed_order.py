"""Positions are given once, in order, and seen in order, by however many processes and clients."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from integration.ledger.api import Api, api_of, with_people
from integration.ledger.conftest import Bench
from integration.ledger.fetching import FACTS, PULL, answer, entries, offer, offered
from ledger.use_cases import offer_documents as offer_module
from servers.waiting import until
from smena.contracts.ledger_events import DOCUMENT_POSTED, SHIFT_POSTED
from unit.ledger.making import line, payment, revision, shift_key


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench, with_people(erp=PULL)) as opened:
        yield opened


async def test_a_late_commit_is_never_passed_by_a_later_position(api: Api) -> None:
    """A transaction that has taken positions and sleeps holds back everybody who comes after it."""
    bench = api.bench
    await bench.publish(FACTS)
    await bench.publish(revision([line("milk", 1000, 100)], [payment("cash", 100)], shift=shift_key(18)))
    begun, go = asyncio.Event(), asyncio.Event()

    async def sleeper() -> None:
        async with bench.work() as work:
            await work.feed.lock("romashka")
            begun.set()
            await go.wait()
            await work.session.rollback()

    async def locked() -> bool:
        async with bench.database.session() as session:
            query = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
            return bool((await session.execute(query)).scalar_one())

    sleeping = asyncio.create_task(sleeper())
    await begun.wait()
    others = [asyncio.create_task(offer(api)) for _ in range(3)]
    await until(locked)
    assert await entries(api) == []
    go.set()
    await asyncio.gather(sleeping, *others)

    assert [one["position"] for one in await entries(api)] == [1, 2, 3, 4, 5]


class Died(BaseException):
    """What a process does at a fail-point: nothing after it runs."""


async def test_who_dies_before_the_commit_gives_no_position_and_leaves_no_gap(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.bench.publish(FACTS)

    def die(name: str) -> None:
        raise Died(name)

    with monkeypatch.context() as patched:
        patched.setattr(offer_module, "reach", die)
        with pytest.raises(Died, match=r"offer\.before-commit"):
            await offer(api)
    assert (await entries(api), await api.bench.states()) == ([], ["planned"] * 3)

    await offer(api)
    assert [one["position"] for one in await entries(api)] == [1, 2, 3]


async def test_the_same_answers_from_four_clients_at_once_are_stored_once(api: Api) -> None:
    await offered(api)
    answers = [{"position": n, "ref": f"ref-{n}"} for n in (1, 2, 3)]

    done = await asyncio.gather(*(answer(api, *answers[::order]) for order in (1, -1, 1, -1)))

    statuses = sorted(one["status"] for answered in done for one in answered["data"])
    assert statuses == ["accepted"] * 3 + ["unchanged"] * 9
    assert len(await api.bench.said(DOCUMENT_POSTED)) == 3
    assert len(await api.bench.said(SHIFT_POSTED)) == 1


async def test_a_reader_that_follows_writers_misses_nothing(api: Api) -> None:
    """Four processes offer while shifts come and one client reads by ``after`` alone: it sees every position once."""
    seen: list[int] = []
    shifts = 12

    async def write(worker: int) -> None:
        for n in range(worker, shifts, 4):
            facts = revision([line("milk", 1000, 100 + n)], [payment("cash", 100 + n)], shift=shift_key(n))
            await api.bench.publish(facts)
            await offer(api)

    async def read() -> None:
        while len(seen) < 2 * shifts:
            found = await entries(api, after=seen[-1] if seen else 0, limit=3)
            seen.extend(one["position"] for one in found)

    async with asyncio.timeout(30):
        await asyncio.gather(read(), *(write(n) for n in range(4)))

    assert seen == list(range(1, 2 * shifts + 1))


async def test_the_loop_offers_what_comes_without_being_asked(api: Api) -> None:
    running = asyncio.ensure_future(api.loop("offer romashka").run())
    await api.bench.publish(FACTS)

    async def there() -> bool:
        return len(await entries(api)) == 3

    await until(there)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [UUID(one["document"]["id"]) for one in await entries(api)] == [one.id for one in await api.bench.stored()]
