"""What a manifest can give: every field by name, and what kind of value it is."""

from enum import StrEnum
from typing import Final


class Sort(StrEnum):
    """Kinds of values; a map that names another type for a field is refused."""

    TEXT = "text"
    TEXTS = "texts"
    WHOLE = "whole"
    MONEY = "money"
    QUANTITY = "quantity"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    KIND = "kind"
    VAT = "vat"
    PAYMENT = "payment"


DOCUMENT: Final = {
    "fiscal_id": Sort.TEXT,
    "kind": Sort.KIND,
    "number": Sort.WHOLE,
    "at": Sort.INSTANT,
    "register": Sort.TEXT,
    "shift_number": Sort.WHOLE,
    "shift_id": Sort.TEXT,
    "shift_opened_at": Sort.INSTANT,
    "payable": Sort.MONEY,
    "gross": Sort.MONEY,
    "discount": Sort.MONEY,
    "markup": Sort.MONEY,
    "cashier": Sort.TEXT,
    "target": Sort.TEXT,
    "currency": Sort.TEXT,
}
DOCUMENT_NEEDED: Final = ("fiscal_id", "kind", "number", "at", "shift_number")
LINE: Final = {
    "name": Sort.TEXT,
    "quantity": Sort.QUANTITY,
    "amount": Sort.MONEY,
    "discount": Sort.MONEY,
    "markup": Sort.MONEY,
    "price": Sort.MONEY,
    "item_id": Sort.TEXT,
    "article": Sort.TEXT,
    "barcode": Sort.TEXT,
    "unit": Sort.TEXT,
    "vat_rate": Sort.VAT,
    "kind": Sort.TEXT,
    "mark": Sort.TEXT,
}
LINE_NEEDED: Final = ("quantity", "amount")
PAYMENT: Final = {"kind": Sort.PAYMENT, "amount": Sort.MONEY}
_COUNTED: Final = ("sales", "refunds", "annulments", "deposits", "withdrawals", "corrections")
_PAID: Final = ("cash", "card", "oplati", "erip", "certificate", "credit", "cashless", "other")
Z_REPORT: Final = {
    "opened_at": Sort.INSTANT,
    "closed_at": Sort.INSTANT,
    "first_number": Sort.WHOLE,
    "last_number": Sort.WHOLE,
    **{f"{name}_count": Sort.WHOLE for name in _COUNTED},
    **{f"{name}_sum": Sort.MONEY for name in _COUNTED},
    **{f"sales_{name}": Sort.MONEY for name in _PAID},
}
ITEM: Final = {
    "id": Sort.TEXT,
    "name": Sort.TEXT,
    "article": Sort.TEXT,
    "unit": Sort.TEXT,
    "group": Sort.TEXT,
    "barcodes": Sort.TEXTS,
    "vat_rate": Sort.VAT,
    "purchase_price": Sort.MONEY,
    "retail_price": Sort.MONEY,
    "kind": Sort.TEXT,
    "active": Sort.BOOLEAN,
}
ITEM_NEEDED: Final = ("id", "name")
REGISTER: Final = {"number": Sort.TEXT, "name": Sort.TEXT}
REGISTER_NEEDED: Final = ("number",)
RESULT: Final = {"index": Sort.WHOLE, "id": Sort.TEXT, "status": Sort.TEXT, "error": Sort.TEXT}
WRITTEN: Final = frozenset(ITEM)
"""What of an item can be written."""
