"""Several workers on one register: a run in other hands stores nothing, and repeated receipts are stored once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from integration.sales_ingest.repeating_cabinet import RepeatingCabinet
from integration.sales_ingest.shop import Shop
from sales_ingest.adapters.registry import RUNS
from sales_ingest.adapters.unit_of_work import held_work
from sales_ingest.use_cases import store_page
from sales_ingest.workers.runs import handlers
from smena.runs.context import RunContext
from smena.runs.run import Run
from smena.runs.store import RunLostError, RunStore
from unit.sales_ingest.till import NUMBER, Till, line

LEASE_SECONDS = 60.0
RECEIPTS = 40


def forty_sales() -> Till:
    till = Till()
    for _ in range(RECEIPTS):
        till.sale(line("4.10"), line("0.99"))
    till.close()
    return till


async def test_receipts_served_three_times_on_overlapping_pages_to_three_workers_are_stored_once(shop: Shop) -> None:
    till = forty_sales()
    shop.cabinet = RepeatingCabinet(registers=[NUMBER], documents=till.documents)

    pulled = await asyncio.gather(*(shop.pull() for _ in range(3)))

    assert min(one[0].counts.read for one in pulled) >= 3 * RECEIPTS
    assert sum(one[0].counts.new for one in pulled) == RECEIPTS + 1
    assert sum(one[0].counts.changed for one in pulled) == 0
    stored = [row[0] for row in shop.rows("select fiscal_id from sales_ingest.receipt order by number")]
    assert stored == [one.fiscal_id for one in till.documents]
    assert shop.rows("select count(*) from sales_ingest.receipt_line") == [(2 * RECEIPTS,)]


class Runs:
    """The runs of the shop as two workers see them."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._store = RunStore(RUNS)

    async def queue(self) -> UUID:
        payload = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}
        async with self._shop.database.session() as session:
            run = await self._store.create(session, kind="pull", payload=payload, organization="romashka")
            await session.commit()
        return run.id

    async def take(self, owner: str) -> Run:
        async with self._shop.database.session() as session:
            run = await self._store.take(session, ["pull"], owner, LEASE_SECONDS)
            await session.commit()
        assert run is not None
        return run

    async def expire(self) -> None:
        async with self._shop.database.session() as session:
            await session.execute(RUNS.update().values(locked_until=RUNS.c.locked_until - timedelta(hours=1)))
            await session.commit()

    async def work(self, run: Run) -> dict[str, Any]:
        shop = self._shop
        open_held = held_work(shop.database, shop.clock)
        pull = handlers(shop.registers, lambda _: shop.cabinet, open_held, shop.clock)["pull"]
        return await pull(RunContext(run, shop.database, self._store, shop.clock))


async def test_a_paused_worker_that_wakes_after_its_run_was_taken_over_stores_no_row_and_no_cursor(shop: Shop) -> None:
    shop.cabinet.documents.extend(forty_sales().documents)
    runs = Runs(shop)
    run = await runs.queue()
    paused = await runs.take("paused")
    await runs.expire()
    peer = await runs.take("peer")
    before = shop.rows("select count(*) from sales_ingest.pull_cursor")

    with pytest.raises(RunLostError):
        await runs.work(paused)

    assert shop.rows("select count(*) from sales_ingest.receipt") == [(0,)]
    assert shop.rows("select count(*) from sales_ingest.pull_cursor") == before == [(0,)]
    assert (await runs.work(peer))["new"] == RECEIPTS + 1
    assert shop.rows("select done from sales_ingest.pull_cursor where run_id = %s", [run]) == [(True,)]


async def test_a_worker_whose_run_is_taken_between_two_pages_stores_nothing_of_the_second(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.cabinet.documents.extend(forty_sales().documents)
    runs = Runs(shop)
    await runs.queue()
    slow = await runs.take("slow")
    committed: list[str] = []

    def note(point: str) -> None:
        committed.append(point)
        if committed.count("pull.after-commit") == 3 and point == "pull.after-commit":
            raise _PauseHereError

    with monkeypatch.context() as patched:
        patched.setattr(store_page, "reach", note)
        with pytest.raises(_PauseHereError):
            await runs.work(slow)
    (reached,) = shop.rows("select read_until from sales_ingest.pull_cursor")
    await runs.expire()
    await runs.take("peer")

    with pytest.raises(RunLostError):
        await runs.work(slow)

    assert shop.rows("select read_until from sales_ingest.pull_cursor") == [reached]


class _PauseHereError(Exception):
    """The worker sleeps here."""
