"""Our documents beside those an accountant entered by hand: which are the same, which differ, which stand alone."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from ledger.domain.documents import Document
from ledger.domain.stored import StoredDocument, erp_form
from ledger.domain.words import LINE_FIELD
from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpSnapshot, FieldDifference
from smena.kinds.money import format_money
from smena.kinds.quantity import format_quantity

MARKER = "[smena:"
NEAR_DAYS_MAX = 1
"""A document of the same place and sum this many days off is the same one with a wrong date; further off, another."""
PLACE_ROLES: Mapping[ErpDocumentKind, str] = {
    ErpDocumentKind.RETAIL_REPORT: "outlet",
    ErpDocumentKind.RETAIL_REFUND: "outlet",
    ErpDocumentKind.CASH_RECEIPT_ORDER: "cash_desk",
    ErpDocumentKind.CASH_EXPENSE_ORDER: "cash_desk",
    ErpDocumentKind.CARD_PAYMENT: "payment_type",
}
"""Where a document of a kind stands: the warehouse, the cash desk, or the type of payment."""
NOT_COMPARED = frozenset({"comment", "basis", "goods", "refunds"})
"""Words of free text, and counts of rows: rows are compared by item and rate, whatever their order."""
ROW_FIELDS = ("quantity", "amount", "vat_amount")


class Standing(StrEnum):
    """What came of setting ours against hers."""

    MATCHED = "matched"
    DIFFERS = "differs"
    ONLY_OURS = "only-ours"
    ONLY_THEIRS = "only-theirs"


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """One document of ours, of hers, or both; ``differences`` say field by field what hers holds instead."""

    standing: Standing
    kind: ErpDocumentKind
    day: date
    ours: StoredDocument | None = None
    theirs: ErpSnapshot | None = None
    differences: tuple[FieldDifference, ...] = ()


Differ = Callable[[ErpDocument, ErpSnapshot], tuple[FieldDifference, ...]]
"""The ERP's own comparison of a document with a snapshot."""
_Key = Callable[[date, str, int], Hashable]


def compare_documents(
    ours: Sequence[StoredDocument],
    theirs: Sequence[ErpSnapshot],
    places: Mapping[ErpDocumentKind, Collection[str]],
    differ: Differ,
    period: tuple[date, date],
) -> list[ComparedDocument]:
    """Pair ours with hers by kind, day, place and sum; then what differs in one of these; the rest stands alone.

    Hers are those without our marker, not marked for deletion, and at one of the ``places`` of the registers in
    question. They may be given from a few days around the ``period``, where only a document with a wrong date can
    stand; alone they count only within it.
    """
    found: list[ComparedDocument] = []
    names = {line.item_ref.lower(): line.name for one in ours for line in one.document.lines}
    for kind in ErpDocumentKind:
        mine = {one.id: one for one in ours if one.document.kind is kind}
        known = {place.lower() for place in places.get(kind, ())}
        hers = {one.ref: one for one in theirs if one.kind is kind and _hers(one) and _place_held(one) in known}
        for stored, snapshot in _pairs(mine, hers):
            differences = _differences(stored.document, snapshot, differ, names)
            standing = Standing.DIFFERS if differences else Standing.MATCHED
            day = stored.document.form.date.date()
            found.append(ComparedDocument(standing, kind, day, stored, snapshot, differences))
        found += [
            ComparedDocument(Standing.ONLY_OURS, kind, one.document.form.date.date(), one) for one in mine.values()
        ]
        found += [
            ComparedDocument(Standing.ONLY_THEIRS, kind, _day_held(one), theirs=one)
            for one in hers.values()
            if period[0] <= _day_held(one) <= period[1]
        ]
    return sorted(found, key=list_place)


def place_of(document: Document) -> str:
    """The warehouse, cash desk or payment type of one of ours."""
    return document.form.refs.get(PLACE_ROLES[document.kind], "").lower()


def _pairs(
    mine: dict[UUID, StoredDocument], hers: dict[str, ErpSnapshot]
) -> Iterable[tuple[StoredDocument, ErpSnapshot]]:
    """Take pairs out of both sides, the surest first; whatever is left over stands alone."""
    yield from _equal(mine, hers, lambda day, place, amount: (day, place, amount))
    yield from _nearest(mine, hers, lambda _, place, amount: (place, amount))
    yield from _equal(mine, hers, lambda day, _, amount: (day, amount))
    yield from _nearest(mine, hers, lambda day, place, _: (day, place))


def _equal(
    mine: dict[UUID, StoredDocument], hers: dict[str, ErpSnapshot], key: _Key
) -> Iterable[tuple[StoredDocument, ErpSnapshot]]:
    waiting: dict[Hashable, list[str]] = {}
    for ref, snapshot in sorted(hers.items()):
        waiting.setdefault(key(_day_held(snapshot), _place_held(snapshot), snapshot.amount), []).append(ref)
    for id_, stored in list(mine.items()):
        day, place, amount = _where(stored)
        if refs := waiting.get(key(day, place, amount)):
            yield mine.pop(id_), hers.pop(refs.pop(0))


def _nearest(
    mine: dict[UUID, StoredDocument], hers: dict[str, ErpSnapshot], key: _Key
) -> Iterable[tuple[StoredDocument, ErpSnapshot]]:
    """Pairs of an equal key, those least apart in days and then in kopecks first; only these are looked at."""
    alike: dict[Hashable, list[tuple[str, date, int]]] = {}
    for ref, snapshot in hers.items():
        day, amount = _day_held(snapshot), snapshot.amount
        alike.setdefault(key(day, _place_held(snapshot), amount), []).append((ref, day, amount))
    apart = sorted(
        (abs((day - their_day).days), abs(amount - theirs), stored.position, ref, id_)
        for id_, stored in mine.items()
        for day, place, amount in (_where(stored),)
        for ref, their_day, theirs in alike.get(key(day, place, amount), ())
        if abs((day - their_day).days) <= NEAR_DAYS_MAX
    )
    for *_, ref, id_ in apart:
        if id_ in mine and ref in hers:
            yield mine.pop(id_), hers.pop(ref)


def _where(stored: StoredDocument) -> tuple[date, str, int]:
    document = erp_form(stored.document)
    return document.date.date(), place_of(stored.document), document.amount


def _hers(snapshot: ErpSnapshot) -> bool:
    return not snapshot.marked and MARKER not in snapshot.comment


def _place_held(snapshot: ErpSnapshot) -> str:
    return snapshot.content.get(PLACE_ROLES[snapshot.kind], "").lower()


def _day_held(snapshot: ErpSnapshot) -> date:
    return date.fromisoformat(snapshot.content["date"][:10])


def _differences(
    document: Document, snapshot: ErpSnapshot, differ: Differ, names: Mapping[str, str]
) -> tuple[FieldDifference, ...]:
    form = erp_form(document)
    header = [
        one
        for one in differ(form, snapshot)
        if one.field not in NOT_COMPARED
        and LINE_FIELD.fullmatch(one.field) is None
        and not (one.field == "date" and one.sent[:10] == one.found[:10])  # the hour is hers to choose
    ]
    return (
        *header,
        *_row_differences(form, snapshot, {**names, **{line.item_ref.lower(): line.name for line in document.lines}}),
    )


def _row_differences(form: ErpDocument, snapshot: ErpSnapshot, names: Mapping[str, str]) -> list[FieldDifference]:
    """Quantity, sum and VAT by item and rate, whatever the order and the splitting of the rows."""
    sent, held = _rows_sent(form), _rows_held(snapshot.content)
    found = []
    for item, rate in sorted(sent.keys() | held.keys()):
        ours, hers = sent.get((item, rate)), held.get((item, rate))
        for name in ROW_FIELDS:
            before, after = _shown(name, ours), _shown(name, hers)
            if before != after:
                found.append(FieldDifference(f"{names.get(item, item)}, {rate}: {name}", before, after))
    return found


def _rows_sent(form: ErpDocument) -> dict[tuple[str, str], dict[str, int]]:
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for line in form.lines:
        row = rows.setdefault((line.item_ref.lower(), line.vat_rate.value), dict.fromkeys(ROW_FIELDS, 0))
        for name in ROW_FIELDS:
            row[name] += -getattr(line, name) if line.refund else getattr(line, name)
    return rows


def _rows_held(content: Mapping[str, str]) -> dict[tuple[str, str], dict[str, int]]:
    fields: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in content.items():
        if found := LINE_FIELD.fullmatch(name):
            fields.setdefault((found["section"], found["line"]), {})[found["field"]] = value
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for (section, _), held in fields.items():
        key = (held.get("item", ""), held.get("vat_rate", ""))
        row = rows.setdefault(key, dict.fromkeys(ROW_FIELDS, 0))
        for name in ROW_FIELDS:
            number = _whole(held.get(name, "0"), 3 if name == "quantity" else 2)
            row[name] += -number if section == "refunds" else number
    return rows


def _whole(text: str, places: int) -> int:
    """A number of the ERP in its smallest unit; what is no number is 0, and so differs from what was sent."""
    try:
        return int(Decimal(text).scaleb(places))
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def _shown(name: str, row: Mapping[str, int] | None) -> str:
    if row is None:
        return ""
    return format_quantity(row[name]) if name == "quantity" else format_money(row[name])


def list_place(one: ComparedDocument) -> str:
    """Where it stands in the list, which is sorted by it: day, kind, our key, her reference."""
    key = "" if one.ours is None else one.ours.document.key
    ref = "" if one.theirs is None else one.theirs.ref
    return f"{one.day.isoformat()} {one.kind.value} {key} {ref}"


def amount_apart(one: ComparedDocument) -> str:
    """Hers minus ours; the whole of it where one stands alone."""
    ours = 0 if one.ours is None else erp_form(one.ours.document).amount
    theirs = 0 if one.theirs is None else one.theirs.amount
    return format_money(theirs - ours)
