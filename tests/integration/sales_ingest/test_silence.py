"""The silence alarm: raised once for each silence of a usually open register, ended when it reports again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from prometheus_client import REGISTRY

from integration.sales_ingest.shop import Shop
from sales_ingest.domain.calendar import DayMark
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.mark_day import mark_day
from sales_ingest.use_cases.watch_silence import watch_silence
from sales_ingest.workers.silence import silence_alarm
from smena.contracts.sales_events import REGISTER_SILENT, RegisterSilent
from unit.sales_ingest.till import Till, line

LAST_SALE_DAY = datetime(2026, 1, 31, tzinfo=UTC)
"""A Saturday; the shop sells from 9:00 to 18:00 in Minsk, Sundays too."""


class LookedOnceError(Exception):
    """Ends the loop after its first look."""


async def once() -> None:
    raise LookedOnceError


@pytest.fixture
def sold(shop: Shop) -> Till:
    """A week of days, the last one left open after a sale at 12:00."""
    till = Till()
    for n in range(7):
        day = LAST_SALE_DAY - timedelta(days=6 - n)
        till.at = till.opened_at = day.replace(hour=6)
        till.sale(line("1.00"))
        if n < 6:
            till.at = day.replace(hour=15)
            till.sale(line("1.00"))
            till.close()
    till.at = LAST_SALE_DAY.replace(hour=9)
    till.sale(line("1.00"))
    shop.cabinet.documents.extend(till.documents)
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], silence_after=timedelta(hours=4))
    return till


async def look(shop: Shop, now: datetime) -> set[str]:
    shop.clock.moment = now
    return await watch_silence(list(shop.registers.values()), open_work=shop.open_work, clock=shop.clock)


def told(shop: Shop) -> list[RegisterSilent]:
    rows = shop.rows("select body from sales_ingest.outbox where type = %s order by position", [REGISTER_SILENT])
    return [msgspec.convert(msgspec.json.decode(bytes(row[0]))["data"], RegisterSilent) for row in rows]


def silences(shop: Shop) -> list[tuple[bool]]:
    return shop.rows("select ended_at is not null from sales_ingest.register_silence order by raised_at")


async def test_a_silence_is_told_once_whoever_looks_and_ends_when_the_register_reports(shop: Shop, sold: Till) -> None:
    await shop.pull()
    assert await look(shop, LAST_SALE_DAY.replace(hour=12, minute=59)) == set()

    silent_at = LAST_SALE_DAY.replace(hour=13, minute=1)
    shop.clock.moment = silent_at
    await asyncio.gather(*(look(shop, silent_at) for _ in range(4)))
    assert await look(shop, silent_at + timedelta(hours=1)) == {"kassa-1"}
    (event,) = told(shop)
    assert (event.register, event.silent_since) == ("kassa-1", sold.documents[-1].at)

    sold.at = LAST_SALE_DAY.replace(hour=14)
    shop.cabinet.documents.append(sold.sale(line("1.00")))
    await shop.pull()
    assert await look(shop, LAST_SALE_DAY.replace(hour=14, minute=5)) == set()
    assert silences(shop) == [(True,)]

    assert await look(shop, LAST_SALE_DAY + timedelta(days=1, hours=12)) == {"kassa-1"}
    assert len(told(shop)) == 2
    assert silences(shop) == [(True,), (False,)]


async def test_the_night_and_a_marked_day_raise_no_alarm(shop: Shop, sold: Till) -> None:
    sold.at = LAST_SALE_DAY.replace(hour=15)
    shop.cabinet.documents.append(sold.sale(line("1.00")))
    await shop.pull()
    sunday = LAST_SALE_DAY + timedelta(days=1)
    assert await look(shop, sunday.replace(hour=5)) == set()

    decider = Decider("bookkeeper", "Учёт")
    register = shop.registers["kassa-1"]
    await mark_day(register, sunday.date(), DayMark.CLOSED, decider, open_work=shop.open_work, clock=shop.clock)
    assert await look(shop, sunday.replace(hour=16)) == set()
    await mark_day(register, sunday.date(), DayMark.WORKING, decider, open_work=shop.open_work, clock=shop.clock)
    assert await look(shop, sunday.replace(hour=16)) == {"kassa-1"}
    await mark_day(
        register, sunday.date(), DayMark.WITHOUT_REGISTER, decider, open_work=shop.open_work, clock=shop.clock
    )
    assert await look(shop, sunday.replace(hour=17)) == set()
    assert silences(shop) == [(True,)]


async def test_a_register_out_of_use_or_that_never_reported_raises_no_alarm(shop: Shop, sold: Till) -> None:
    assert await look(shop, LAST_SALE_DAY + timedelta(days=3)) == set()
    await shop.pull()
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], active_to=LAST_SALE_DAY.date())
    assert await look(shop, LAST_SALE_DAY + timedelta(days=3)) == set()

    assert told(shop) == []


async def test_silence_is_a_metric_of_every_process(shop: Shop, sold: Till) -> None:
    await shop.pull()
    shop.clock.moment = LAST_SALE_DAY.replace(hour=14)

    with pytest.raises(LookedOnceError):
        await silence_alarm(shop.registers, shop.open_work, shop.clock, once).run()

    assert REGISTRY.get_sample_value("smena_register_silent", {"register": "kassa-1"}) == 1


async def test_a_worker_that_slept_ends_no_silence_but_the_one_it_had_seen(shop: Shop) -> None:
    """Else the silence a peer has told of meanwhile would be told of twice."""
    first, second = LAST_SALE_DAY.replace(hour=9), LAST_SALE_DAY.replace(hour=12)
    async with shop.open_work() as work:
        await work.silences.start("kassa-1", first, first)
        await work.commit()
    async with shop.open_work() as slept:
        seen = (await slept.silences.standing(["kassa-1"]))["kassa-1"]
        async with shop.open_work() as peer:
            await peer.silences.end("kassa-1", seen.silent_since, second)
            assert await peer.silences.start("kassa-1", second, second)
            await peer.commit()
        await slept.silences.end("kassa-1", seen.silent_since, second)
        assert not await slept.silences.start("kassa-1", second, second)
        await slept.commit()

    assert silences(shop) == [(True,), (False,)]
