"""Documents as ``workstations.docs.list`` and ``get`` give them: kopecks, thousandths, RFC 3339 of Minsk."""

from collections.abc import Callable
from typing import Any

from smena_sandbox.clock import MINSK, instant
from smena_sandbox.webkassa.documents_wire import CASHIERS
from smena_sandbox.world.model import Document, Kind, Line, Shift, ZReport
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.till import Till

TYPES = {
    Kind.SALE: "sale",
    Kind.REFUND: "refund",
    Kind.ANNULMENT: "rollback",
    Kind.DEPOSIT: "deposit",
    Kind.WITHDRAWAL: "withdraw",
    Kind.Z_REPORT: "zreport",
}
ItemFacts = Callable[[int | None], tuple[dict[str, str] | None, int | None]]
"""Code and VAT percent of the item behind a line."""


def local(epoch_ms: int) -> str:
    """An instant as the register prints it: Minsk time with its offset."""
    return instant(epoch_ms).astimezone(MINSK).isoformat()


def shown(document: Document, till: Till, facts: ItemFacts, *, sums_after_discount: bool) -> dict[str, Any]:
    """One document."""
    shift = document.shift
    cashier = CASHIERS[stable_number(f"{till.number}|{shift.shift_id}") % len(CASHIERS)]
    found: dict[str, Any] = {
        "uid": document.uid.lower(),
        "type": TYPES[document.kind],
        "number": document.number,
        "shift": shift.number,
        "cashier": cashier,
        "created": local(document.at),
        "currency": "BYN",
        "items": None,
        "payments": None,
        "modifiers": None,
        "totals": {
            "raw": document.subtotal or document.payable,
            "discount": document.discount,
            "markup": document.allowance,
            "payable": document.payable,
            "change": 0,
        },
        "target": None if document.target is None else document.target.lower(),
        "report": None if document.z is None else _report(shift, document.z),
    }
    if document.kind in {Kind.SALE, Kind.REFUND}:
        found["items"] = [_item(line, facts, sums_after_discount) for line in document.lines]
        found["payments"] = _payments(document)
        found["modifiers"] = _receipt_modifiers(document)
    return found


def _item(line: Line, facts: ItemFacts, after: bool) -> dict[str, Any]:
    code, tax = facts(line.good_id)
    return {
        "code": code,
        "name": line.name,
        "quantity": line.quantity,
        "price": _price(line),
        "sum": line.amount - line.discount + line.allowance if after else line.amount,
        "tax": tax,
        "modifiers": _modifiers(line.discount, line.allowance),
    }


def _price(line: Line) -> int:
    """Kopecks for one unit, half up."""
    return (line.amount * 2000 + line.quantity) // (2 * line.quantity) if line.quantity else 0


def _modifiers(discount: int, markup: int) -> list[dict[str, Any]]:
    found = [{"modifier": -discount, "name": "Скидка"}] if discount else []
    return found + ([{"modifier": markup, "name": "Надбавка"}] if markup else [])


def _receipt_modifiers(document: Document) -> list[dict[str, Any]]:
    """The receipt's own discount and markup: the totals have the line ones in them."""
    return _modifiers(
        document.discount - sum(line.discount for line in document.lines),
        document.allowance - sum(line.allowance for line in document.lines),
    )


def _payments(document: Document) -> list[dict[str, Any]]:
    parts = (("cash", document.cash), ("cashless", document.no_cash), ("other", document.other))
    return [{"type": name, "sum": amount} for name, amount in parts if amount]


def _report(shift: Shift, z: ZReport) -> dict[str, Any]:
    sales = [document.number for document in shift.documents if document.kind is Kind.SALE]
    return {
        "shiftNumber": shift.number,
        "openDate": local(shift.opened),
        "closed": None if shift.closed is None else local(shift.closed),
        "firstSaleDocumentNumber": min(sales, default=None),
        "lastSaleDocumentNumber": max(sales, default=None),
        "saleDocumentsCount": len(sales),
        "salesCount": z.sales_count,
        "salesCash": z.sales_cash,
        "salesCashless": z.sales_no_cash,
        "salesOther": z.sales_other,
        "salesSum": z.sales_sum,
        "moneyBacksCount": z.refunds_count,
        "moneyBacksSum": z.refunds_sum,
        "depositsCount": z.deposits_count,
        "depositsSum": z.deposits_sum,
        "withdrawsCount": z.withdrawals_count,
        "withdrawsSum": z.withdrawals_sum,
        "rollbacksCount": z.annulments_count,
        "rollbacksSum": z.annulments_sum,
        "cancelationsCount": 0,
        "cancelationsSum": 0,
        "correctionsCount": 0,
        "correctionsSum": 0,
    }
