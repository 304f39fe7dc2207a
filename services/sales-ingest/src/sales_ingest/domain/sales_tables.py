"""Turnover, receipts and lines without an item as rows of a table, in the accountant's words (words.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from smena.kinds.figures import PAYMENTS
from smena.kinds.money import rubles

Words = tuple[str, str]
"""Russian and English."""
TableCell = str | int | Decimal | None
Row = Mapping[str, Any]

KINDS: Final[Mapping[str, str]] = {
    "sale": "Продажа",
    "refund": "Возврат",
    "annulment": "Аннулирование",
    "deposit": "Внесение",
    "withdrawal": "Изъятие",
    "z-report": "Z-отчёт",
    "correction": "Коррекция",
    "unknown": "Неизвестный документ",
}
RESOLUTIONS: Final[Mapping[str, str]] = {
    "binding": "Связь",
    "barcode": "Штрихкод",
    "article": "Артикул",
    "rule": "Правило",
    "default": "Подстановка",
    "manual": "Вручную",
    "none": "Пусто",
}
VAT_NONE: Final = "Без НДС"

_WHERE: Sequence[Words] = (("Дата", "Date"), ("Касса", "Register"))
_SUMS: Sequence[Words] = (
    ("Продажи", "Sales"),
    ("Аннулирования", "Annulments"),
    ("Возвраты", "Refunds"),
    ("Итого", "Net"),
)
TURNOVER_SHEETS: Final[Mapping[str, Words]] = {
    "days": ("Обороты", "Turnover"),
    "payments": ("По видам оплаты", "By payment kind"),
    "vat": ("По ставкам НДС", "By VAT rate"),
}
TURNOVER_TITLES: Final[Mapping[str, Sequence[Words]]] = {
    "days": (
        *_WHERE,
        ("Продаж", "Number of sales"),
        ("Продажи", "Sales"),
        ("Аннулирований", "Number of annulments"),
        ("Аннулирования", "Annulments"),
        ("Возвратов", "Number of refunds"),
        ("Возвраты", "Refunds"),
        ("Итого", "Net"),
        ("В том числе не выручка (сертификаты, авансы)", "Of it no revenue (certificates, advances)"),
    ),
    "payments": (*_WHERE, ("Вид оплаты", "Payment kind"), *_SUMS),
    "vat": (*_WHERE, ("Ставка НДС", "VAT rate"), *_SUMS),
}
RECEIPT_SHEET: Final[Words] = ("Чеки", "Receipts")
RECEIPT_TITLES: Final[Sequence[Words]] = (
    *_WHERE,
    ("Смена", "Shift"),
    ("Документ №", "Document No"),
    ("Вид", "Kind"),
    ("Время", "Time"),
    ("Кассир", "Cashier"),
    ("Аннулирован", "Annulled"),
    ("Сумма чека", "Receipt amount"),
    ("Оплата", "Payments"),
    ("Строка", "Line"),
    ("Наименование", "Name"),
    ("Штрихкод", "Barcode"),
    ("Артикул", "Article"),
    ("Единица", "Unit"),
    ("Количество", "Quantity"),
    ("Цена", "Price"),
    ("Скидка", "Discount"),
    ("Наценка", "Markup"),
    ("Сумма", "Amount"),
    ("Ставка НДС", "VAT rate"),
    ("Номенклатура", "Item"),
    ("Кто заполнил", "Found by"),
    ("Учётный номер", "Fiscal id"),
)
UNRESOLVED_SHEET: Final[Words] = ("Без номенклатуры", "Without an item")
UNRESOLVED_TITLES: Final[Sequence[Words]] = (
    ("Наименование", "Name"),
    ("Штрихкод", "Barcode"),
    ("Артикул", "Article"),
    ("Код в кабинете", "Cabinet id"),
    ("Кассы", "Registers"),
    ("Ставки НДС", "VAT rates"),
    ("Строк", "Lines"),
    ("Количество", "Quantity"),
    ("Сумма", "Amount"),
)


def said(words: Words, language: str) -> str:
    """One of the two languages."""
    return words[language == "en"]


def titles(words: Sequence[Words], language: str) -> list[str]:
    """A header row."""
    return [said(one, language) for one in words]


def turnover_cells(sheet: str, row: Row, language: str) -> Iterator[list[TableCell]]:
    """The rows of one register's day on one of the turnover's sheets."""
    where: list[TableCell] = [_day(row["date"]), row["register"]]
    if sheet == "days":
        parts = (row["sales"], row["annulments"], row["refunds"])
        counted = [cell for part in parts for cell in (part["count"], rubles(part["sum"]))]
        yield [*where, *counted, rubles(row["net"]), rubles(row["not_revenue"])]
    for one in row.get(sheet, ()):
        word = _payment(one["kind"], language) if sheet == "payments" else _rate(one["rate"], language)
        yield [*where, word, *(rubles(one[name]) for name in ("sales", "annulments", "refunds", "net"))]


def receipt_cells(row: Row, zone: tzinfo, language: str) -> Iterator[list[TableCell]]:
    """A receipt by its lines; its own sum stands on the first of them only, so that the column adds up."""
    head: list[TableCell] = [
        _day(row["business_date"]),
        row["register"],
        row["shift_number"],
        row["number"],
        _word(KINDS, row["kind"], language),
        _moment(row["at"], zone),
        row["cashier"],
        said(("да", "yes"), language) if row["annulled"] else None,
    ]
    paid = "; ".join(f"{_payment(one['kind'], language)} {rubles(one['amount'])}" for one in row["payments"])
    own: list[TableCell] = [rubles(row["amount"]), paid]
    fiscal = row["fiscal_id"]
    if not row["lines"]:
        yield [*head, *own, *[None] * (len(RECEIPT_TITLES) - len(head) - len(own) - 1), fiscal]
    for place, line in enumerate(row["lines"]):
        yield [*head, *(own if place == 0 else (None, None)), *_line_cells(line, language), fiscal]


def unresolved_cells(row: Row, language: str) -> list[TableCell]:
    """Lines that carry the same and wait for an item."""
    return [
        row["name"],
        row["barcode"],
        row["article"],
        row["cabinet_item_id"],
        ", ".join(row["registers"]),
        ", ".join(_rate(one, language) for one in row["vat_rates"]),
        row["lines"],
        _quantity(row["quantity"]),
        rubles(row["amount"]),
    ]


def _line_cells(line: Row, language: str) -> list[TableCell]:
    return [
        line["n"],
        line["name"],
        line["barcode"],
        line["article"],
        line["unit"],
        _quantity(line["quantity"]),
        rubles(line["price"]),
        rubles(line["discount"]),
        rubles(line["markup"]),
        rubles(line["amount"]),
        _rate(line["vat_rate"], language),
        line["item_ref"],
        _word(RESOLUTIONS, line["resolution"], language),
    ]


def _quantity(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M:%S}"


def _payment(kind: str, language: str) -> str:
    return _word(PAYMENTS, kind, language)


def _rate(rate: str, language: str) -> str:
    if rate == "none":
        return VAT_NONE if language != "en" else "none"
    return f"{rate} %"


def _word(words: Mapping[str, str], name: str, language: str) -> str:
    return name if language == "en" else words.get(name, name)
