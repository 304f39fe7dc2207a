"""CSV as the manifest ``titan-retail-local`` assumes it: Windows-1251, ``;``, a comma in sums."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from smena_sandbox.files.rows import Column, ReceiptRow, Registers, ZRow, local, receipt_rows, shown, z_rows
from smena_sandbox.world.model import Kind
from smena_sandbox.world.world import World

KINDS = {
    Kind.SALE: "Продажа",
    Kind.REFUND: "Возврат",
    Kind.ANNULMENT: "Аннулирование",
    Kind.DEPOSIT: "Внесение",
    Kind.WITHDRAWAL: "Изъятие",
}
VAT = {"20": "20", "10": "10", "0": "0", "none": "Без НДС"}


def rubles(kopecks: int) -> str:
    """Kopecks as the program writes rubles."""
    return f"{kopecks // 100},{kopecks % 100:02d}"


def _of_line(value: Any) -> Any:
    return lambda row: "" if row.line is None else value(row)


RECEIPTS: Sequence[Column] = (
    ("Касса", lambda row: row.till.number),
    ("Смена", lambda row: row.document.shift.number),
    ("УИ", lambda row: row.document.uid),
    ("Вид", lambda row: KINDS[row.document.kind]),
    ("Номер", lambda row: row.document.number),
    ("Дата", lambda row: f"{local(row.document.at):%d.%m.%Y}"),
    ("Время", lambda row: f"{local(row.document.at):%H:%M:%S}"),
    ("Кассир", lambda row: row.cashier),
    ("Валюта", lambda _: "BYN"),
    ("Всего", lambda row: rubles(row.document.subtotal)),
    ("Скидка чека", lambda row: rubles(row.document.discount)),
    ("Надбавка чека", lambda row: rubles(row.document.allowance)),
    ("К оплате", lambda row: rubles(row.document.payable)),
    ("Наличные", lambda row: rubles(row.document.cash)),
    ("Безналичные", lambda row: rubles(row.document.no_cash)),
    ("Иное", lambda row: rubles(row.document.other)),
    ("Аннулирован", lambda row: row.document.target or ""),
    ("Товар", _of_line(lambda row: row.line.name)),
    ("Артикул", _of_line(lambda row: row.facts.article or "")),
    ("Штрихкод", _of_line(lambda row: row.facts.barcode or "")),
    ("Единица", _of_line(lambda row: row.facts.unit)),
    ("Количество", _of_line(lambda row: f"{row.line.quantity // 1000},{row.line.quantity % 1000:03d}")),
    ("Сумма", _of_line(lambda row: rubles(row.line.amount))),
    ("Скидка", _of_line(lambda row: rubles(row.line.discount))),
    ("Надбавка", _of_line(lambda row: rubles(row.line.allowance))),
    ("НДС", _of_line(lambda row: VAT.get(row.facts.vat or "", ""))),
)
Z_REPORTS: Sequence[Column] = (
    ("Касса", lambda row: row.till.number),
    ("Смена", lambda row: row.shift.number),
    ("УИ", lambda row: row.document.uid),
    ("Номер", lambda row: row.document.number),
    ("Открыта", lambda row: shown(row.shift.opened)),
    ("Закрыта", lambda row: shown(row.shift.closed)),
    ("Первый документ", lambda row: row.z.first_number or ""),
    ("Последний документ", lambda row: row.z.last_number or ""),
    ("Продаж", lambda row: row.z.sales_count),
    ("Продажи", lambda row: rubles(row.z.sales_sum)),
    ("Наличные", lambda row: rubles(row.z.sales_cash)),
    ("Безналичные", lambda row: rubles(row.z.sales_no_cash)),
    ("Иное", lambda row: rubles(row.z.sales_other)),
    ("Возвратов", lambda row: row.z.refunds_count),
    ("Возвраты", lambda row: rubles(row.z.refunds_sum)),
    ("Аннулировано", lambda row: row.z.annulments_count),
    ("Аннулирования", lambda row: rubles(row.z.annulments_sum)),
    ("Внесений", lambda row: row.z.deposits_count),
    ("Внесения", lambda row: rubles(row.z.deposits_sum)),
    ("Изъятий", lambda row: row.z.withdrawals_count),
    ("Изъятия", lambda row: rubles(row.z.withdrawals_sum)),
)


def titan_files(world: World, day: date, registers: Registers = None) -> dict[str, bytes]:
    """The files of a day by name, none without a row; of ``registers`` alone when they are named."""
    tables: dict[str, tuple[Sequence[Column], Sequence[ReceiptRow | ZRow]]] = {
        f"receipts-{day}.csv": (RECEIPTS, list(receipt_rows(world, day, registers))),
        f"zreports-{day}.csv": (Z_REPORTS, list(z_rows(world, day, registers))),
    }
    return {name: _csv(columns, rows) for name, (columns, rows) in tables.items() if rows}


def _csv(columns: Sequence[Column], rows: Sequence[ReceiptRow | ZRow]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(title for title, _ in columns)
    writer.writerows([value(row) for _, value in columns] for row in rows)
    return text.getvalue().encode("cp1251", errors="replace")
