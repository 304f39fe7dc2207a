"""What documents a shift makes."""

from dataclasses import replace
from uuid import uuid5

import pytest

from ledger.domain.build_documents import UnbalancedDocumentsError, build_documents, check_balance
from ledger.domain.documents import canonical, hash_of
from ledger.domain.rules import RefundPolicy
from ledger.domain.turnover import turnover_of
from smena.erp.documents import ErpDocumentKind
from smena.kinds.identity import SMENA_NAMESPACE
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.ledger.making import DAY, line, payment, revision, rules

REPORT = ErpDocumentKind.RETAIL_REPORT
PKO = ErpDocumentKind.CASH_RECEIPT_ORDER
RKO = ErpDocumentKind.CASH_EXPENSE_ORDER
OPK = ErpDocumentKind.CARD_PAYMENT


def test_a_shift_makes_a_report_a_cash_order_and_a_card_payment_that_add_up() -> None:
    facts = revision([line("milk", 2000, 500), line("bread", 1000, 150)], [payment("cash", 400), payment("card", 250)])

    report, cash, card = build_documents(facts, rules())

    assert [(d.kind, d.amount) for d in (report, cash, card)] == [(REPORT, 650), (PKO, 400), (OPK, 250)]
    assert report.payments == (("card", 250), ("cash", 400))
    assert report.operation == "ОтчетНТТОПродажах"


def test_the_key_names_kind_shift_payment_and_revision_and_the_id_follows_from_it() -> None:
    report, cash = build_documents(revision([line(amount=300)], [payment("cash", 300)]), rules())

    assert report.key == "retail-report|romashka|131010705|17|20260131T060000Z#1"
    assert cash.key == "cash-receipt-order|romashka|131010705|17|20260131T060000Z|cash#1"
    assert uuid5(SMENA_NAMESPACE, report.key) == report.id
    assert f"[smena:{report.key}]" == report.marker


def test_more_cash_given_back_than_taken_is_a_cash_expense_order() -> None:
    facts = revision([line(amount=100), line("coat", 1000, 900, refund=True)], [payment("cash", 100, 900)])

    report, cash = build_documents(facts, rules())

    assert (report.kind, report.amount, cash.kind, cash.amount) == (REPORT, -800, RKO, 800)
    assert cash.operation == "ВозвратПокупателю"


def test_cash_that_comes_and_goes_equally_makes_no_order() -> None:
    facts = revision([line(amount=100), line("tea", 1000, 100, refund=True)], [payment("cash", 100, 100)])

    assert [d.kind for d in build_documents(facts, rules())] == [REPORT]


def test_money_back_on_cards_is_a_card_payment_of_the_refund_operation() -> None:
    facts = revision([line("coat", 1000, 900, refund=True)], [payment("card", 0, 900)])

    _, card = build_documents(facts, rules())

    assert (card.kind, card.amount, card.operation) == (OPK, -900, "ВозвратПокупателю")


def test_a_payment_kind_without_a_mapping_is_rejected_by_name_and_nothing_is_lost() -> None:
    facts = revision([line(amount=300)], [payment("cash", 100), payment("oplati", 200)])

    documents = build_documents(facts, rules())

    refused = [d for d in documents if d.refusal]
    assert [(d.payment_kind, d.amount) for d in refused] == [("oplati", 200)]
    assert "oplati" in (refused[0].refusal or "")


def test_a_certificate_redeemed_is_a_named_component_and_no_document() -> None:
    facts = revision([line(amount=300)], [payment("cash", 100), payment("certificate", 200)])

    report, cash = build_documents(facts, rules())

    assert (report.components, cash.amount) == ((("certificates-redeemed", 200),), 100)


def test_a_certificate_sold_brings_cash_but_no_revenue() -> None:
    facts = revision([line(amount=300)], [payment("cash", 800)], components=(("certificates-sold", 500),))

    report, cash = build_documents(facts, rules())

    assert (report.amount, cash.amount, report.components) == (300, 800, (("certificates-sold", -500),))


def test_a_shift_that_only_sold_certificates_names_them_in_its_cash_order() -> None:
    facts = revision([], [payment("cash", 500)], components=(("certificates-sold", 500),))

    (cash,) = build_documents(facts, rules())

    assert (cash.kind, cash.amount, cash.components) == (PKO, 500, (("certificates-sold", -500),))


@pytest.mark.parametrize(
    ("policy", "kinds", "amounts", "sent_as"),
    [
        (RefundPolicy.NEGATIVE_LINES, [REPORT, PKO], [700, 700], "negative-lines"),
        (RefundPolicy.SEPARATE_SECTION, [REPORT, PKO], [700, 700], "separate-section"),
        (
            RefundPolicy.SEPARATE_DOCUMENT,
            [REPORT, ErpDocumentKind.RETAIL_REFUND, PKO],
            [1000, 300, 700],
            "negative-lines",
        ),
    ],
)
def test_refunds_are_shown_by_policy_and_the_money_stays_the_same(
    policy: RefundPolicy, kinds: list[ErpDocumentKind], amounts: list[int], sent_as: str
) -> None:
    facts = revision([line("coat", 1000, 1000), line("tea", 1000, 300, refund=True)], [payment("cash", 1000, 300)])

    documents = build_documents(facts, rules(refunds=policy))

    assert (kinds, amounts) == ([d.kind for d in documents], [d.amount for d in documents])
    assert sent_as == documents[0].form.refunds


def test_a_shift_without_turnover_and_one_before_the_first_day_make_no_documents() -> None:
    sold = revision([line(amount=300)], [payment("cash", 300)])

    assert build_documents(revision([], []), rules()) == ()
    assert build_documents(sold, rules(documents_from=DAY.replace(year=2027))) == ()
    assert build_documents(sold, rules(documents_from=DAY))


def test_the_order_in_an_event_does_not_change_a_byte() -> None:
    lines = [line("b", 1000, 100), line("a", 1000, 200), line("a", 2000, 300, vat_rate=VatRate.TWENTY)]
    payments = [payment("cash", 500), payment("card", 100)]

    one = build_documents(revision(lines, payments), rules())
    other = build_documents(revision(lines[::-1], payments[::-1]), rules())

    assert [canonical(d) for d in one] == [canonical(d) for d in other]
    assert hash_of(canonical(one[0])) == hash_of(canonical(other[0]))


def test_documents_that_do_not_add_up_are_never_built() -> None:
    """The guard itself: one kopeck less in the cash order is noticed."""
    facts = revision([line(amount=300)], [payment("cash", 300)])
    report, cash = build_documents(facts, rules())

    with pytest.raises(UnbalancedDocumentsError):
        check_balance((report, replace(cash, amount=Kopecks(299))), turnover_of(facts), ())
