"""The calendar over a real store: today, what was read and what was not, and shifts that may reach another day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.domain.books import DocumentsRules
from sales_ingest.domain.calendar import DayMark
from sales_ingest.use_cases.correct_payments import correct_payments
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.keep_standings import keep_standing
from sales_ingest.use_cases.mark_day import mark_day
from sales_ingest.use_cases.read_calendar import read_calendar
from smena.contracts.ledger_events import DocumentInTheWay, ShiftStandingChanged
from smena.db.database import raw_connection
from unit.sales_ingest.till import Till, line

DAY = date(2026, 1, 15)


async def answer(shop: Shop, day: date = DAY) -> tuple[str, str, list[str]]:
    key = ("kassa-1", day)
    found = await read_calendar([key], shop.registers, now=shop.clock.now(), open_work=shop.open_work)
    one = found[key].assessment
    return one.state.value, one.answer.value, [reason.code for reason in one.reasons]


async def sold(shop: Shop, till: Till) -> None:
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    await shop.publish()


async def test_today_is_not_final_before_the_cut_off_though_everything_is_published(shop: Shop) -> None:
    """The day ends at 06:00 in Minsk: a shift may still be opened, or close before the cut-off."""
    till = Till()
    till.sale(line("4.10"))
    till.close()
    shop.clock.moment = datetime(2026, 1, 16, 2, 59, tzinfo=UTC)
    await sold(shop, till)
    assert await answer(shop) == ("waiting", "open", ["day-not-over"])

    shop.clock.moment = datetime(2026, 1, 16, 3, tzinfo=UTC)
    assert await answer(shop) == ("waiting", "open", ["not-read"])
    await shop.pull()

    assert await answer(shop) == ("final", "final", ["all-published"])


async def test_where_the_organisation_lives_decides_when_its_day_is_over(shop: Shop) -> None:
    rule = replace(shop.registers["kassa-1"].date_rule, timezone=ZoneInfo("Pacific/Auckland"))
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], date_rule=rule)
    shop.clock.moment = datetime(2026, 1, 15, 17, 30, tzinfo=UTC)  # 06:30 of the 16th in Auckland
    await shop.pull()

    assert await answer(shop) == ("without-sales", "final", ["no-shift"])
    assert await answer(shop, DAY + timedelta(days=1)) == ("waiting", "open", ["day-not-over"])


async def test_a_day_outside_of_what_was_read_is_not_final(shop: Shop) -> None:
    await shop.pull(DAY, DAY)

    assert (await answer(shop))[1] == "final"
    assert await answer(shop, DAY + timedelta(days=5)) == ("waiting", "open", ["not-read"])
    assert await answer(shop, DAY - timedelta(days=5)) == ("waiting", "open", ["not-read"])


async def test_a_period_read_apart_from_the_rest_counts_as_read(shop: Shop) -> None:
    """The register's cursor is one stretch; the run of a pull apart from it says what it read."""
    run = UUID(int=5)
    await shop.pull(DAY, DAY)
    later = date(2026, 2, 10)
    await shop.pull(later, later, run=run)
    assert (await answer(shop, later))[1] == "open"
    async with shop.database.session() as session:
        raw = await raw_connection(session)
        await raw.execute(
            """insert into sales_ingest.run (id, kind, organization, payload)
            values (%s, 'pull', 'romashka', '{"registers": ["kassa-1"], "from": "2026-02-10", "to": "2026-02-10"}')""",
            [run],
        )
        await session.commit()

    assert await answer(shop, later) == ("without-sales", "final", ["no-shift"])
    assert (await answer(shop, later - timedelta(days=1)))[1] == "open"
    assert (await answer(shop, later + timedelta(days=3)))[1] == "open"


async def test_a_shift_left_open_keeps_every_day_open_until_the_next_one_was_opened(shop: Shop) -> None:
    """Longer than 24 hours: by the rule ``closed-at`` it belongs to the day it closes on."""
    till = Till()
    till.sale(line("4.10"))
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    for day in (DAY + timedelta(days=1), DAY + timedelta(days=3)):
        assert await answer(shop, day) == ("waiting", "open", ["earlier-shift-open"])
    assert await answer(shop) == ("waiting", "open", ["shift-open"])

    till.at = datetime(2026, 1, 17, 9, tzinfo=UTC)
    shop.cabinet.documents.append(till.close())
    await sold(shop, Till())

    assert await answer(shop) == ("without-sales", "final", ["no-shift"])
    assert await answer(shop, date(2026, 1, 17)) == ("final", "final", ["all-published"])


async def test_a_corrected_payment_makes_a_final_day_wait_for_its_revision(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.close()
    await sold(shop, till)
    (receipt,) = shop.rows("select id from sales_ingest.receipt where kind = 'sale'")[0]
    assert (await answer(shop))[1] == "final"

    await correct_payments(
        receipt,
        shop.registers["kassa-1"],
        {"card": 410},
        Decider("bookkeeper", "Платили картой"),
        open_work=shop.open_work,
        clock=shop.clock,
    )
    assert await answer(shop) == ("waiting", "incomplete", ["not-published"])
    await shop.publish()

    assert (await answer(shop))[1] == "final"
    assert [[(one.kind, one.amount) for one in event.payments] for event in shop.closed()] == [
        [("cash", "4.10")],
        [("card", "4.10")],
    ]


async def test_the_last_word_on_a_day_counts_though_all_were_said_in_one_instant(shop: Shop) -> None:
    register, decider = shop.registers["kassa-1"], Decider("bookkeeper", "Учёт")
    words = [DayMark.CLOSED, DayMark.WITHOUT_REGISTER, DayMark.WORKING, DayMark.CLOSED, DayMark.WITHOUT_REGISTER]

    shown = [await mark_day(register, DAY, word, decider, open_work=shop.open_work, clock=shop.clock) for word in words]

    assert [one.decision.mark for one in shown if one.decision] == words
    assert shop.rows("select count(*) from sales_ingest.day_decision") == [(5,)]


async def test_a_day_is_final_by_the_ledgers_highest_word_in_whatever_order_and_however_often_it_comes(
    shop: Shop,
) -> None:
    shop.registers["kassa-1"] = replace(shop.registers["kassa-1"], documents=DocumentsRules("post"))
    till = Till()
    till.sale(line("4.10"))
    till.close()
    await sold(shop, till)
    ((shift,),) = shop.rows("select id from sales_ingest.shift")
    assert await answer(shop) == ("waiting", "open", ["not-in-books"])
    refused = DocumentInTheWay(id=str(UUID(int=3)), kind="retail-report", state="rejected", reason="Период закрыт")
    words = [
        ShiftStandingChanged(
            organization="romashka",
            register="kassa-1",
            shift=str(shift),
            number=number,
            revision=1,
            state=state,
            documents=[refused] if state == "stopped" else [],
        )
        for number, state in ((1, "waiting"), (2, "stopped"), (3, "posted"))
    ]
    expected = {1: ["documents-under-way"], 2: ["documents-stopped"], 3: ["all-posted"]}
    for order in permutations(words):
        shop.execute("delete from sales_ingest.shift_standing")
        highest = 0
        for word in order:
            event = uuid4()
            for _ in range(2):
                await keep_standing(event, shop.clock.now(), word, open_work=shop.open_work)
            highest = max(highest, word.number)
            assert (await answer(shop))[2] == expected[highest]

    taken = msgspec.structs.replace(words[1], number=4, state="taken-back", documents=[refused])
    await keep_standing(uuid4(), shop.clock.now(), taken, open_work=shop.open_work)
    assert await answer(shop) == ("held", "incomplete", ["documents-taken-back"])
