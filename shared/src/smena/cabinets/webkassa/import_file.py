"""The CSV that Webkassa's cabinet imports items from (observed): Windows-1251, ``;``, 13 columns.

The file has no id of the cabinet's: how it knows an item again is assumed to be the article. What is left empty is
assumed to be kept: stock, discount, section, and a price that takes no part.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final

from smena.cabinets.items import ItemWrite
from smena.cabinets.webkassa.codes import GOOD_KIND_CODES, UNIT_CODES, VAT_CODES
from smena.kinds.money import format_money

ENCODING: Final = "cp1251"
COLUMNS: Final = (
    "Код (артикул)",
    "Наименование",
    "Ед. измерения",
    "Себестоимость",
    "Цена",
    "Количество",
    "Категория",
    "ТоваруслугаСертификат",
    "Штрих-код",
    "Использование",
    "Код ставки НДС",
    "Процент скидки",
    "Секция",
)
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet that opens the file would compute a field that begins so."""
SHOWN_CHARACTERS_MAX: Final = 10


class WebkassaImport:
    """Items as Webkassa's import takes them."""

    media_type = "text/csv; charset=windows-1251"

    def name(self, day: date) -> str:
        """What the file of a day is called, as the operator's own client calls it."""
        return f"{day:%d-%m-%Y}_ToWebKassa.csv"

    def refusal(self, item: ItemWrite) -> str | None:
        """Why the file cannot hold this item; None when it can."""
        for what, text in (
            ("Артикул", item.article),
            ("Наименование", item.name),
            ("Категория", item.group),
            ("Штрихкод", next(iter(item.barcodes), None)),
        ):
            if text and (lacking := _lacking(text)):
                return f"{what}: в кодировке файла (Windows-1251) нет знаков {lacking}"
            if text and text.startswith(FORMULA_STARTS):
                return f"{what} начинается со знака «{text[0]}»: в таблице это стало бы формулой"
            if text and ("\n" in text or "\r" in text):
                return f"{what}: перевод строки внутри значения"
        for what, value, codes in (
            ("единицы", item.unit, UNIT_CODES),
            ("ставки НДС", item.vat_rate, VAT_CODES),
            ("вида", item.kind, GOOD_KIND_CODES),
        ):
            if value not in codes:
                return f"у кабинета нет кода {what} «{value}»"
        return None

    def encode(self, items: Sequence[ItemWrite]) -> bytes:
        """The file of these items, none of which is refused."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(map(_row, items))
        return text.getvalue().encode(ENCODING)


def _row(item: ItemWrite) -> tuple[str, ...]:
    return (
        item.article or "",
        item.name,
        str(UNIT_CODES[item.unit]),
        "" if item.purchase_price is None else format_money(item.purchase_price),
        "" if item.retail_price is None else format_money(item.retail_price),
        "",
        item.group or "",
        str(GOOD_KIND_CODES[item.kind]),
        next(iter(item.barcodes), ""),
        str(int(item.active)),
        str(VAT_CODES[item.vat_rate]),
        "",
        "",
    )


def _lacking(text: str) -> str:
    """The characters of a text that the encoding does not have, each once, with their numbers."""
    found = dict.fromkeys(character for character in text if not _has(character))
    return ", ".join(f"«{character}» (U+{ord(character):04X})" for character in list(found)[:SHOWN_CHARACTERS_MAX])


def _has(character: str) -> bool:
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True
