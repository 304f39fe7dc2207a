"""Rows of a file of goods receipts: each is one line of a document, or is refused with every reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid5

from catalog_sync.domain.files.cells import Cell, CellError, Reason, Rejection, SheetRow
from catalog_sync.domain.files.headers import Header
from catalog_sync.domain.files.item_rows import read_cells
from catalog_sync.domain.files.readings import barcodes, day, price, quantity, text, vat_rate
from catalog_sync.domain.limits import REF_CHARACTERS_MAX, SHORT_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from smena.kinds.identity import SMENA_NAMESPACE
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate

EMPTY = Reason("missing", "пустая ячейка: значение обязательно", "an empty cell: a value is needed here")
NO_ITEM = Reason("missing", "не указан товар", "the item is not named")
UNKNOWN_ITEM = Reason("unknown-item", "такого товара нет", "there is no such item")
SEVERAL_ITEMS = Reason(
    "ambiguous-item", "подходит несколько товаров: укажите ссылку", "several items fit: give the item's ref"
)
ITEM_KEYS = ("item_ref", "barcode", "code", "article")
"""What an item is named by, the surest first."""


@dataclass(frozen=True, slots=True)
class ItemKey:
    """How a line names its item: by one of ``ITEM_KEYS``; ``column`` is where."""

    by: str
    value: str
    column: int | None = None


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A line as a file gives it; ``document`` is the ref of its document. ``vat_rate`` None where not given."""

    row: int
    document: str
    number: str
    date: date
    supplier: str | None
    item: ItemKey
    quantity: Thousandths
    price: Kopecks
    vat_rate: VatRate | None


def document_ref(source: str, organization: str, number: str, day_of: date, supplier: str | None) -> str:
    """The ref of a document that carries none: the same document gets the same one every time."""
    return str(uuid5(SMENA_NAMESPACE, f"{source}|{organization}|{number}|{day_of.isoformat()}|{supplier or ''}"))


def _barcode(cell: Cell) -> str | None:
    codes = barcodes(cell)
    if len(codes) > 1:
        raise CellError("several-barcodes", "в ячейке несколько штрихкодов", "several barcodes in one cell")
    return codes[0] if codes else None


_READ: Mapping[str, Callable[[Cell], Any]] = {
    "ref": partial(text, length_max=REF_CHARACTERS_MAX),
    "number": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "date": day,
    "supplier": partial(text, length_max=TEXT_CHARACTERS_MAX),
    "item_ref": partial(text, length_max=REF_CHARACTERS_MAX),
    "barcode": _barcode,
    "code": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "article": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "quantity": quantity,
    "price": price,
    "vat_rate": vat_rate,
}
_NEEDED = ("number", "date", "quantity", "price")


def read_lines(
    header: Header, rows: Iterator[SheetRow], organization: str, source: str
) -> Iterator[GivenLine | list[Rejection]]:
    """One result per row that is not empty: a line, or why the row is refused.

    ``source`` keeps apart documents of one number that come in different ways.
    """
    for row in rows:
        if row.fault is not None:
            yield [Rejection(row.n, row.fault)]
        elif not row.empty:
            yield _line(header, row, organization, source)


def _line(header: Header, row: SheetRow, organization: str, source: str) -> GivenLine | list[Rejection]:
    values, wrong = read_cells(header, row, _READ)
    refused = {rejection.field for rejection in wrong}
    wrong += [
        Rejection(row.n, EMPTY, header.columns[field][0], field)
        for field in _NEEDED
        if values.get(field) is None and field not in refused
    ]
    key = next((ItemKey(by, values[by], header.columns[by][0]) for by in ITEM_KEYS if values.get(by)), None)
    if key is None and not refused.intersection(ITEM_KEYS):
        field = next(by for by in ITEM_KEYS if by in header.columns)
        wrong.append(Rejection(row.n, NO_ITEM, header.columns[field][0], field))
    if wrong or key is None:
        return [replace(rejection, ref=values.get("ref") or values.get("number")) for rejection in wrong]
    number, at, supplier = values["number"], values["date"], values.get("supplier")
    return GivenLine(
        row=row.n,
        document=values.get("ref") or document_ref(source, organization, number, at, supplier),
        number=number,
        date=at,
        supplier=supplier,
        item=key,
        quantity=values["quantity"],
        price=values["price"],
        vat_rate=values.get("vat_rate"),
    )
