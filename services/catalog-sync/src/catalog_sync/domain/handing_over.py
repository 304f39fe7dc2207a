"""Rows handed over in a file: which would hit the wrong item, and when the cabinet holds what was handed over.

Such a file knows an item by its article, and carries one barcode.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from catalog_sync.domain.applying import CabinetIndex
from catalog_sync.domain.matching import comparable
from catalog_sync.domain.rows import DiffRow
from smena.cabinets.items import CabinetItem, ItemWrite

NO_ARTICLE = "Нет артикула: файл не найдёт товар в кабинете"


@dataclass(frozen=True, slots=True)
class HandedRow:
    """A row, and the write the file would bring about."""

    n: int
    row: DiffRow
    write: ItemWrite


def conflicts(rows: Sequence[HandedRow], items: Sequence[CabinetItem]) -> dict[int, str]:
    """The rows by number whose article would lead the file to another item, or to a second one."""
    carriers: dict[str, list[CabinetItem]] = {}
    for item in items:
        carriers.setdefault(_article(item.article), []).append(item)
    wanted = Counter(_article(row.write.article) for row in rows)
    return {row.n: reason for row in rows if (reason := _conflict(row, carriers, wanted)) is not None}


def _conflict(handed: HandedRow, carriers: dict[str, list[CabinetItem]], wanted: Counter[str]) -> str | None:
    article, held = _article(handed.write.article), handed.row.counterpart
    if not article:
        return NO_ARTICLE
    if held is not None and _article(held.article) != article:
        was = held.article or "–"
        return f"Артикул меняется с «{was}» на «{article}»: файл создал бы второй товар, измените его в кабинете"
    other = next((item for item in carriers.get(article, ()) if item.id != handed.write.id), None)
    if other is not None:
        return f"Артикул «{article}» уже у другого товара кабинета («{other.name}»): файл изменил бы его"
    if wanted[article] > 1:
        return f"Артикул «{article}» у нескольких строк: файл сделал бы из них один товар"
    return None


def confirmed(write: ItemWrite, index: CabinetIndex) -> CabinetItem | None:
    """The cabinet's item that holds what was handed over; None while there is none."""
    item = index.by_id.get(write.id) if write.id is not None else index.look(write)
    return item if item is not None and _stands(item, write) else None


def _stands(item: CabinetItem, write: ItemWrite) -> bool:
    return (
        item.name == write.name
        and _article(item.article) == _article(write.article)
        and item.unit == write.unit
        and (item.group or None) == (write.group or None)
        and _main(item.barcodes) == _main(write.barcodes)
        and item.vat_rate == write.vat_rate
        and write.purchase_price in {None, item.purchase_price}
        and write.retail_price in {None, item.retail_price}
        and item.active == write.active
    )


def _article(article: str | None) -> str:
    return (article or "").strip()


def _main(codes: Sequence[str]) -> str | None:
    return comparable(codes[0]) if codes else None
