"""Rows of a file of items: each becomes what it gives of an item, or is refused with every reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from catalog_sync.domain.files.cells import Cell, CellError, Reason, Rejection, SheetRow
from catalog_sync.domain.files.headers import Header
from catalog_sync.domain.files.readings import barcodes, kind, marking, text, vat_rate, yes_or_no
from catalog_sync.domain.limits import BARCODES_MAX, REF_CHARACTERS_MAX, SHORT_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from smena.erp.catalogue import ErpItem

NO_REF = Reason("missing", "нет ссылки или кода товара", "the item's ref or code is missing")
NO_NAME = Reason("missing", "нет наименования", "the name is missing")
TOO_MANY_BARCODES = Reason("too-long", f"больше {BARCODES_MAX} штрихкодов", f"more than {BARCODES_MAX} barcodes")
NOT_EMPTIED = frozenset({"kind", "marking", "active"})
"""Fields that always have a value: an empty cell leaves them as they are."""

_READ: Mapping[str, Callable[[Cell], Any]] = {
    "ref": partial(text, length_max=REF_CHARACTERS_MAX),
    "code": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "name": partial(text, length_max=TEXT_CHARACTERS_MAX),
    "full_name": partial(text, length_max=TEXT_CHARACTERS_MAX),
    "unit": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "group": partial(text, length_max=TEXT_CHARACTERS_MAX),
    "article": partial(text, length_max=SHORT_CHARACTERS_MAX),
    "vat_rate": vat_rate,
    "retail_vat_rate": vat_rate,
    "kind": kind,
    "marking": marking,
    "active": yes_or_no,
}


@dataclass(frozen=True, slots=True)
class GivenItem:
    """What a row says of an item: only the fields that have a column. ``ref`` or ``code`` is there."""

    row: int
    ref: str | None
    fields: Mapping[str, Any]

    @property
    def code(self) -> str | None:
        """The item's code, where the file gives it."""
        return self.fields.get("code")

    def over(self, ref: str, known: ErpItem | None) -> ErpItem:
        """The item with what the row says; a field without a column stays as it is known."""
        return replace(known or ErpItem(ref, ""), **self.fields)


def read_items(header: Header, rows: Iterator[SheetRow]) -> Iterator[GivenItem | list[Rejection]]:
    """One result per row that is not empty: an item, or why the row is refused."""
    for row in rows:
        if row.fault is not None:
            yield [Rejection(row.n, row.fault)]
        elif not row.empty:
            yield _item(header, row)


def read_cells(
    header: Header, row: SheetRow, readers: Mapping[str, Callable[[Cell], Any]]
) -> tuple[dict[str, Any], list[Rejection]]:
    """The values of a row by field, and what is wrong with its cells."""
    values: dict[str, Any] = {}
    wrong: list[Rejection] = []
    for field, read in readers.items():
        if field in header.columns:
            at = header.columns[field][0]
            try:
                values[field] = read(row.cell(at))
            except CellError as error:
                wrong.append(Rejection(row.n, error.reason, at, field))
    return values, wrong


def _item(header: Header, row: SheetRow) -> GivenItem | list[Rejection]:
    values, wrong = read_cells(header, row, _READ)
    _read_barcodes(header, row, values, wrong)
    refused = {rejection.field for rejection in wrong}
    ref, code = values.pop("ref", None), values.get("code")
    if not (ref or code) and not refused & {"ref", "code"}:
        field = "ref" if "ref" in header.columns else "code"
        wrong.append(Rejection(row.n, NO_REF, header.columns[field][0], field))
    if not values.get("name") and "name" not in refused:
        wrong.append(Rejection(row.n, NO_NAME, header.columns["name"][0], "name"))
    if wrong:
        return [replace(rejection, ref=ref or code) for rejection in wrong]
    fields = {field: value for field, value in values.items() if value is not None or field not in NOT_EMPTIED}
    return GivenItem(row.n, ref, fields)


def _read_barcodes(header: Header, row: SheetRow, values: dict[str, Any], wrong: list[Rejection]) -> None:
    """Barcodes of all their columns, the first column's first; each stands once."""
    places = header.columns.get("barcodes")
    if places is None:
        return
    found: list[str] = []
    for at in places:
        try:
            found += barcodes(row.cell(at))
        except CellError as error:
            wrong.append(Rejection(row.n, error.reason, at, "barcodes"))
    values["barcodes"] = tuple(dict.fromkeys(found))
    if len(values["barcodes"]) > BARCODES_MAX:
        wrong.append(Rejection(row.n, TOO_MANY_BARCODES, places[0], "barcodes"))
