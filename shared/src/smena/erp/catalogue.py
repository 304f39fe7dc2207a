"""The ERP's catalogue, in our words, and the port that reads it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class ErpItem:
    """An item of the ERP (contracts.md, Item). ``group`` is a path with ``/``; the first barcode is the main."""

    ref: str
    name: str
    code: str | None = None
    full_name: str | None = None
    unit: str | None = None
    group: str | None = None
    barcodes: tuple[str, ...] = ()
    article: str | None = None
    vat_rate: VatRate | None = None
    retail_vat_rate: VatRate | None = None
    kind: str = "goods"
    marking: str = "none"
    active: bool = True
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ErpPrice:
    """A price of one item by one price type, in force from a date; with the document that set it."""

    item_ref: str
    price_type: str
    price: Kopecks
    effective_at: datetime
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class GoodsReceiptLine:
    """One line of a goods receipt; ``price`` per unit as the document says."""

    item_ref: str
    quantity: Thousandths
    price: Kopecks
    vat_rate: VatRate | None = None


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """A posted goods receipt."""

    ref: str
    number: str
    date: date
    supplier: str | None
    lines: tuple[GoodsReceiptLine, ...]


class ErpCatalogue(Protocol):
    """Reads the ERP's catalogue. Every method may raise an ``ErpError`` of ``smena.erp.errors``."""

    def items(self) -> AsyncIterator[Sequence[ErpItem]]:
        """All items that are no groups, page by page, with units, groups and barcodes resolved."""
        ...

    def prices(self) -> AsyncIterator[Sequence[ErpPrice]]:
        """All posted price settings, page by page."""
        ...

    def goods_receipts(self) -> AsyncIterator[Sequence[GoodsReceipt]]:
        """All posted goods receipts, page by page."""
        ...

    async def warehouse_kind(self, ref: str) -> str | None:
        """``wholesale``, ``retail`` or ``manual-outlet``; None when the ERP does not know this warehouse."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
