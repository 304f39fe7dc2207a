"""The state of a shift, in the accountant's order, each with its reasons."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sales_ingest.domain.business_date import BusinessDateRule, business_date, window
from sales_ingest.domain.completeness import gaps, match_annulments
from sales_ingest.domain.findings import Acceptance
from sales_ingest.domain.receipts import receipt_id
from sales_ingest.domain.reconciliation import Difference, differences
from sales_ingest.domain.shifts import (
    Assessment,
    QuarantinedFact,
    ShiftFacts,
    ShiftState,
    UnresolvedFact,
    assess,
)
from sales_ingest.domain.totals import ReceiptFact, ZReportField, add_up, given_figures
from smena.cabinets.documents import CabinetDocument, DocumentKind, PaymentKind
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import CLOSED_AT, MINSK, Till, line

NOTHING_EMPTY = UnresolvedFact(0, 0)


def fact(document: CabinetDocument) -> ReceiptFact:
    payments = {kind.value: int(amount) for kind, amount in document.payments}
    return ReceiptFact(
        receipt_id("c", "r", document.fiscal_id),
        document.fiscal_id,
        document.kind,
        document.number,
        document.payable,
        payments,
        document.target_fiscal_id,
    )


def facts(till: Till, **more: object) -> ShiftFacts:
    given_values: dict[str, object] = {
        "opened_at": datetime(2026, 1, 15, 6, tzinfo=UTC),
        "last_at": datetime(2026, 1, 15, 15, tzinfo=UTC),
        "receipts": [fact(one) for one in till.documents],
        "z_reports": [one.z_report for one in till.documents if one.z_report],
        "quarantined": [],
        "unresolved": NOTHING_EMPTY,
        "accepted": [],
        "chosen_date": None,
        "rule": CLOSED_AT,
        **more,
    }
    return ShiftFacts(**given_values)  # type: ignore[arg-type]


def a_shift(**wrong: object) -> Till:
    till = Till()
    till.sale(line("4.10"))
    till.sale(line("10.00"), by=PaymentKind.CASHLESS)
    till.annul(till.sale(line("7.00")))
    till.refund(line("4.10"))
    till.deposit("50.00")
    till.withdraw("20.00")
    till.close(**wrong)  # type: ignore[arg-type]
    return till


def codes(assessment: Assessment) -> list[str]:
    return [one.code for one in assessment.reasons]


def test_a_shift_without_a_z_report_is_open() -> None:
    till = a_shift()
    del till.documents[-1]

    assert assess(facts(till)).state is ShiftState.OPEN


def test_a_shift_that_is_accepted_without_its_z_report_ends_with_its_last_document_and_still_shows_its_gaps() -> None:
    till = a_shift()
    del till.documents[-1]
    (missing,) = assess(facts(till)).findings
    accepted = [Acceptance(*missing.name, "Касса сломалась")]

    found = assess(facts(till, accepted=accepted))
    assert (found.state, found.business_date, found.findings) == (ShiftState.READY, date(2026, 1, 15), (missing,))
    del till.documents[1]
    with_a_gap = facts(till, accepted=[Acceptance(*assess(facts(till)).findings[0].name, "Касса сломалась")])
    assert (assess(with_a_gap).state, codes(assess(with_a_gap))) == (ShiftState.INCOMPLETE, ["missing-number"])
    assert assess(facts(till, accepted=accepted)).state is ShiftState.OPEN


def test_a_shift_whose_figures_agree_is_ready() -> None:
    found = assess(facts(a_shift()))

    assert (found.state, found.reasons, found.business_date) == (ShiftState.READY, (), date(2026, 1, 15))
    assert found.totals.net == 1000


def figures_given() -> list[ZReportField]:
    z_report = a_shift().documents[-1].z_report
    return [field for field in ZReportField if getattr(z_report, field.value, None) is not None]


@pytest.mark.parametrize("field", figures_given())
def test_invariant_3_one_kopeck_or_one_document_off_in_any_figure_holds_the_shift(field: ZReportField) -> None:
    given_value = getattr(a_shift().documents[-1].z_report, field.value)
    found = assess(facts(a_shift(**{field.value: given_value + 1})))

    assert found.state is (ShiftState.INCOMPLETE if field.is_count else ShiftState.UNRECONCILED)
    assert f"({field.value}): в чеках " in found.reasons[0].detail
    assert ", в Z-отчёте " in found.reasons[0].detail


def test_a_difference_is_named_with_the_exact_amount_not_rounded() -> None:
    till = a_shift(sales_by_payment={PaymentKind.CASHLESS: Kopecks(1001)})
    totals = add_up([fact(one) for one in till.documents], frozenset())
    z_report = till.documents[-1].z_report
    assert z_report is not None

    found = differences(totals, given_figures(z_report))

    assert found == (Difference(ZReportField.SALES_CASHLESS, 1000, 1001),)
    assert found[0].amount == -1


def test_a_figure_the_z_report_does_not_give_is_not_compared() -> None:
    assert assess(facts(a_shift(refunds_sum=None, refunds_count=None))).state is ShiftState.READY


def test_a_missing_number_makes_the_shift_incomplete_and_is_named() -> None:
    till = a_shift()
    del till.documents[1]
    found = assess(facts(till))

    assert found.state is ShiftState.INCOMPLETE
    assert found.reasons[0].detail.startswith("Нет документов № 2. Нажмите «Обновить»")


def test_a_quarantined_documents_number_is_no_gap_but_holds_the_shift() -> None:
    till = a_shift(deposits_count=0, deposits_sum=Kopecks(0))
    deposit = till.documents.pop(5)
    found = assess(facts(till, quarantined=[QuarantinedFact(deposit.number, "unknown kind")]))

    assert (found.state, codes(found)) == (ShiftState.UNRECONCILED, ["quarantined-document"])


def test_an_acceptance_covers_the_figures_it_named_and_no_others() -> None:
    off_by_one = a_shift(sales_sum=Kopecks(2111))
    accepted = [Acceptance("sales_sum", "21.10", "21.11", "одна копейка")]

    assert assess(facts(off_by_one, accepted=accepted)).state is ShiftState.READY
    off_by_two = a_shift(sales_sum=Kopecks(2112))
    assert assess(facts(off_by_two, accepted=accepted)).state is ShiftState.UNRECONCILED


def test_lines_without_an_item_hold_a_reconciled_shift() -> None:
    found = assess(facts(a_shift(), unresolved=UnresolvedFact(2, 510)))

    assert found.state is ShiftState.UNRESOLVED
    assert found.reasons[0].detail == (
        "Строк без номенклатуры: 2, на сумму 5.10. Заполните пустую номенклатуру или сопоставьте товары"
    )


def test_every_reason_is_told_and_the_first_names_the_state() -> None:
    till = a_shift(sales_sum=Kopecks(1))
    del till.documents[5]
    found = assess(facts(till, unresolved=UnresolvedFact(1, 1)))

    assert found.state is ShiftState.INCOMPLETE
    assert codes(found) == [
        "missing-number", "count-differs", "sum-differs", "sum-differs", "lines-without-item",
    ]  # fmt: skip


def test_an_annulment_without_its_sale_holds_the_shift() -> None:
    till = a_shift()
    till.documents[3] = replace(till.documents[3], target_fiscal_id="elsewhere")

    assert codes(assess(facts(till))) == ["annulment-differs"]


def test_a_sale_is_annulled_once() -> None:
    till = Till()
    sale = till.sale(line("4.10"))
    till.annul(sale)
    till.annul(sale)

    found = match_annulments([fact(one) for one in till.documents])

    assert len(found.annulled) == 1
    assert [one.code for one in found.findings] == ["annulment-differs"]


def test_annulled_money_leaves_its_payment_kind_and_the_z_report_stays_gross() -> None:
    totals = assess(facts(a_shift())).totals

    assert totals[ZReportField.SALES_CASH] == 1110
    assert (totals.payments[PaymentKind.CASH].annulled, totals.payments[PaymentKind.CASH].net) == (700, 0)


def test_two_z_reports_of_one_shift_hold_it() -> None:
    till = a_shift()
    z_report = till.documents[-1].z_report
    assert "several-z-reports" in codes(assess(facts(till, z_reports=[z_report, z_report])))


@settings(max_examples=300, deadline=None, print_blob=True)
@given(st.sets(st.integers(1, 60), max_size=60), st.integers(1, 30), st.integers(31, 60))
def test_gaps_are_exactly_the_absent_numbers(present: set[int], first: int, last: int) -> None:
    found = gaps(present, first, last)

    absent = [number for start, end in found for number in range(start, end + 1)]
    assert absent == [number for number in range(first, last + 1) if number not in present]


@pytest.mark.parametrize(
    ("opened", "closed", "rule", "day", "crosses"),
    [
        ("2026-01-15T06:00", "2026-01-15T19:00", "closed-at", "2026-01-15", False),
        ("2026-01-15T06:00", "2026-01-16T02:59", "closed-at", "2026-01-15", False),  # 05:59 in Minsk
        ("2026-01-15T06:00", "2026-01-16T03:00", "closed-at", "2026-01-16", False),  # 06:00: the hour itself is past
        ("2026-01-15T06:00", "2026-01-16T19:00", "opened-at", "2026-01-15", False),
        ("2026-01-13T06:00", "2026-01-16T00:10", "closed-at", "2026-01-13", False),  # whatever its length
        ("2026-01-31T20:30", "2026-02-01T08:00", "closed-at", "2026-02-01", True),
        ("2026-01-31T21:30", "2026-02-01T08:00", "closed-at", "2026-02-01", False),  # 00:30 in Minsk: February
        ("2026-01-31T20:30", "2026-02-01T02:00", "closed-at", "2026-01-31", False),
        ("2026-12-31T20:30", "2027-01-01T08:00", "opened-at", "2026-12-31", False),
    ],
)
def test_the_business_date_follows_the_registers_rule(
    opened: str, closed: str, rule: str, day: str, crosses: bool
) -> None:
    found = business_date(
        datetime.fromisoformat(opened).replace(tzinfo=UTC),
        datetime.fromisoformat(closed).replace(tzinfo=UTC),
        BusinessDateRule(rule, time(6), MINSK),
    )

    assert (found.day, found.crosses_month) == (date.fromisoformat(day), crosses)


def test_a_shift_over_the_months_end_waits_until_a_person_chose() -> None:
    till = Till(at=datetime(2026, 1, 31, 18, tzinfo=UTC))
    till.sale(line("4.10"))
    till.close(at=datetime(2026, 2, 1, 9, tzinfo=UTC))
    opened = datetime(2026, 1, 31, 18, tzinfo=UTC)

    assert assess(facts(till, opened_at=opened)).state is ShiftState.DATE_TO_CHOOSE
    chosen = assess(facts(till, opened_at=opened, chosen_date=date(2026, 1, 31)))
    assert (chosen.state, chosen.business_date) == (ShiftState.READY, date(2026, 1, 31))


def test_business_dates_become_instants_where_the_organisation_lives() -> None:
    start, end = window(date(2026, 1, 1), date(2026, 1, 31), MINSK, before=timedelta(days=2), after=timedelta(days=1))

    assert (start.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat()) == (
        "2025-12-29T21:00:00+00:00",
        "2026-02-01T21:00:00+00:00",
    )


def test_an_empty_shift_is_ready_without_documents() -> None:
    till = Till()
    till.close()

    assert assess(facts(till)).state is ShiftState.READY
    assert DocumentKind.Z_REPORT is till.documents[0].kind


def test_a_payment_kind_without_a_figure_of_its_own_is_counted_in_the_bucket_of_the_z_report() -> None:
    """iKassa's receipts tell Оплати apart, its Z-report knows cash, cashless and other."""
    till = Till()
    till.sale(line("10.00"), by=PaymentKind.OPLATI)
    till.sale(line("2.50"), by=PaymentKind.CARD)
    till.sale(line("1.00"), by=PaymentKind.OTHER)
    closing = till.close().z_report
    assert closing is not None

    def by(**sales: int) -> Assessment:
        given_sales = {PaymentKind(kind): Kopecks(amount) for kind, amount in sales.items()}
        return assess(facts(till, z_reports=[replace(closing, sales_by_payment=given_sales)]))

    assert by(cash=0, cashless=250, other=1100).state is ShiftState.READY
    assert by(cash=0, cashless=250, other=1000).state is ShiftState.UNRECONCILED
    assert by(oplati=1000, cashless=250, other=100).state is ShiftState.READY
    assert by(cash=0).state is ShiftState.READY
