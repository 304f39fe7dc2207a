"""Invariants 3, 4, 10 and 12 of publishing, and everything that makes a new revision."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.use_cases import publish_period, publish_shift
from sales_ingest.use_cases.decide_shift import Decider, accept_differences
from smena.cabinets.documents import PaymentKind
from smena.contracts.canonical import canonical_sha256
from smena.contracts.sales_events import SHIFT_CLOSED_BYTES_MAX, SHIFT_HELD
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line


def a_day() -> Till:
    till = Till()
    milk = till.sale(line("4.10"), line("0.99", item="good-2", name="Спички"))
    till.sale(line("10.00"), by=PaymentKind.CASHLESS)
    till.refund(line("4.10"), target_fiscal_id=milk.fiscal_id)
    till.close()
    return till


async def opened(shop: Shop, till: Till) -> Till:
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding(), binding("good-2", "ref-2"))
    await shop.pull()
    return till


async def test_invariant_3_a_shift_a_kopeck_off_is_published_only_after_a_person_accepted_the_difference(
    shop: Shop,
) -> None:
    till = a_day()
    z_report = till.documents[-1].z_report
    assert z_report is not None
    assert z_report.sales_sum is not None
    wrong = replace(z_report, sales_sum=Kopecks(z_report.sales_sum + 1))
    till.documents[-1] = replace(till.documents[-1], z_report=wrong)
    await opened(shop, till)

    held = (await shop.publish()).held
    assert [(one.shift.state.value, one.reasons[0].code) for one in held] == [("unreconciled", "sum-differs")]
    assert shop.closed() == []

    (seq,) = shop.rows("select seq from sales_ingest.shift")[0]
    decider = Decider("bookkeeper", "копейка кабинета")
    await accept_differences(seq, shop.registers["kassa-1"], decider, open_work=shop.open_work, clock=shop.clock)
    assert len((await shop.publish()).published) == 1
    (event,) = shop.closed()
    assert [(one.field, one.receipts, one.z_report) for one in event.accepted] == [("sales_sum", "15.09", "15.10")]


async def test_a_held_shift_says_so_once_for_each_set_of_reasons(shop: Shop) -> None:
    till = a_day()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    held = "select count(*) from sales_ingest.outbox where type = %s"

    for _ in range(3):
        await shop.publish()
    assert shop.rows(held, [SHIFT_HELD]) == [(1,)]
    await shop.bind(binding())
    for _ in range(2):
        await shop.publish()

    assert shop.rows(held, [SHIFT_HELD]) == [(2,)]


async def test_invariant_4_a_late_receipt_makes_revision_2_and_leaves_revision_1_as_it_was(shop: Shop) -> None:
    till = a_day()
    late = till.documents.pop(1)
    z_report = till.documents[-1].z_report
    assert z_report is not None
    known = replace(
        z_report,
        sales_count=1,
        sales_sum=Kopecks(509),
        sales_by_payment={PaymentKind.CASH: Kopecks(509)},
        first_number=None,
        last_number=None,
    )
    whole = till.documents[-1]
    renumbered = [replace(one, number=number) for number, one in enumerate(till.documents, start=1)]
    renumbered[-1] = replace(whole, z_report=known)
    shop.cabinet.documents.extend(renumbered)
    await shop.bind(binding(), binding("good-2", "ref-2"))
    await shop.pull()
    await shop.publish()
    first = shop.rows("select body, sha256 from sales_ingest.shift_revision")

    shop.cabinet.documents[:] = [*renumbered[:-1], replace(late, number=3), whole]
    shop.cabinet.documents[-1] = replace(whole, z_report=replace(z_report, first_number=1, last_number=3))
    await shop.pull()
    assert shop.states() == {1: "ready"}
    assert shop.rows("select revision from sales_ingest.shift") == [(1,)]
    await shop.publish()

    assert shop.rows("select body, sha256 from sales_ingest.shift_revision where number = 1") == first
    one, two = shop.closed()
    assert (one.revision, one.previous_revision, one.amount) == (1, None, "0.99")
    assert (two.revision, two.previous_revision, two.amount) == (2, 1, "10.99")
    assert one.shift.id == two.shift.id
    for event in (one, two):
        assert event.sha256 == canonical_sha256(event, without=("sha256",))


async def test_the_day_of_a_published_shift_stays_when_the_rule_changes(shop: Shop) -> None:
    await opened(shop, a_day())
    await shop.publish()
    (before,) = shop.closed()

    yesterday = replace(shop.registers["kassa-1"].date_rule, cutoff=time(23, 59))
    shop.registers["kassa-1"] = replace(
        shop.registers["kassa-1"], date_rule=replace(yesterday, timezone=ZoneInfo("Pacific/Kiritimati"))
    )
    await shop.publish()

    assert shop.closed() == [before]
    assert shop.states() == {1: "published"}


async def test_invariant_10_the_same_receipts_give_the_same_bytes(shop: Shop) -> None:
    await opened(shop, a_day())
    await shop.publish()
    (before,) = shop.closed()

    await shop.pull()
    for _ in range(2):
        await shop.publish()

    assert shop.closed() == [before]


async def test_a_new_item_for_a_published_line_makes_a_revision_and_the_old_binding_none(shop: Shop) -> None:
    shop.registers["kassa-1"] = replace(
        shop.registers["kassa-1"],
        rules=replace(shop.registers["kassa-1"].rules, default_items={"20": "goods-20"}, fill_defaults=True),
    )
    till = a_day()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    await shop.publish()
    assert {one.item_ref for one in shop.closed()[0].lines} == {"goods-20"}
    first = "select body, sha256, event_id from sales_ingest.shift_revision where number = 1"
    as_published = shop.rows(first)

    assert await shop.bind(binding("good-2", "ref-2")) == 1
    assert shop.states() == {1: "ready"}
    await shop.publish()

    assert shop.rows(first) == as_published

    assert [sorted({one.item_ref for one in event.lines}) for event in shop.closed()] == [
        ["goods-20"],
        ["goods-20", "ref-2"],
    ]


async def test_several_workers_publish_one_revision(shop: Shop) -> None:
    await opened(shop, a_day())

    outcomes = await asyncio.gather(*(shop.publish() for _ in range(4)))

    assert sum(len(one.published) for one in outcomes) == 1
    assert len(shop.closed()) == 1
    assert shop.rows("select count(*) from sales_ingest.shift_revision") == [(1,)]


@pytest.mark.parametrize("point", ["publish.before-commit", "publish.after-commit"])
async def test_invariant_12_state_and_event_are_committed_together_or_neither(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await opened(shop, a_day())

    def die(reached: str) -> None:
        if reached == point:
            raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(publish_shift, "reach", die)
        with pytest.raises(ConnectionResetError):
            await shop.publish()
    published = 1 if point == "publish.after-commit" else 0
    assert len(shop.closed()) == published
    assert shop.rows("select count(*) from sales_ingest.shift_revision") == [(published,)]

    await shop.publish()

    assert [one.revision for one in shop.closed()] == [1]


async def test_sums_that_are_no_revenue_are_components(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"), line("50.00", item=None, name="Сертификат 50", kind="certificate"))
    till.close()
    await opened(shop, till)
    await shop.publish()

    (event,) = shop.closed()
    assert (event.amount, [(one.name, one.amount) for one in event.components]) == (
        "4.10",
        [("certificates-sold", "50.00")],
    )
    assert [one.amount for one in event.payments] == ["54.10"]


async def test_every_published_line_traces_down_to_its_receipt_lines(shop: Shop) -> None:
    await opened(shop, a_day())
    await shop.publish()

    (event,) = shop.closed()
    for one in event.lines:
        rows = shop.rows(
            """select sum(l.amount) from sales_ingest.shift_revision_line t,
            unnest(t.receipts, t.versions, t.positions) as b (receipt, version, position), sales_ingest.receipt_line l
            where t.key = %s and l.receipt_id = b.receipt and l.version = b.version and l.position = b.position""",
            [one.key],
        )
        assert f"{rows[0][0] / 100:.2f}" == one.amount


async def test_a_refund_in_a_later_shift_takes_the_rate_of_its_sale(shop: Shop) -> None:
    till = Till()
    sale = till.sale(line("1.20", vat="10"))
    till.close()
    till.at += timedelta(hours=12)
    till.opened_at = till.at
    till.refund(line("1.20", vat="20"), target_fiscal_id=sale.fiscal_id)
    till.close()
    await opened(shop, till)

    assert shop.states() == {1: "ready", 2: "ready"}
    await shop.publish()
    assert [(one.vat_rate, one.direction, one.vat_amount) for event in shop.closed() for one in event.lines] == [
        ("10", "sale", "0.11"),
        ("10", "refund", "0.11"),
    ]


async def test_a_shift_over_the_largest_event_is_held_with_the_reason_and_the_others_go_on(shop: Shop) -> None:
    """Nothing of it is sent or stored as published, the reason is told once, and no loop tries it again."""
    till = Till()
    name = "Длинное наименование " * 12
    for first in range(0, 6_000, 500):  # each line at a price of its own, so that no two become one
        prices = [f"{n / 100 + 1:.2f}" for n in range(first, first + 500)]
        till.sale(*(line(price, price=price, item=None, name=f"{name}{price}") for price in prices))
    till.close()
    till.at += timedelta(hours=12)
    till.opened_at = till.at
    till.sale(line("4.10"))
    till.close()
    setup = shop.registers["kassa-1"]
    rules = replace(setup.rules, default_items={"20": "goods-20"}, fill_defaults=True)
    shop.registers["kassa-1"] = replace(setup, rules=rules)
    await opened(shop, till)

    for _ in range(2):
        outcome = await shop.publish()

    assert shop.states() == {1: "ready", 2: "published"}
    (held,) = outcome.held
    assert [one.code for one in held.reasons] == ["event-too-large"]
    assert str(SHIFT_CLOSED_BYTES_MAX) in held.reasons[0].detail
    assert shop.reasons(1) == ["event-too-large"]
    assert shop.rows("select count(*) from sales_ingest.outbox where type = %s", [SHIFT_HELD]) == [(1,)]
    assert shop.rows("select count(*) from sales_ingest.shift_revision") == [(1,)]
    async with shop.open_work() as work:
        assert await work.shifts.ready(["kassa-1"]) == []


async def test_what_is_published_and_unchanged_is_not_put_together_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(shop, a_day())
    await shop.publish()

    async def no_need(*_: object, **__: object) -> None:
        raise AssertionError("put together again")

    monkeypatch.setattr(publish_period, "publish_shift", no_need)
    outcome = await shop.publish()

    assert [(one.revision, one.new) for one in outcome.unchanged] == [(1, False)]
    assert (outcome.published, outcome.held) == ((), ())


async def test_a_shift_that_fails_to_be_stored_fails_the_run_and_its_followers_wait_so_that_the_order_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till()
    for _ in range(3):
        till.sale(line("4.10"))
        till.close()
        till.at += timedelta(hours=20)
        till.opened_at = till.at
    await opened(shop, till)
    publish = publish_shift.publish_shift
    failing = shop.rows("select min(seq) from sales_ingest.shift")[0][0]

    async def sometimes(seq: int, *rest: object, **more: object) -> object:
        if seq == failing:
            raise ConnectionResetError
        return await publish(seq, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(publish_period, "publish_shift", sometimes)
        with pytest.raises(ConnectionResetError):
            await shop.publish()
    assert shop.states() == {1: "ready", 2: "ready", 3: "ready"}

    await shop.publish()

    assert shop.states() == {1: "published", 2: "published", 3: "published"}


async def test_a_rate_the_cabinet_looked_up_is_that_of_the_first_reading_and_marked(shop: Shop) -> None:
    """An item whose rate changes afterwards changes no receipt of before; a refund without its sale shows the doubt."""
    till = Till()
    then, now = (replace(line("1.20", vat=rate), vat_looked_up=True) for rate in ("10", "20"))
    sale = till.sale(then)
    till.refund(then)
    till.close()
    await opened(shop, till)
    changed = replace(sale, cashier="Петрова", target_fiscal_id="note", raw=b"{}", lines=(replace(now, position=1),))
    shop.cabinet.documents[0] = changed
    again = Till(at=till.at + timedelta(hours=12), shift=2, next_number=till.next_number)
    again.refund(now, target_fiscal_id=sale.fiscal_id)
    again.refund(now)
    shop.cabinet.documents.extend(again.documents)

    await shop.pull()

    assert shop.rows(
        "select r.number, r.version, l.vat_rate, l.vat_source from sales_ingest.receipt r "
        "join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version order by r.number"
    ) == [
        (1, 2, "10", "cabinet-item"),
        (2, 1, "10", "cabinet-item"),
        (4, 1, "10", "sale"),
        (5, 1, "20", "cabinet-item"),
    ]
