"""Read pushed rows one by one: a bad row is refused by name, the rest goes on."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Annotated, Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from catalog_sync.domain.limits import (
    BARCODE_CHARACTERS_MAX,
    BARCODES_MAX,
    LINES_MAX,
    REF_CHARACTERS_MAX,
    SHORT_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
)
from catalog_sync.http_api.row_faults import Fault, fault_from, faults_of
from catalog_sync.http_api.row_faults import name_of as named
from smena.erp.catalogue import ErpItem, ErpPrice, GoodsReceipt, GoodsReceiptLine
from smena.kinds.money import Kopecks, NotMoneyError, parse_money
from smena.kinds.quantity import NotQuantityError, Thousandths, quantity_from_number
from smena.kinds.vat import VatRate

ROWS_MAX = 5_000
"""Rows of one bulk PUT (contracts.md)."""

NUL = b"\\u0000"
"""The one character PostgreSQL takes in no text, as JSON writes it."""

Ref = Annotated[str, msgspec.Meta(min_length=1, max_length=REF_CHARACTERS_MAX)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_CHARACTERS_MAX)]
Short = Annotated[str, msgspec.Meta(max_length=SHORT_CHARACTERS_MAX)]
Barcode = Annotated[str, msgspec.Meta(min_length=1, max_length=BARCODE_CHARACTERS_MAX)]
Decimal = Annotated[str, msgspec.Meta(min_length=1, max_length=24, pattern=r"^-?[0-9]+(\.[0-9]+)?$")]


class RowError(ValueError):
    """What is wrong with one row, and where in it."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer


class ItemRow(msgspec.Struct, forbid_unknown_fields=True):
    """An item as pushed."""

    ref: Ref
    name: Text
    code: Short | None = None
    full_name: Text | None = None
    unit: Short | None = None
    group: Text | None = None
    barcodes: Annotated[list[Barcode], msgspec.Meta(max_length=BARCODES_MAX)] = []
    article: Short | None = None
    vat_rate: VatRate | None = None
    retail_vat_rate: VatRate | None = None
    kind: Literal["goods", "service", "certificate", "material", "fixed-asset"] = "goods"
    marking: Literal["none", "si", "ukz"] = "none"
    active: bool = True


class PriceRow(msgspec.Struct, forbid_unknown_fields=True):
    """A price setting as pushed; a bare date is the beginning of that day where the organisation is."""

    item_ref: Ref
    price_type: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    price: Decimal
    effective_at: str


class ReceiptLineRow(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a goods receipt as pushed."""

    item_ref: Ref
    quantity: Decimal
    price: Decimal
    vat_rate: VatRate | None = None


class ReceiptRow(msgspec.Struct, forbid_unknown_fields=True):
    """A goods receipt as pushed."""

    ref: Ref
    number: Short
    date: date
    lines: Annotated[list[ReceiptLineRow], msgspec.Meta(max_length=LINES_MAX)]
    supplier: Text | None = None


Wire = TypeVar("Wire", ItemRow, PriceRow, ReceiptRow)
Content = TypeVar("Content", ErpItem, ErpPrice, GoodsReceipt)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A refused row, and everything that is wrong with it."""

    index: int
    name: str | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Intake(Generic[Content]):
    """Rows that can be stored, by their index, and the refused ones."""

    accepted: dict[int, Content]
    rejected: list[Rejected]


def take_in(
    rows: Sequence[msgspec.Raw],
    wire: type[Wire],
    content_of: Callable[[Wire], Content],
    key_of: Callable[[Content], Hashable],
    name_of: Callable[[Content], str],
) -> Intake[Content]:
    """Decode and check each row alone; of rows with one key only the first is taken."""
    decode = msgspec.json.Decoder(wire).decode
    accepted: dict[int, Content] = {}
    rejected: list[Rejected] = []
    first_of: dict[Hashable, int] = {}
    for index, raw in enumerate(rows):
        if NUL in bytes(raw):
            rejected.append(Rejected(index, named(raw), (("", "a text holds the character NUL"),)))
            continue
        try:
            content = content_of(decode(raw))
        except msgspec.ValidationError as error:
            rejected.append(Rejected(index, named(raw), tuple(faults_of(raw, wire, fault_from(error)))))
        except msgspec.DecodeError as error:
            rejected.append(Rejected(index, None, (("", str(error)),)))
        except RowError as error:
            rejected.append(Rejected(index, named(raw), ((error.pointer, str(error)),)))
        else:
            first = first_of.setdefault(key_of(content), index)
            if first == index:
                accepted[index] = content
            else:
                rejected.append(Rejected(index, name_of(content), (("", f"the same row stands at index {first}"),)))
    return Intake(accepted, rejected)


def take_whole(
    body: bytes,
    key: str,
    wire: type[Wire],
    contents_of: Callable[[Sequence[Wire]], Sequence[Content]],
    key_of: Callable[[Content], Hashable],
) -> Intake[Content] | None:
    """Decode ``{key: […]}`` at one stroke, which is how nearly every batch is; None where any row asks for a look."""
    if NUL in body:
        return None
    try:
        rows = getattr(_whole(key, wire).decode(body), key)
        contents = contents_of(rows) if len(rows) <= ROWS_MAX else ()
    except (msgspec.DecodeError, UnicodeDecodeError, RowError):
        return None
    if len(contents) != len(rows) or len(set(map(key_of, contents))) != len(rows):
        return None
    return Intake(dict(enumerate(contents)), [])


def all_of(content_of: Callable[[Wire], Content]) -> Callable[[Sequence[Wire]], Sequence[Content]]:
    """Many contents, one after the other."""
    return lambda rows: [content_of(row) for row in rows]


@cache
def _whole(key: str, wire: type[Any]) -> msgspec.json.Decoder[Any]:
    rows = list[wire]  # type: ignore[valid-type]
    return msgspec.json.Decoder(msgspec.defstruct("Rows", [(key, rows)], forbid_unknown_fields=True))


def item_of(row: ItemRow) -> ErpItem:
    """An item in our words."""
    return ErpItem(
        ref=row.ref,
        name=row.name,
        code=row.code,
        full_name=row.full_name,
        unit=row.unit,
        group=row.group,
        barcodes=tuple(row.barcodes),
        article=row.article,
        vat_rate=row.vat_rate,
        retail_vat_rate=row.retail_vat_rate,
        kind=row.kind,
        marking=row.marking,
        active=row.active,
    )


def items_of(rows: Sequence[ItemRow]) -> list[ErpItem]:
    """Many items in our words: as ``item_of``, without a step of Python for each."""
    return msgspec.convert(rows, list[ErpItem], from_attributes=True)


def price_of(row: PriceRow, zone: ZoneInfo) -> ErpPrice:
    """A price setting in our words.

    Raises:
        RowError: the price is finer than a kopeck or negative, or the instant is none.
    """
    return ErpPrice(row.item_ref, row.price_type, _money(row.price, "/price"), _instant(row.effective_at, zone))


def receipt_of(row: ReceiptRow) -> GoodsReceipt:
    """A goods receipt in our words.

    Raises:
        RowError: naming the line and the field.
    """
    lines = tuple(
        GoodsReceiptLine(
            line.item_ref,
            _quantity(line.quantity, f"/lines/{n}/quantity"),
            _money(line.price, f"/lines/{n}/price"),
            line.vat_rate,
        )
        for n, line in enumerate(row.lines)
    )
    return GoodsReceipt(row.ref, row.number, row.date, row.supplier, lines)


def _money(text: str, pointer: str) -> Kopecks:
    try:
        amount = parse_money(text)
    except NotMoneyError as error:
        raise RowError(pointer, str(error)) from error
    if amount < 0:
        raise RowError(pointer, "a price below zero")
    return amount


def _quantity(text: str, pointer: str) -> Thousandths:
    try:
        return quantity_from_number(text)
    except NotQuantityError as error:
        raise RowError(pointer, str(error)) from error


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time(), zone)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise RowError("/effective_at", "an instant is expected, as 2026-01-31T12:00:00Z, or a date") from None
    if instant.tzinfo is None:
        raise RowError("/effective_at", "the instant lacks its offset")
    return instant
