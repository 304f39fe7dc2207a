"""Turns the lines of one invoice into what a till would ring; the sum of the lines is kept to the kopeck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smena_sandbox.world.file_items import article_key
from smena_sandbox.world.model import CatalogueItem, Kind, Line, Payments
from smena_sandbox.world.odd_codes import odd_code
from smena_sandbox.world.receipts_file import FileLine
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.report import LoadReport

RUNG = "a line of the receipt"


@dataclass(slots=True)
class FileReceipt:
    """A receipt to ring: the lines of the main direction, and the opposite ones as a discount of the whole."""

    kind: Kind
    lines: list[Line]
    discount: int
    payments: Payments


def file_receipt(
    invoice: str, lines: Sequence[FileLine], items: Mapping[str, CatalogueItem], report: LoadReport
) -> FileReceipt | None:
    """The receipt of one invoice, register and day; None when no line of it has an amount."""
    net = sum(line.amount for line in lines)
    is_refund = net < 0 or (net == 0 and invoice[:1].upper() == "C")
    sign = -1 if is_refund else 1
    main: list[Line] = []
    discount = 0
    for line in lines:
        _count(line, invoice, report, is_refund=is_refund)
        amount = sign * line.amount
        if amount > 0:
            main.append(_line(line, amount, items))
        else:
            discount -= amount
    if not main:
        return None
    _count_invoice(invoice, net, report)
    kind = Kind.REFUND if is_refund else Kind.SALE
    return FileReceipt(kind, main, discount, payments_of(invoice, abs(net)))


def payments_of(invoice: str, total: int) -> Payments:
    """Cash, no cash or both, decided by the invoice number alone."""
    draw = stable_number(f"payment:{invoice}")
    if draw % 100 < 45:
        return Payments(cash=total)
    if draw % 100 < 85:
        return Payments(no_cash=total)
    cash = total * (20 + draw // 100 % 60) // 100
    return Payments(cash=cash, no_cash=total - cash)


def _line(line: FileLine, amount: int, items: Mapping[str, CatalogueItem]) -> Line:
    item = items[article_key(line.stock_code)]
    name = line.description or line.stock_code or item.name
    return Line(item.good_id, name, abs(line.quantity) or 1, amount)


def _count(line: FileLine, invoice: str, report: LoadReport, *, is_refund: bool) -> None:
    """Each line has exactly one row beginning with ``line:``; rows beginning with ``of these:`` overlap them."""
    amount = line.amount
    if amount == 0:
        kind = "line: zero amount, stock movement" if line.quantity < 0 else "line: zero amount, given for nothing"
        report.add(kind, "not rung: a till takes no line without a sum", 0, f"{invoice} {line.stock_code}")
    elif amount < 0 and not is_refund:
        report.add("line: negative inside a sale", "a discount of its receipt", amount, f"{invoice} {line.stock_code}")
    elif amount > 0 and is_refund:
        report.add(
            "line: positive inside a refund", "a discount of its receipt", amount, f"{invoice} {line.stock_code}"
        )
    else:
        report.add("line: refunded" if is_refund else "line: sold", RUNG, amount)
    if line.price != round(line.price, 2):
        report.add("of these: price with more than 2 decimals", "rounded in the amount only", amount, str(line.price))
    if amount and not line.description:
        report.add("of these: without description", "the stock code is the name", amount, line.stock_code)
    odd = odd_code(line.stock_code)
    if amount and odd is not None:
        report.add(f"of these: code {odd.article}", f"service «{odd.name}»", amount, line.stock_code)


def _count_invoice(invoice: str, net: int, report: LoadReport) -> None:
    named_refund = invoice[:1].upper() == "C"
    if net < 0 and not named_refund:
        report.add("invoice: negative without being named a refund", "rung as a refund", net, invoice)
    elif net > 0 and named_refund:
        report.add("invoice: named a refund, yet positive", "rung as a sale", net, invoice)
    elif net == 0:
        report.add("invoice: lines cancel out", "rung with a discount of the whole sum", net, invoice)
