"""Rows of ``get-sales``: one per sold line, annulled sales among them."""

from collections.abc import Iterator
from typing import Any

from smena_sandbox.webkassa.answers import rubles
from smena_sandbox.webkassa.documents_wire import line_sum, sale_id
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import Document, Kind


def rows(document: Document, cabinet: Cabinet) -> Iterator[dict[str, Any]]:
    """The lines of a sale; the totals are the receipt's, repeated in each row (wire.md)."""
    if document.kind is not Kind.SALE:
        return
    for line in document.lines:
        good = None if line.good_id is None else cabinet.goods.get(line.good_id)
        vat = None if good is None else good.sell_vat
        yield {
            "saleId": sale_id(document),
            "goodName": line.name,
            "goodId": line.good_id,
            "prodItemId": line.good_id,
            "quantity": line.quantity / 1000,
            "price": _price(line.quantity, line.amount),
            "sum": line_sum(line, after=cabinet.sums_after_discount),
            "discount": rubles(line.discount),
            "totalCash": rubles(document.cash),
            "totalNoCash": rubles(document.no_cash),
            "totalOther": rubles(document.other),
            "vendorCode": None if good is None else good.vendor_code,
            "barValue": None if good is None else good.gtin,
            "buyVatId": vat,
            "sellVatId": vat,
        }


def _price(quantity: int, amount: int) -> float | None:
    """Rubles for one unit, to the kopeck."""
    return rubles((amount * 2000 + quantity) // (2 * quantity)) if quantity else None
