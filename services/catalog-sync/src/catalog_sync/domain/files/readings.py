"""Read a cell as what its column promises; whoever wrote the file may have typed numbers and dates as text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from catalog_sync.domain.files.cells import Cell, CellError, Faulty
from catalog_sync.domain.limits import BARCODE_CHARACTERS_MAX, BARCODES_MAX
from smena.kinds.money import Kopecks, NotMoneyError, money_from_number
from smena.kinds.quantity import NotQuantityError, Thousandths, quantity_from_number
from smena.kinds.vat import VatRate

WHOLE_FLOAT_MAX = 2**53
"""Beyond it a spreadsheet has lost digits of a number."""
SHOWN_CHARACTERS_MAX = 60
SERIAL_DAY_MIN, SERIAL_DAY_MAX = 36_526, 73_050
"""Days of a spreadsheet's calendar from 2000-01-01 to 2099-12-31: other numbers are no dates."""
SERIAL_EPOCH = date(1899, 12, 30)

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")
_CURRENCY = re.compile(r"(byn|бел\.?\s*руб|руб|р)\.?$", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_GROUPED_NUMBER = re.compile(r"-?[0-9]{1,3}(([.,])[0-9]{3})*[.,][0-9]+")
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?e\+?[0-9]+", re.IGNORECASE)
_DATE_TEXT = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?")
_ISO_DATE_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?)?")
_BARCODE_SEPARATORS = re.compile(r"[,;|\s]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")
"""Control characters, and what stands for bytes that are no character of the file's encoding."""
_RATE = re.compile(r"(?:ндс|vat)?\s*([0-9]{1,2})(?:[.,]0+)?\s*%?(?:\s*\(?(?:ндс|vat)\)?)?", re.IGNORECASE)

NO_VAT = frozenset({"без ндс", "без налога", "без налога (ндс)", "none", "без", "no vat", "without vat"})
YES = frozenset({"да", "истина", "true", "yes", "1", "+", "активен"})
NO = frozenset({"нет", "ложь", "false", "no", "0", "-", "архив"})
KINDS = {
    "товар": "goods", "товары": "goods", "goods": "goods", "продукция": "goods",
    "услуга": "service", "услуги": "service", "работа": "service", "service": "service",
    "сертификат": "certificate", "подарочный сертификат": "certificate", "certificate": "certificate",
    "материал": "material", "материалы": "material", "material": "material",
    "основное средство": "fixed-asset", "ос": "fixed-asset", "fixed-asset": "fixed-asset",
}  # fmt: skip
MARKINGS = {"нет": "none", "none": "none", "без маркировки": "none", "си": "si", "si": "si", "укз": "ukz", "ukz": "ukz"}


def text(cell: Cell, length_max: int) -> str | None:
    """A text as it stands, without spaces around it; None when the cell is empty.

    Raises:
        CellError: too long, a control character, or a date or number a spreadsheet made of the text.
    """
    found = _plain(cell)
    if found is None:
        return None
    if _CONTROL.search(found):
        raise CellError(
            "broken-character", "внутри текста испорченный или служебный знак", "a broken or control character"
        )
    if len(found) > length_max:
        raise CellError("too-long", f"длиннее {length_max} знаков", f"longer than {length_max} characters")
    return found


def barcodes(cell: Cell) -> tuple[str, ...]:
    """Barcodes of one cell, several of them apart by comma, semicolon or space.

    Raises:
        CellError: digits were lost by the spreadsheet, or there are too many.
    """
    found = _plain(cell)
    if found is None:
        return ()
    if _SCIENTIFIC.fullmatch(found.replace(" ", "")):
        raise CellError(
            "digits-lost",
            f"штрихкод «{shown(found)}» записан числом и потерял цифры: сделайте ячейку текстовой",
            f"the barcode {shown(found)!r} was kept as a number and lost digits: make the cell text",
        )
    codes = tuple(code for code in _BARCODE_SEPARATORS.split(found) if code)
    if len(codes) > BARCODES_MAX or any(len(code) > BARCODE_CHARACTERS_MAX for code in codes):
        raise CellError(
            "too-long",
            f"не больше {BARCODES_MAX} штрихкодов по {BARCODE_CHARACTERS_MAX} знаков",
            f"at most {BARCODES_MAX} barcodes of {BARCODE_CHARACTERS_MAX} characters",
        )
    for code in codes:
        if _CONTROL.search(code) or not any(character in "0123456789" for character in code):
            raise CellError("no-barcode", f"«{shown(code)}» не штрихкод", f"{shown(code)!r} is no barcode")
    return codes


def decimal(cell: Cell) -> Decimal | None:
    """An exact number; a binary float by its shortest decimal form; None when the cell is empty.

    Raises:
        CellError: it is no number.
    """
    _refuse_fault(cell)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise _no_number(cell)
    if isinstance(cell, int | float):
        number = Decimal(repr(cell))
        if not number.is_finite():
            raise _no_number(cell)
        return number
    plain = _CURRENCY.sub("", _SPACES.sub("", cell)).replace("\u2212", "-")
    if not _PLAIN_NUMBER.fullmatch(plain):
        plain = _with_point(plain)
    if not _PLAIN_NUMBER.fullmatch(plain):
        raise _no_number(cell)
    return Decimal(plain)


def price(cell: Cell) -> Kopecks | None:
    """A price in kopecks.

    Raises:
        CellError: no number, below zero, or finer than a kopeck.
    """
    number = decimal(cell)
    if number is None:
        return None
    if number < 0:
        raise CellError("below-zero", f"цена меньше нуля: {number}", f"a price below zero: {number}")
    try:
        return money_from_number(number)
    except NotMoneyError as error:
        raise CellError(
            "finer-than-kopeck", f"цена {number} точнее копейки или слишком велика: округлите её", str(error)
        ) from error


def quantity(cell: Cell) -> Thousandths | None:
    """A quantity in thousandths.

    Raises:
        CellError: no number, not above zero, or finer than a thousandth.
    """
    number = decimal(cell)
    if number is None:
        return None
    try:
        found = quantity_from_number(number)
    except NotQuantityError as error:
        raise CellError(
            "finer-than-thousandth", f"количество {number} точнее тысячной или слишком велико", str(error)
        ) from error
    if found <= 0:
        raise CellError("not-positive", f"количество не больше нуля: {number}", f"a quantity not above zero: {number}")
    return found


def day(cell: Cell) -> date | None:
    """A date: a date cell, a spreadsheet's serial number, or a text as 31.01.2026 or 2026-01-31.

    Raises:
        CellError: it is no date.
    """
    _refuse_fault(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if SERIAL_DAY_MIN <= cell <= SERIAL_DAY_MAX + 1:
            return SERIAL_EPOCH + timedelta(days=int(cell))
        raise _no_date(cell)
    return _day_of_text(cell)


def vat_rate(cell: Cell) -> VatRate | None:
    """A VAT rate: 20, 20 %, 0.2 of a percent cell, «Без НДС».

    Raises:
        CellError: a rate nobody knows.
    """
    _refuse_fault(cell)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = Decimal(repr(cell))
        percent = number * 100 if number.is_finite() and 0 < number < 1 else number
        digits = str(int(percent)) if percent.is_finite() and percent == int(percent) else ""
    else:
        plain = str(cell).strip().casefold()
        if plain in NO_VAT:
            return VatRate.NONE
        match = _RATE.fullmatch(plain)
        digits = match[1].lstrip("0") or "0" if match else ""
    try:
        return VatRate(digits)
    except ValueError:
        raise CellError(
            "unknown-vat-rate",
            f"неизвестная ставка НДС «{shown(cell)}»: есть 20, 10, 25, 0 и «Без НДС»",
            f"unknown VAT rate {shown(cell)!r}: known are 20, 10, 25, 0 and none",
        ) from None


def yes_or_no(cell: Cell) -> bool | None:
    """Да or Нет, and what people write for them.

    Raises:
        CellError: neither.
    """
    if isinstance(cell, bool):
        return cell
    found = _plain(cell)
    if found is None:
        return None
    if found.casefold() in YES | NO:
        return found.casefold() in YES
    raise CellError("no-yes-or-no", f"нужно «Да» или «Нет», а не «{shown(found)}»", f"yes or no, not {shown(found)!r}")


def kind(cell: Cell) -> str | None:
    """The kind of an item.

    Raises:
        CellError: a kind nobody knows.
    """
    return _word(cell, KINDS, "unknown-kind")


def marking(cell: Cell) -> str | None:
    """How an item is marked.

    Raises:
        CellError: a marking nobody knows.
    """
    return _word(cell, MARKINGS, "unknown-marking")


def shown(cell: Cell) -> str:
    """A cell as a message quotes it: short, without line breaks."""
    words = " ".join(str(cell).split())
    return words if len(words) <= SHOWN_CHARACTERS_MAX else words[:SHOWN_CHARACTERS_MAX] + "…"


def _plain(cell: Cell) -> str | None:
    """The text of a cell; a whole number a spreadsheet made of a code becomes its digits again."""
    _refuse_fault(cell)
    if cell is None:
        return None
    if isinstance(cell, bool):
        raise CellError("no-text", "логическое значение вместо текста", "a truth value where a text is expected")
    if isinstance(cell, date | time | timedelta):
        raise CellError(
            "date-in-text",
            f"таблица превратила значение в дату ({shown(cell)}): сделайте ячейку текстовой",
            f"the spreadsheet made a date of the value ({shown(cell)}): make the cell text",
        )
    if isinstance(cell, int | float):
        if abs(cell) >= WHOLE_FLOAT_MAX or cell != cell:  # noqa: PLR0124 - NaN is what differs from itself
            raise CellError(
                "digits-lost",
                "длинное число потеряло цифры: сделайте ячейку текстовой",
                "a long number lost digits: make the cell text",
            )
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return cell.strip() or None  # type: ignore[union-attr] # a faulty cell was refused above


def _refuse_fault(cell: Cell) -> None:
    if isinstance(cell, Faulty):
        raise CellError(cell.reason.code, cell.reason.ru, cell.reason.en)


def _with_point(number: str) -> str:
    """A decimal comma becomes a point, and thousands lose their marks where both are written."""
    if number.count(",") == 1 and "." not in number:
        return number.replace(",", ".")
    if not _GROUPED_NUMBER.fullmatch(number):
        return number
    whole, mark, fraction = number.rpartition("," if number.rfind(",") > number.rfind(".") else ".")
    other = "." if mark == "," else ","
    return number if mark in whole else f"{whole.replace(other, '')}.{fraction}"


def _day_of_text(cell: Cell) -> date:
    written = str(cell).strip()
    if match := _DATE_TEXT.fullmatch(written):
        parts = (int(match[3]), int(match[2]), int(match[1]))
    elif match := _ISO_DATE_TEXT.fullmatch(written):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    else:
        raise _no_date(cell)
    try:
        return date(*parts)
    except ValueError:
        raise _no_date(cell) from None


def _word(cell: Cell, known: dict[str, str], code: str) -> str | None:
    found = _plain(cell)
    if found is None:
        return None
    if found.casefold() not in known:
        words = ", ".join(known)
        raise CellError(
            code, f"неизвестное значение «{shown(found)}»; есть: {words}", f"unknown {shown(found)!r}; known: {words}"
        )
    return known[found.casefold()]


def _no_number(cell: Cell) -> CellError:
    return CellError("no-number", f"«{shown(cell)}» не число", f"{shown(cell)!r} is no number")


def _no_date(cell: Cell) -> CellError:
    return CellError(
        "no-date",
        f"«{shown(cell)}» не дата: нужен вид 31.01.2026 или 2026-01-31",
        f"{shown(cell)!r} is no date: write it as 31.01.2026 or 2026-01-31",
    )
