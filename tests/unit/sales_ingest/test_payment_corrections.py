"""A payment rung as the wrong kind: the Z-report sees what was rung, the documents what was really paid."""

from dataclasses import replace

import pytest

from sales_ingest.domain.payment_corrections import (
    NothingCorrectedError,
    UnequalPaymentsError,
    WithoutPaymentsError,
    check_correction,
)
from sales_ingest.domain.totals import PaymentTotals, ReceiptFact, ZReportField, add_up
from sales_ingest.use_cases.reconcile_shift import receipt_figures
from smena.cabinets.documents import DocumentKind, PaymentKind
from unit.sales_ingest.test_shifts import fact
from unit.sales_ingest.till import Till, line

CASH = {"cash": 1000}
CARD = {"card": 1000}


def rung() -> list[ReceiptFact]:
    till = Till()
    till.sale(line("10.00"))
    till.annul(till.sale(line("3.00")))
    till.refund(line("2.00"))
    return [fact(one) for one in till.documents]


def test_the_z_report_is_compared_with_what_was_rung_and_the_documents_get_what_was_paid() -> None:
    facts = rung()
    facts[0] = replace(facts[0], corrected={"card": 1000})
    totals = add_up(facts, frozenset({facts[1].id}))

    assert (totals[ZReportField.SALES_CASH], totals[ZReportField.SALES_CARD]) == (1300, 0)
    assert totals.payments == {
        PaymentKind.CASH: PaymentTotals(300, 300, 200, corrected=-1000),
        PaymentKind.CARD: PaymentTotals(1000, 0, 0, corrected=1000),
    }


def test_a_correction_of_a_refund_and_of_an_annulled_sale_moves_both_sides() -> None:
    facts = rung()
    facts[1] = replace(facts[1], corrected={"card": 300})
    facts[3] = replace(facts[3], corrected={"card": 200})
    totals = add_up(facts, frozenset({facts[1].id}))

    assert {kind.value: one.net for kind, one in totals.payments.items()} == {"cash": 1000, "card": -200}


def test_the_figures_tell_what_corrections_moved() -> None:
    facts = rung()
    facts[0] = replace(facts[0], corrected={"card": 400, "cash": 600})
    figures = receipt_figures(add_up(facts, frozenset({facts[1].id})))

    assert (figures["sales_cash"], figures["corrected_cash"], figures["net_cash"]) == ("13.00", "-4.00", "4.00")
    assert (figures["sales_card"], figures["corrected_card"], figures["net_card"]) == ("0.00", "4.00", "4.00")
    assert not [name for name in receipt_figures(add_up(rung(), frozenset())) if name.startswith("corrected_")]


@pytest.mark.parametrize(
    "kind", [DocumentKind.DEPOSIT, DocumentKind.WITHDRAWAL, DocumentKind.ANNULMENT, DocumentKind.Z_REPORT]
)
def test_a_document_without_payments_has_none_to_correct(kind: DocumentKind) -> None:
    with pytest.raises(WithoutPaymentsError):
        check_correction(kind, {}, {}, {})


def test_the_sum_never_changes() -> None:
    with pytest.raises(UnequalPaymentsError) as refused:
        check_correction(DocumentKind.SALE, CASH, CASH, {"card": 1001})

    assert (refused.value.paid, refused.value.corrected) == (1000, 1001)


def test_correcting_back_is_a_correction_and_the_same_again_is_none() -> None:
    check_correction(DocumentKind.SALE, CASH, CARD, CASH)
    with pytest.raises(NothingCorrectedError):
        check_correction(DocumentKind.SALE, CASH, CARD, CARD)
