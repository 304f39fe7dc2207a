"""Conditions on receipts (``r``) and their lines (``l``) that several statements ask for."""

from typing import LiteralString

ANNULLED_SALE = """
(r.kind = 'sale' and exists (select 1 from sales_ingest.receipt a where a.cabinet = r.cabinet
  and a.register_number = r.register_number and a.target_fiscal_id = r.fiscal_id and a.kind = 'annulment'))
"""
WITHOUT_ITEM = "l.item_ref is null and l.resolution = 'none' and l.kind not in ('certificate', 'advance')"
"""A line that waits for an item; one that brings no revenue needs none."""

FREE_FORM = "l.cabinet_item_id is null and l.barcode is null and l.article is null"
"""A line rung by its name alone (свободный чек)."""

NOT_AT_LIST_PRICE = (
    "l.list_price is not null and abs(l.quantity::numeric * l.list_price - l.gross::numeric * 1000) > 1000"
)
"""Before discounts the line is more than a kopeck away from quantity × the price set for its item."""


def has_line(condition: LiteralString) -> LiteralString:
    """Whether a receipt has a line of this kind in its current version."""
    return (
        "exists (select 1 from sales_ingest.receipt_line l"
        f" where l.receipt_id = r.id and l.version = r.version and ({condition}))"
    )
