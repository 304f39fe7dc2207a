"""Documents as the cabinet shows them: headers of a day, and whole documents of a period."""

from typing import Any

from smena_sandbox.webkassa.answers import rubles
from smena_sandbox.world.model import Document, Kind, Line, Shift, ZReport
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.settings import ORGANIZATION
from smena_sandbox.world.till import Till

DOCUMENT_TYPES = {
    Kind.SALE: (1, "Продажа"),
    Kind.REFUND: (2, "Возврат"),
    Kind.ANNULMENT: (3, "Аннулирование"),
    Kind.DEPOSIT: (4, "Внесение"),
    Kind.WITHDRAWAL: (5, "Изъятие"),
    Kind.Z_REPORT: (6, "Z-отчет"),
}
"""``docType`` (assumed) and ``docTypeName`` (assumed, wire.md)."""

LISTS = {
    Kind.SALE: "sales",
    Kind.REFUND: "moneyBacks",
    Kind.ANNULMENT: "rollBacks",
    Kind.DEPOSIT: "deposits",
    Kind.WITHDRAWAL: "withdraws",
    Kind.Z_REPORT: "zreports",
}

ACCEPTED = 1
CASHIERS = ("Кассир 1", "Кассир 2", "Кассир 3")
ARRIVES_AFTER_MS = 2_000


def header(document: Document, till: Till, now: int) -> dict[str, Any]:
    """CheckDocument; an annulment's payments are its target's and are not given."""
    shift = document.shift
    doc_type, type_name = DOCUMENT_TYPES[document.kind]
    cashier = stable_number(f"{till.number}|{shift.shift_id}") % len(CASHIERS)
    bare = document.kind is Kind.ANNULMENT
    z = document.z
    total, cash, no_cash = (
        (z.sales_sum, z.sales_cash, z.sales_no_cash)
        if z is not None
        else (document.payable, document.cash, document.no_cash)
    )
    return {
        "sellPointId": 1,
        "sellPointName": till.identity,
        "boxId": int(till.number) % 1000,
        "cashRegisterId": till.number,
        "modelId": None,
        "modelName": None,
        "merchantId": 1,
        "merchantNameShort": ORGANIZATION.name,
        "cashierAndModel": CASHIERS[cashier],
        "shiftId": shift.shift_id,
        "shiftNumber": shift.number,
        "beginDate": shift.opened,
        "endDate": closed_at(shift, now),
        "cashierId": cashier + 1,
        "cashierName": CASHIERS[cashier],
        "docId": document.doc_id,
        "docNumber": document.number,
        "uid": document.uid,
        "status": ACCEPTED,
        "statusName": "Принят",
        "docDate": document.at,
        "docCurrency": "BYN",
        "docType": doc_type,
        "docTypeName": type_name,
        "totalSum": rubles(total),
        "totalSumCash": None if bare else rubles(cash),
        "totalSumNoCash": None if bare else rubles(no_cash),
    }


def closed_at(shift: Shift, now: int) -> int | None:
    """``endDate``: null while the shift is open by the sandbox's clock."""
    return shift.closed if shift.closed is not None and shift.closed <= now else None


def envelope(document: Document, *, sums_after_discount: bool = False) -> dict[str, Any]:
    """One document of ``get-cashdocs-for-period`` with the one object of its kind.

    Whether a line's ``sum`` is before or after its discount is not stated by anybody (wire.md), so it is a setting.
    """
    return {
        "docId": document.doc_id,
        "uid": document.uid,
        "docDate": document.at,
        "docNumber": document.number,
        "dateIn": document.at + ARRIVES_AFTER_MS if document.arrived is None else document.arrived,
        "status": ACCEPTED,
        "docType": DOCUMENT_TYPES[document.kind][0],
        "shiftId": document.shift.shift_id,
        **_content(document, sums_after_discount),
    }


def _content(document: Document, after: bool) -> dict[str, Any]:
    products = [_product(document, n, line, after) for n, line in enumerate(document.lines, 1)]
    if document.kind is Kind.SALE:
        return {"sale": {"saleId": sale_id(document), **_totals(document), "saleProducts": products}}
    if document.kind is Kind.REFUND:
        return {"moneyBack": {"moneyBackId": sale_id(document), **_totals(document), "moneyBackProducts": products}}
    if document.kind is Kind.ANNULMENT:
        return {
            "rollBack": {
                "rollBackId": sale_id(document),
                "targetUid": document.target,
                "totalSum": rubles(document.payable),
            }
        }
    if document.z is not None:
        return {"zreport": _z_report(document.shift, document.z)}
    return {"deposit" if document.kind is Kind.DEPOSIT else "withdraw": {"sum": rubles(document.cash)}}


def sale_id(document: Document) -> int:
    """``saleId``, ``moneyBackId``, ``rollBackId``: a numbering of their own."""
    return document.doc_id + 1_000_000


def _totals(document: Document) -> dict[str, float]:
    return {
        "subTotalSum": rubles(document.subtotal),
        "subTotalDiscount": rubles(document.discount),
        "subTotalAllowance": rubles(document.allowance),
        "totalSumCash": rubles(document.cash),
        "totalSumNoCash": rubles(document.no_cash),
        "totalSumOther": rubles(document.other),
    }


def line_sum(line: Line, *, after: bool) -> float:
    """Rubles of a line, before its discount and markup or after."""
    return rubles(line.amount - line.discount + line.allowance if after else line.amount)


def _product(document: Document, order: int, line: Line, after: bool) -> dict[str, Any]:
    return {
        "productId": document.doc_id * 1000 + order,
        "goodId": line.good_id,
        "prodItemType": None if line.good_id is None else 0,
        "prodItemId": line.good_id,
        "productName": line.name,
        "quantity": line.quantity / 1000,
        "sum": line_sum(line, after=after),
        "discount": rubles(line.discount),
        "allowance": rubles(line.allowance),
        "productOrder": order,
        "markType": None,
        "markValue": None,
        "uniqSequence": None,
        "nsection": None,
    }


def _z_report(shift: Shift, z: ZReport) -> dict[str, Any]:
    return {
        "shiftId": shift.shift_id,
        "shiftNumber": shift.number,
        "beginDate": shift.opened,
        "endDate": shift.closed,
        "firstDocNumber": z.first_number,
        "lastDocNumber": z.last_number,
        "salesCount": z.sales_count,
        "salesSumCash": rubles(z.sales_cash),
        "salesSumNoCash": rubles(z.sales_no_cash),
        "salesSumOther": rubles(z.sales_other),
        "salesSum": rubles(z.sales_sum),
        "moneyBacksCount": z.refunds_count,
        "moneyBacksSum": rubles(z.refunds_sum),
        "rollBacksCount": z.annulments_count,
        "rollBacksSum": rubles(z.annulments_sum),
        "depositsCount": z.deposits_count,
        "depositsSum": rubles(z.deposits_sum),
        "withdrawsCount": z.withdrawals_count,
        "withdrawsSum": rubles(z.withdrawals_sum),
    }
