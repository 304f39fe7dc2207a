"""Find the header row by the names of its columns, in Russian or English, anywhere in the first rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from catalog_sync.domain.files.cells import Sheet, SheetRow, column_letters

HEADER_ROWS_MAX = 50
"""The header stands in the first rows; above it there may be a title, an address, a period."""
COLUMNS_MAX = 256
"""Columns past these are not looked at."""

_NOT_A_WORD = re.compile(r"[^0-9a-zа-яіў%№]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file may hold: the names of each field, and which fields must be there (one of each group)."""

    names: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    repeatable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Header:
    """The header that was found: where each field stands, and the titles nobody knows."""

    row: int
    columns: Mapping[str, tuple[int, ...]]
    titles: Mapping[int, str]
    ignored: tuple[str, ...]


class HeaderMissingError(ValueError):
    """No row of the file is its header.

    ``missing`` are groups of fields, one of each needed, that the likest row lacks; ``twice`` are the titles of
    columns that would be the same field.
    """

    def __init__(self, row: int | None, missing: tuple[tuple[str, ...], ...], twice: tuple[str, ...] = ()) -> None:
        super().__init__(f"no header; missing {missing}; twice {twice}")
        self.row = row
        self.missing = missing
        self.twice = twice


ITEMS = Layout(
    names={
        "ref": ("ссылка", "id", "ид", "guid", "uuid", "идентификатор", "item ref"),
        "code": ("код", "код номенклатуры", "код товара"),
        "name": ("наименование", "название", "товар", "номенклатура", "наименование товара", "item", "product"),
        "full_name": ("полное наименование", "наименование полное", "наименование для печати"),
        "unit": ("единица", "ед", "ед изм", "ед измерения", "единица измерения", "базовая единица", "uom"),
        "group": ("группа", "категория", "родитель", "группа товаров", "category", "group path"),
        "barcodes": ("штрихкод", "штрих код", "штрихкоды", "шк", "barcode", "ean", "ean13", "ean 13", "gtin"),
        "article": ("артикул", "sku", "vendor code"),
        "vat_rate": ("ндс", "ставка ндс", "ндс %", "% ндс", "ставка ндс %", "vat", "vat %"),
        "retail_vat_rate": ("ндс в рознице", "ставка ндс в рознице", "розничная ставка ндс", "retail vat"),
        "kind": ("вид", "тип", "вид номенклатуры", "тип номенклатуры", "type"),
        "marking": ("маркировка", "вид маркировки"),
        "active": ("активен", "активный", "используется", "использование", "действует"),
    },
    required=(("ref", "code"), ("name",)),
    repeatable=frozenset({"barcodes"}),
)  # fmt: skip
RECEIPTS = Layout(
    names={
        "ref": ("ссылка", "ссылка документа", "ид документа", "document ref"),
        "number": ("номер", "номер документа", "№ документа", "номер накладной", "document number", "document"),
        "date": ("дата", "дата документа", "дата накладной", "document date"),
        "supplier": ("поставщик", "контрагент"),
        "item_ref": ("ссылка номенклатуры", "номенклатура ссылка", "ссылка товара", "ид товара", "item"),
        "code": ("код", "код номенклатуры", "код товара", "item code"),
        "barcode": ("штрихкод", "штрих код", "шк", "ean", "ean13", "ean 13", "gtin"),
        "article": ("артикул", "sku", "vendor code"),
        "quantity": ("количество", "кол во", "кол", "qty"),
        "price": ("цена", "цена поступления", "цена за единицу", "закупочная цена", "себестоимость"),
        "vat_rate": ("ндс", "ставка ндс", "ндс %", "% ндс", "ставка ндс %", "vat", "vat %"),
    },
    required=(("number",), ("date",), ("item_ref", "barcode", "code", "article"), ("quantity",), ("price",)),
)  # fmt: skip


def normal_title(title: str) -> str:
    """A title as titles compare: without case, marks, line breaks and «ё»."""
    return _NOT_A_WORD.sub(" ", title.casefold().replace("ё", "е")).strip()


def read_header(sheet: Sheet, layout: Layout) -> tuple[Header, Iterator[SheetRow]]:
    """The header and the rows below it.

    Raises:
        HeaderMissingError: naming what the likest row lacks.
    """
    known = {
        normal_title(title): field
        for field, titles in layout.names.items()
        for title in (field.replace("_", " "), *titles)
    }
    first: list[SheetRow] = []
    for row in sheet.rows:
        first.append(row)
        if len(first) == HEADER_ROWS_MAX:
            break
    likest = max(first, key=lambda row: len(_fields(row, known)), default=None)
    columns = {} if likest is None else _fields(likest, known)
    missing = tuple(group for group in layout.required if not any(field in columns for field in group))
    if likest is None or missing:
        raise HeaderMissingError(likest.n if likest and columns else None, missing)
    titles = {at: str(cell).strip() for at, cell in enumerate(likest.cells[:COLUMNS_MAX]) if isinstance(cell, str)}
    twice = [places for field, places in columns.items() if len(places) > 1 and field not in layout.repeatable]
    if twice:
        named = (f"{column_letters(at)} «{titles[at]}»" for places in twice for at in places)
        raise HeaderMissingError(likest.n, (), tuple(named))
    taken = {at for places in columns.values() for at in places}
    ignored = tuple(title for at, title in titles.items() if at not in taken and title)
    below = (row for row in first if row.n > likest.n)
    return Header(likest.n, columns, titles, ignored), chain(below, sheet.rows)


def _fields(row: SheetRow, known: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    cells: Sequence[object] = row.cells[:COLUMNS_MAX]
    for at, cell in enumerate(cells):
        field = known.get(normal_title(cell)) if isinstance(cell, str) else None
        if field is not None:
            found[field] = (*found.get(field, ()), at)
    return found
