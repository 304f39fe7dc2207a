"""One number changed in any of the four places is named with its place and amount: in sums, payments and VAT rates."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.accepted_differences import AcceptedDifference
from ledger.domain.build_documents import build_documents
from ledger.domain.documents import DocumentState
from ledger.domain.reconciliation import NOT_GIVEN, ErpLook, Place, Reconciliation, SalesFigures, reconcile
from ledger.domain.rules import RefundPolicy
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument, erp_form
from ledger.domain.words import figure_title
from smena.erp.documents import ErpDocumentKind, ErpSnapshot
from smena.erp.memory.documents import content_of
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.ledger.making import line, payment, revision, rules

LINES = [
    line("milk", 2000, 500, key="m", vat_amount=45),
    line("wine", 1000, 1200, key="w", vat_rate=VatRate.TWENTY, vat_amount=200),
    line("milk", 1000, 250, key="r", refund=True, vat_amount=23),
]
FACTS = revision(LINES, [payment("cash", 1000, 250), payment("card", 700)])
RECEIPTS = {
    "sales_sum": "17.00",
    "annulments_sum": "0.00",
    "refunds_sum": "2.50",
    "net_cash": "7.50",
    "net_card": "7.00",
    "refunds_cash": "2.50",
    "amount_vat_10": "2.50",
    "amount_vat_20": "12.00",
    "vat_10": "0.22",
    "vat_20": "2.00",
    "net_sum": "14.50",
}
Z_REPORT = {name: RECEIPTS[name] for name in ("sales_sum", "annulments_sum", "refunds_sum", "vat_20", "vat_10")}
REASON = "кассир пробил лишнее, акт № 3"
POSTING = frozenset(kind.value for kind in ErpDocumentKind)


def looks(facts: ShiftRevision = FACTS, policy: RefundPolicy = RefundPolicy.NEGATIVE_LINES) -> list[ErpLook]:
    """Everything posted in the ERP exactly as it was built."""
    found = []
    for place, document in enumerate(build_documents(facts, rules(refunds=policy)), start=1):
        status = DeliveryStatus(state=DocumentState.POSTED, erp_ref=str(document.id), erp_posted=True)
        form = erp_form(document)
        snapshot = ErpSnapshot(
            str(document.id), form.kind, "1", True, False, "v", form.marker, form.amount, content_of(form)
        )
        found.append(ErpLook(StoredDocument(place, document, "", "", status), snapshot, (), None))
    return found


def compared(
    facts: ShiftRevision = FACTS,
    z_report: dict[str, str] = Z_REPORT,
    receipts: dict[str, str] = RECEIPTS,
    seen: list[ErpLook] | None = None,
    **changes: Any,
) -> Reconciliation:
    given = {"without_document": frozenset({"certificate"}), "posting": POSTING, "unavailable": {}, **changes}
    return reconcile(facts, SalesFigures(z_report, receipts), looks() if seen is None else seen, **given)


def named(found: Reconciliation) -> set[tuple[str, str, str]]:
    return {(one.place, one.field, one.amount) for one in found.differences}


@pytest.mark.parametrize("policy", list(RefundPolicy))
def test_four_places_that_agree_agree_by_payment_kind_and_by_vat_rate_too(policy: RefundPolicy) -> None:
    found = compared(seen=looks(policy=policy))

    assert found.differences == ()
    for name, figure in (("payment:cash", "7.50"), ("payment:card", "7.00")):
        assert found.figures[name] == {
            Place.Z_REPORT: NOT_GIVEN,
            Place.RECEIPTS: figure,
            Place.PUBLISHED: figure,
            Place.ERP: figure,
        }
    for name in ("vat_10", "vat_20"):
        assert set(found.figures[name].values()) == {RECEIPTS[name]}
    assert found.figures["amount_vat_20"][Place.Z_REPORT] == NOT_GIVEN


@pytest.mark.parametrize("name", [*Z_REPORT])
def test_a_number_changed_in_the_z_report_is_named(name: str) -> None:
    found = compared(z_report={**Z_REPORT, name: _one_more(Z_REPORT[name])})

    assert ("z_report", name, "0.01") in named(found)
    assert {place for place, *_ in named(found)} == {"z_report"}


@pytest.mark.parametrize("name", [name for name in RECEIPTS if name not in {"refunds_cash", "net_sum"}])
def test_a_number_changed_in_the_receipts_is_named(name: str) -> None:
    found = compared(receipts={**RECEIPTS, name: _one_more(RECEIPTS[name])})

    shown = f"payment:{name.removeprefix('net_')}" if name.startswith("net_") else name
    z_alone = name in {"sales_sum", "annulments_sum", "refunds_sum"}
    assert ("receipts", shown, "0.01") in named(found) or (z_alone and ("receipts", "net") in _places(found))
    assert {place for place, *_ in named(found)} == {"receipts"}


@pytest.mark.parametrize(
    ("place_of_line", "changes", "expected"),
    [
        (0, {"vat_amount": Kopecks(46)}, {("published", "vat_10", "0.01")}),
        (1, {"vat_rate": VatRate.TEN}, {("published", "vat_20", "-2.00"), ("published", "vat_10", "2.00"),
                                        ("published", "amount_vat_20", "-12.00"),
                                        ("published", "amount_vat_10", "12.00")}),
    ],
)  # fmt: skip
def test_a_number_changed_in_the_published_lines_is_named(
    place_of_line: int, changes: dict[str, Any], expected: set[tuple[str, str, str]]
) -> None:
    lines = list(FACTS.lines)
    lines[place_of_line] = replace(lines[place_of_line], **changes)

    assert named(compared(replace(FACTS, lines=tuple(lines)))) == expected


def test_a_payment_changed_in_the_published_revision_is_named() -> None:
    facts = replace(FACTS, payments=(payment("cash", 999, 250), payment("oplati", 1), payment("card", 700)))

    assert named(compared(facts)) == {("published", "payment:cash", "-0.01"), ("published", "payment:oplati", "0.01")}


@pytest.mark.parametrize(
    ("kind", "field", "text", "expected"),
    [
        ("retail-report", "goods[1].vat_amount", "0.46", {("erp", "vat_10", "0.01")}),
        ("retail-report", "goods[1].amount", "5.01", {("erp", "amount_vat_10", "0.01")}),
        ("retail-report", "goods[1].vat_rate", "0",
         {("erp", "vat_10", "-0.45"), ("erp", "vat_0", "0.45"),
          ("erp", "amount_vat_10", "-5.00"), ("erp", "amount_vat_0", "5.00")}),
        ("card-payment", "amount", "7.01", {("erp", "payment:card", "0.01"), ("erp", "net", "0.01")}),
        ("cash-receipt-order", "amount", "7.49", {("erp", "payment:cash", "-0.01"), ("erp", "net", "-0.01")}),
    ],
)  # fmt: skip
def test_a_number_changed_in_the_erp_is_named(
    kind: str, field: str, text: str, expected: set[tuple[str, str, str]]
) -> None:
    seen = [_edited(look, field, text) if look.stored.document.kind == kind else look for look in looks()]

    assert named(compared(seen=seen)) == expected


def test_a_report_that_is_gone_is_missing_by_rate_too() -> None:
    seen = [replace(look, snapshot=None) if look.stored.document.lines else look for look in looks()]

    assert named(compared(seen=seen)) == {
        ("erp", "revenue", "-14.50"),
        ("erp", "vat_10", "-0.22"),
        ("erp", "vat_20", "-2.00"),
        ("erp", "amount_vat_10", "-2.50"),
        ("erp", "amount_vat_20", "-12.00"),
    }


def test_redeemed_certificates_make_no_document_and_are_no_difference() -> None:
    facts = revision([line(amount=500)], [payment("cash", 300), payment("certificate", 200)])
    receipts = {**RECEIPTS, "sales_sum": "5.00", "refunds_sum": "0.00", "net_cash": "3.00", "net_certificate": "2.00"}
    given = {name: text for name, text in receipts.items() if "vat" not in name and name != "net_card"}

    found = compared(facts, {}, given, looks(facts))

    assert found.differences == ()
    assert found.figures["payment:certificate"][Place.ERP] == NOT_GIVEN

    report, cash = looks(facts)
    for seen, net in (
        ([report, replace(cash, snapshot=None)], "2.00"),
        ([replace(report, snapshot=None), cash], "3.00"),
    ):
        assert compared(facts, {}, given, seen).figures["net"][Place.ERP] == net, "named by the report: there with it"
    gone = compared(facts, {}, given, [replace(one, snapshot=None) for one in (report, cash)])
    assert gone.figures["net"][Place.ERP] == "0.00"


def test_a_day_before_the_first_document_compares_three_places() -> None:
    found = reconcile(
        FACTS,
        SalesFigures(Z_REPORT, RECEIPTS),
        None,
        without_document=frozenset(),
        posting=POSTING,
        unavailable={},
    )

    assert (found.balanced, {side[Place.ERP] for side in found.figures.values()}) == (True, {NOT_GIVEN})


def test_figures_read_as_the_accountant_says_them() -> None:
    assert figure_title("vat_20") == "НДС по ставке 20 %"
    assert figure_title("amount_vat_none") == "Сумма по ставке НДС без НДС"
    assert figure_title("payment:card") == "Оплата, карта"
    assert figure_title("refunds_cash") == "Возвраты, наличные"
    assert figure_title("refunds_sum") == "Сумма возвратов"


def _places(found: Reconciliation) -> set[tuple[str, str]]:
    return {(one.place, one.field) for one in found.differences}


def _one_more(text: str) -> str:
    return f"{float(text) + 0.01:.2f}"


def _edited(look: ErpLook, field: str, text: str) -> ErpLook:
    assert look.snapshot is not None
    amount = Kopecks(int(text.replace(".", ""))) if field == "amount" else look.snapshot.amount
    return replace(look, snapshot=replace(look.snapshot, amount=amount, content={**look.snapshot.content, field: text}))


def _accepted(z_report: str, *, moved: str = "18.00") -> Reconciliation:
    """The till says 1.00 more was sold than its receipts; she accepted that, for the figure ``z_report``."""
    facts = replace(FACTS, accepted=(AcceptedDifference("sales_sum", "17.00", z_report, REASON),))
    return compared(replace(facts, z_report={"sales_sum": moved}), {**Z_REPORT, "sales_sum": moved})


def test_an_accepted_difference_carries_its_reason_and_so_does_what_follows_from_it_alone() -> None:
    found = _accepted("18.00")

    assert {(one.field, one.place, one.amount, one.accepted) for one in found.differences} == {
        ("sales_sum", "receipts", "-1.00", REASON),
        ("net", "z_report", "1.00", REASON),
    }
    assert all(f"расхождение принято: «{REASON}»" in one.detail for one in found.differences)
    assert found.balanced is False, "both figures stand"


def test_a_figure_that_changed_after_it_was_accepted_is_open_again() -> None:
    assert {one.accepted for one in _accepted("18.00", moved="18.01").differences} == {None}


def test_what_the_base_says_else_is_accepted_by_nobody() -> None:
    seen = looks()
    assert seen[0].snapshot is not None
    seen[0] = replace(seen[0], snapshot=replace(seen[0].snapshot, amount=Kopecks(1)))
    facts = replace(FACTS, accepted=(AcceptedDifference("sales_sum", "17.00", "18.00", REASON),))

    found = compared(facts, {**Z_REPORT, "sales_sum": "18.00"}, seen=seen)

    assert {one.accepted for one in found.differences if one.place == "erp"} == {None}
