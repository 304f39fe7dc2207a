"""Every reason why a shift waits is in the accountant's words, names both sums, and says what to do."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sales_ingest.domain.shifts import Assessment, QuarantinedFact, UnresolvedFact, assess
from sales_ingest.domain.totals import ZReportField
from smena.cabinets.documents import PaymentKind
from smena.kinds.figures import FIGURES, PAYMENTS
from smena.kinds.money import Kopecks
from unit.sales_ingest.test_shifts import a_shift, facts

FIELD = re.compile(r"\([a-z_]+\)")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def waiting() -> list[tuple[str, Assessment]]:
    """One shift for each reason to wait, by the reason's code."""
    gap = a_shift()
    del gap.documents[1]
    doubled = a_shift()
    doubled.documents[1] = replace(doubled.documents[1], number=doubled.documents[0].number)
    foreign = a_shift(last_number=5)
    unsold = a_shift()
    unsold.documents[3] = replace(unsold.documents[3], target_fiscal_id="elsewhere")
    partly = a_shift()
    partly.documents[3] = replace(partly.documents[3], payable=Kopecks(699))
    open_still = a_shift()
    del open_still.documents[-1]
    twice = a_shift()
    z_report = twice.documents[-1].z_report
    assert z_report is not None
    last_of_january = datetime(2026, 1, 31, 20, tzinfo=UTC)
    late = a_shift()
    late_z = late.documents[-1].z_report
    assert late_z is not None
    over_the_month = [replace(late_z, closed_at=last_of_january + timedelta(hours=9))]
    return [
        ("no-z-report", assess(facts(open_still))),
        ("missing-number", assess(facts(gap))),
        ("doubled-number", assess(facts(doubled))),
        ("foreign-number", assess(facts(foreign))),
        ("annulment-differs", assess(facts(unsold))),
        ("annulment-differs", assess(facts(partly))),
        ("count-differs", assess(facts(a_shift(sales_count=9)))),
        ("sum-differs", assess(facts(a_shift(sales_sum=Kopecks(2111))))),
        ("several-z-reports", assess(facts(twice, z_reports=[z_report, z_report]))),
        ("quarantined-document", assess(facts(a_shift(), quarantined=[QuarantinedFact(None, "чек без строк")]))),
        ("lines-without-item", assess(facts(a_shift(), unresolved=UnresolvedFact(1, 510)))),
        ("month-crossed", assess(facts(late, opened_at=last_of_january, z_reports=over_the_month))),
    ]


@pytest.mark.parametrize(("code", "found"), waiting())
def test_a_reason_is_in_her_words_and_says_what_to_do(code: str, found: Assessment) -> None:
    reasons = [one for one in found.reasons if one.code == code]

    assert reasons, found.reasons
    for reason in reasons:
        told = FIELD.sub("", reason.detail)
        assert not LATIN_WORD.search(told), told
        assert re.search(r"[Нн]ажмите|примите|Заполните|Выберите|Передайте", told), told


def test_a_sum_that_differs_is_told_with_both_figures() -> None:
    found = assess(facts(a_shift(sales_by_payment={PaymentKind.CASHLESS: Kopecks(1001)})))

    assert found.reasons[0].detail.startswith(
        "Продажи, безналичные (sales_cashless): в чеках 10.00, в Z-отчёте 10.01. "
    )


def test_every_figure_has_a_name() -> None:
    assert set(FIGURES) == {field.value for field in ZReportField}
    assert set(PAYMENTS) == {kind.value for kind in PaymentKind}
    assert len(set(FIGURES.values())) == len(FIGURES)
