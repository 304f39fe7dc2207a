"""Ours beside hers: rows compare whatever their order and splitting, and the surest pair is made first."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest

from ledger.domain import comparison
from ledger.domain.build_documents import build_documents
from ledger.domain.comparison import PLACE_ROLES, Standing, compare_documents
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument, erp_form
from smena.erp.documents import ErpDocumentKind, ErpSnapshot
from smena.erp.memory import MemoryDocuments
from smena.erp.memory.documents import content_of
from smena.kinds.money import Kopecks
from unit.ledger.making import DAY, line, payment, revision, rules, shift_key

PERIOD = (DAY, DAY)
PLACES = {kind: {"outlet-1", "desk-1", "type-1"} for kind in ErpDocumentKind}
REFUNDED = [line("milk", 2000, 500, key="m"), line("milk", 1000, 250, key="r", refund=True), line("tea", 1000, 100)]


def ours(lines: list[Any] | None = None) -> list[StoredDocument]:
    given = lines or [line("milk", 2000, 500, key="m"), line("tea", 1000, 100, key="t")]
    total = sum(-one.amount if one.refund else one.amount for one in given)
    documents = build_documents(revision(given, [payment("cash", total)]), rules())
    return [
        StoredDocument(place, document, "", "", DeliveryStatus()) for place, document in enumerate(documents, start=1)
    ]


def hers(stored: StoredDocument, ref: str = "hers", **changed: str) -> ErpSnapshot:
    """The same document as an accountant has it, but for what she typed otherwise."""
    form = erp_form(stored.document)
    content = {**content_of(form), **changed}
    amount = Kopecks(int(content["amount"].replace(".", "")))
    return ErpSnapshot(ref, form.kind, "1", True, False, "", "", amount, content)


def compared(mine: list[StoredDocument], theirs: list[ErpSnapshot]) -> list[tuple[str, ...]]:
    found = compare_documents(mine, theirs, PLACES, MemoryDocuments().differences, PERIOD)
    return [(one.standing.value, one.kind.value, *(d.field for d in one.differences)) for one in found]


def test_every_kind_stands_somewhere() -> None:
    assert set(PLACE_ROLES) == set(ErpDocumentKind)


def test_rows_in_another_order_and_split_otherwise_are_the_same() -> None:
    report, cash = ours()
    rows = {
        "goods": "3",
        **_row(1, "tea", "1.000", "1.00", "0.09"),
        **_row(2, "milk", "0.500", "1.25", "0.11"),
        **_row(3, "milk", "1.500", "3.75", "0.34"),
    }
    plain = {name: text for name, text in hers(report).content.items() if not name.startswith("goods")}
    snapshot = ErpSnapshot("hers", report.document.kind, "1", True, False, "", "", Kopecks(600), {**plain, **rows})

    found = compared([report, cash], [snapshot, hers(cash, "other")])

    assert [one[0] for one in found] == ["matched", "matched"]


def test_refunds_as_negative_rows_and_in_a_section_of_their_own_are_the_same() -> None:
    report, cash = ours(REFUNDED)
    rows = {
        **_row(1, "milk", "2.000", "5.00", "0.45"),
        **_row(2, "tea", "1.000", "1.00", "0.09"),
        **{name.replace("goods", "refunds"): text for name, text in _row(1, "milk", "1.000", "2.50", "0.23").items()},
    }
    plain = {name: text for name, text in hers(report).content.items() if not name.startswith("goods")}
    snapshot = ErpSnapshot("hers", report.document.kind, "1", True, False, "", "", Kopecks(350), {**plain, **rows})

    assert compared([report], [snapshot]) == [("matched", "retail-report")]
    assert compared([cash], []) == [("only-ours", "cash-receipt-order")]


def test_a_row_with_another_rate_is_named_on_both_sides() -> None:
    report, _ = ours([line("milk", 1000, 500, key="m")])

    found = compare_documents(
        [report],
        [hers(report, **{"goods[1].vat_rate": "20", "goods[1].vat_amount": "0.83"})],
        PLACES,
        MemoryDocuments().differences,
        PERIOD,
    )

    named = {(d.field, d.sent, d.found) for d in found[0].differences}
    assert ("Товар milk, 10: amount", "5.00", "") in named
    assert ("Товар milk, 20: amount", "", "5.00") in named


def test_the_hour_her_number_and_her_comment_are_hers_and_the_operation_is_not() -> None:
    report, cash = ours()
    theirs = [hers(report, date=f"{DAY}T12:00:00", basis="Выручка", operation="Иное"), hers(cash, "cash")]

    assert compared([report, cash], theirs) == [
        ("matched", "cash-receipt-order"),
        ("differs", "retail-report", "operation"),
    ]


def test_what_carries_our_marker_is_marked_or_stands_elsewhere_is_not_hers() -> None:
    report, _ = ours()
    marker = ErpSnapshot(
        "a", report.document.kind, "1", True, False, "", "[smena:x]", Kopecks(600), hers(report).content
    )
    marked = ErpSnapshot("b", report.document.kind, "1", False, True, "", "", Kopecks(600), hers(report).content)
    elsewhere = hers(report, "c", outlet="wholesale")

    assert compared([report], [marker, marked, elsewhere]) == [("only-ours", "retail-report")]


def test_a_day_off_is_a_wrong_date_and_two_are_another_document() -> None:
    report, _ = ours()
    for day, expected in ((date(2026, 2, 1), [Standing.DIFFERS]), (date(2026, 2, 2), [Standing.ONLY_OURS])):
        moment = datetime.combine(day, datetime.min.time()).isoformat()
        found = compare_documents([report], [hers(report, date=moment)], PLACES, MemoryDocuments().differences, PERIOD)
        assert [one.standing for one in found] == expected


def _row(n: int, item: str, quantity: str, amount: str, vat: str) -> dict[str, str]:
    fields = {"item": item, "unit": "шт", "quantity": quantity, "price": "2.50", "amount": amount}
    return {f"goods[{n}].{name}": text for name, text in {**fields, "vat_rate": "10", "vat_amount": vat}.items()}


def test_a_period_in_which_nothing_fits_is_compared_without_setting_each_against_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two months of many registers, none of them matched, are compared while other requests wait."""
    shifts = range(60)
    mine = [
        StoredDocument(number, build_documents(given, rules())[0], "", "", DeliveryStatus())
        for number in shifts
        for given in (
            revision([line("milk", 1000, 500 + number)], [payment("cash", 500 + number)], shift=shift_key(number)),
        )
    ]
    theirs = [hers(one, f"hers-{one.position}", amount=f"{9000 + one.position}.00", outlet="outlet-2") for one in mine]
    looks: list[str] = []
    place_held = comparison._place_held

    def looked_at(snapshot: ErpSnapshot) -> str:
        looks.append(snapshot.ref)
        return place_held(snapshot)

    monkeypatch.setattr(comparison, "_place_held", looked_at)
    places = {kind: {"outlet-1", "outlet-2", "desk-1"} for kind in ErpDocumentKind}
    found = compare_documents(mine, theirs, places, MemoryDocuments().differences, PERIOD)

    assert Counter(one.standing for one in found) == {Standing.ONLY_OURS: 60, Standing.ONLY_THEIRS: 60}
    assert len(looks) <= 6 * len(theirs)
