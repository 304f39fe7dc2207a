"""What happens by itself happens once, however many workers look."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.adapters.registry import MESSAGING, RUNS
from sales_ingest.adapters.schedule import LeasedTurn, PullSchedule
from sales_ingest.workers.schedules import auto_publish, auto_pull, due_at
from smena.leases.leases import Leases
from smena.runs.store import RunStore
from unit.sales_ingest.till import Till, line, setup


class LookedOnceError(Exception):
    """Ends a loop after its first look."""


async def once() -> None:
    raise LookedOnceError


async def look(loop: object) -> None:
    with pytest.raises(LookedOnceError):
        await loop.run()  # type: ignore[attr-defined]


def test_a_cron_is_read_in_the_organisations_time_zone() -> None:
    now = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)  # 09:30 in Minsk

    assert due_at("0 9 * * *", setup(), now).astimezone(UTC) == datetime(2026, 1, 15, 6, tzinfo=UTC)
    assert due_at("30 9 * * *", setup(), now).astimezone(UTC) == now


async def test_several_workers_start_a_registers_pull_once_for_each_time(shop: Shop) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], auto_pull="*/10 * * * *")
    loops = [
        auto_pull(shop.registers, PullSchedule(shop.database, RunStore(RUNS), "pull"), shop.clock, once)
        for _ in range(4)
    ]
    runs = "select payload from sales_ingest.run order by created_at"

    await asyncio.gather(*(look(loop) for loop in loops))
    assert [row[0] for row in shop.rows(runs)] == [{"registers": ["kassa-1"], "from": "2026-03-01", "to": "2026-03-01"}]
    shop.clock.moment += timedelta(minutes=10)
    await asyncio.gather(*(look(loop) for loop in loops))

    assert len(shop.rows(runs)) == 2


@pytest.mark.parametrize("wanted", [True, False])
async def test_ready_shifts_are_published_by_themselves_only_where_the_register_says_so(
    shop: Shop, wanted: bool
) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], auto_publish=wanted)
    till = Till()
    till.sale(line("4.10"))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    loops = [
        auto_publish(shop.registers, LeasedTurn(shop.database, Leases(MESSAGING), 60), shop.open_work, shop.clock, once)
        for _ in range(3)
    ]

    await asyncio.gather(*(look(loop) for loop in loops))

    assert len(shop.closed()) == int(wanted)
