"""Workbooks as the manifest ``k5-mag`` assumes them: a title above the header, sums and quantities as numbers."""

import io
from collections.abc import Sequence
from datetime import date

from xlsxwriter import Workbook

from smena_sandbox.files.rows import Column, ReceiptRow, Registers, ZRow, receipt_rows, shown, z_rows
from smena_sandbox.world.model import Kind
from smena_sandbox.world.world import World

KINDS = {
    Kind.SALE: "ПРОДАЖА",
    Kind.REFUND: "ВОЗВРАТ",
    Kind.ANNULMENT: "АННУЛИРОВАНИЕ",
    Kind.DEPOSIT: "ВНЕСЕНИЕ",
    Kind.WITHDRAWAL: "ВЫДАЧА",
}
VAT = {"20": "20%", "10": "10%", "0": "0%", "none": "без НДС"}
RECEIPTS: Sequence[Column] = (
    ("Рег. № кассы", lambda row: row.till.number),
    ("№ смены", lambda row: row.document.shift.number),
    ("№ документа", lambda row: row.document.number),
    ("УИ документа", lambda row: row.document.uid),
    ("Тип документа", lambda row: KINDS[row.document.kind]),
    ("Дата и время", lambda row: shown(row.document.at)),
    ("Кассир", lambda row: row.cashier),
    ("Стоимость", lambda row: row.document.subtotal / 100),
    ("Скидки", lambda row: row.document.discount / 100),
    ("Наценки", lambda row: row.document.allowance / 100),
    ("Итого", lambda row: row.document.payable / 100),
    ("Оплата наличными", lambda row: row.document.cash / 100),
    ("Оплата безналичными", lambda row: row.document.no_cash / 100),
    ("Оплата иным способом", lambda row: row.document.other / 100),
    ("УИ аннулированного", lambda row: row.document.target),
    ("Код товара", lambda row: row.facts.article),
    ("Штрих-код", lambda row: row.facts.barcode),
    ("Наименование", lambda row: row.line and row.line.name),
    ("Ед. изм.", lambda row: row.line and row.facts.unit),
    ("Кол-во", lambda row: row.line and row.line.quantity / 1000),
    ("Стоимость позиции", lambda row: row.line and row.line.amount / 100),
    ("Скидка позиции", lambda row: row.line and row.line.discount / 100),
    ("Наценка позиции", lambda row: row.line and row.line.allowance / 100),
    ("Ставка НДС", lambda row: VAT.get(row.facts.vat or "")),
)
Z_REPORTS: Sequence[Column] = (
    ("Рег. № кассы", lambda row: row.till.number),
    ("№ смены", lambda row: row.shift.number),
    ("№ документа", lambda row: row.document.number),
    ("УИ документа", lambda row: row.document.uid),
    ("Смена открыта", lambda row: shown(row.shift.opened)),
    ("Смена закрыта", lambda row: shown(row.shift.closed)),
    ("Первый №", lambda row: row.z.first_number),
    ("Последний №", lambda row: row.z.last_number),
    ("Кол-во продаж", lambda row: row.z.sales_count),
    ("Сумма продаж", lambda row: row.z.sales_sum / 100),
    ("Продажи наличными", lambda row: row.z.sales_cash / 100),
    ("Продажи безналичными", lambda row: row.z.sales_no_cash / 100),
    ("Продажи иным способом", lambda row: row.z.sales_other / 100),
    ("Кол-во возвратов", lambda row: row.z.refunds_count),
    ("Сумма возвратов", lambda row: row.z.refunds_sum / 100),
    ("Кол-во аннулирований", lambda row: row.z.annulments_count),
    ("Сумма аннулирований", lambda row: row.z.annulments_sum / 100),
    ("Кол-во внесений", lambda row: row.z.deposits_count),
    ("Сумма внесений", lambda row: row.z.deposits_sum / 100),
    ("Кол-во выдач", lambda row: row.z.withdrawals_count),
    ("Сумма выдач", lambda row: row.z.withdrawals_sum / 100),
)


def k5_files(world: World, day: date, registers: Registers = None) -> dict[str, bytes]:
    """The files of a day by name, none without a row; of ``registers`` alone when they are named."""
    sheets: dict[str, tuple[str, Sequence[Column], Sequence[ReceiptRow | ZRow]]] = {
        "чеки": ("Чеки", RECEIPTS, list(receipt_rows(world, day, registers))),
        "Z-отчеты": ("Z-отчеты", Z_REPORTS, list(z_rows(world, day, registers))),
    }
    return {
        f"{name} {day:%d.%m.%Y}.xlsx": _workbook(sheet, day, columns, rows)
        for name, (sheet, columns, rows) in sheets.items()
        if rows
    }


def _workbook(sheet: str, day: date, columns: Sequence[Column], rows: Sequence[ReceiptRow | ZRow]) -> bytes:
    body = io.BytesIO()
    book = Workbook(body, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    written = book.add_worksheet(sheet)
    written.write_string(0, 0, f"{sheet} за {day:%d.%m.%Y}")
    for place, (title, _) in enumerate(columns):
        written.write_string(1, place, title)
    for number, row in enumerate(rows, start=2):
        for place, (_, value) in enumerate(columns):
            cell = value(row)
            if isinstance(cell, str):
                written.write_string(number, place, cell)
            elif cell is not None:
                written.write_number(number, place, cell)
    book.close()
    return body.getvalue()
