"""What happens by itself happens once, however many workers look."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.adapters.registry import MESSAGING, RUNS
from sales_ingest.adapters.schedule import LeasedTurn, PullSchedule
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import Assessment
from sales_ingest.ports.shifts import ShiftContents
from sales_ingest.ports.unit_of_work import SalesWork
from sales_ingest.use_cases.shift_content import ShiftContent, load_content
from sales_ingest.workers.schedules import auto_publish, auto_pull, due_at, nightly_reread
from smena.kinds.vat import VatRate
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


async def test_the_last_days_are_read_again_once_a_night_and_what_changed_late_makes_a_revision(shop: Shop) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], auto_pull="0 * * * *", reread_days=7)
    till = Till()
    sale = till.sale(line("4.10"))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    shop.clock.moment = datetime(2026, 1, 20, 0, 31, tzinfo=UTC)  # 03:31 in Minsk, five days later
    await shop.pull()
    await shop.publish()
    first = shop.rows("select body, sha256 from sales_ingest.shift_revision")
    schedule = PullSchedule(shop.database, RunStore(RUNS), "pull")
    loops = [nightly_reread(shop.registers, schedule, shop.clock, once) for _ in range(4)]

    await asyncio.gather(*(look(loop) for loop in loops))
    shop.clock.moment += timedelta(hours=20)
    await asyncio.gather(*(look(loop) for loop in loops))

    (payload,) = (row[0] for row in shop.rows("select payload from sales_ingest.run"))
    assert payload == {"registers": ["kassa-1"], "from": "2026-01-13", "to": "2026-01-20"}
    days = [date.fromisoformat(payload[end]) for end in ("from", "to")]
    written = shop.rows("select id, xmin::text from sales_ingest.receipt order by 1")
    assert (await shop.pull(*days))[0].counts.unchanged == 2
    assert shop.rows("select id, xmin::text from sales_ingest.receipt order by 1") == written

    shop.cabinet.documents[0] = replace(sale, lines=(replace(sale.lines[0], vat_rate=VatRate.TEN),), raw=b"{}")
    assert (await shop.pull(*days))[0].counts.changed == 1
    await shop.publish()

    assert shop.rows("select body, sha256 from sales_ingest.shift_revision where number = 1") == first
    assert [(one.revision, one.previous_revision) for one in shop.closed()] == [(1, None), (2, 1)]


async def test_a_register_read_by_hand_only_is_not_read_at_night(shop: Shop) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], reread_days=7)

    await look(nightly_reread(shop.registers, PullSchedule(shop.database, RunStore(RUNS), "pull"), shop.clock, once))

    assert shop.rows("select * from sales_ingest.run") == []


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


async def test_a_shift_that_breaks_its_publication_stops_no_other(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], auto_publish=True)
    till = Till()
    for _ in range(3):
        till.sale(line("4.10"))
        till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    ((broken,),) = shop.rows("select seq from sales_ingest.shift order by opened_at limit 1")

    async def breaking(work: SalesWork, shift: ShiftRecord, contents: ShiftContents, found: Assessment) -> ShiftContent:
        if shift.seq == broken:
            raise ZeroDivisionError
        return await load_content(work, shift, contents, found)

    monkeypatch.setattr("sales_ingest.use_cases.reassess_shift.load_content", breaking)
    turn = LeasedTurn(shop.database, Leases(MESSAGING), 60)
    await look(auto_publish(shop.registers, turn, shop.open_work, shop.clock, once))

    assert list(shop.states().values()) == ["ready", "published", "published"]
