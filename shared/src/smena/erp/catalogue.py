"""The ERP's catalogue, in our words, and the port that reads and writes it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from smena.kinds.identity import document_id
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
    document_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ItemKey:
    """What a walk over keys tells of an item: another version, group or barcode means that its details changed."""

    ref: str
    version: str | None
    group: str | None
    barcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """What a walk over keys tells of a document: another version means that it changed."""

    ref: str
    version: str | None


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


@dataclass(frozen=True, slots=True)
class ItemChange:
    """The fields an item shall have; None leaves one as it is (or empty, in a new item).

    ``retail_vat_rate`` goes where the base keeps the rate in retail, else to its only rate. ``full_name``,
    ``vat_rate`` and ``kind`` are given to a new item only.
    """

    name: str | None = None
    full_name: str | None = None
    article: str | None = None
    unit: str | None = None
    vat_rate: VatRate | None = None
    retail_vat_rate: VatRate | None = None
    kind: str | None = None
    active: bool | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return self == ItemChange()


@dataclass(frozen=True, slots=True)
class FoundItems:
    """What a search before a creation brought.

    ``ours`` carries the wished reference; ``holders`` carry the barcode; ``alike`` have the same name and article.
    """

    ours: ErpItem | None = None
    holders: tuple[ErpItem, ...] = ()
    alike: tuple[ErpItem, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceSetting:
    """A document that sets prices of one type; ``at`` is naive local time of the ERP, found again by its marker."""

    key: str
    price_type: str
    at: datetime
    prices: Mapping[str, Kopecks]

    @property
    def id(self) -> UUID:
        """The wished reference."""
        return document_id(self.key)

    @property
    def marker(self) -> str:
        """What stands in the comment."""
        return f"[smena:{self.key}]"


@dataclass(frozen=True, slots=True)
class HeldPrices:
    """A price document as the ERP holds it."""

    ref: str
    number: str
    posted: bool
    marked: bool
    price_type: str
    at: datetime
    prices: Mapping[str, Kopecks]


class ErpCatalogue(Protocol):
    """Reads and writes the ERP's catalogue. Every method may raise an ``ErpError`` of ``smena.erp.errors``.

    A write sends one change and looks at what was stored. It raises ``ErpOutcomeUnknownError`` when no clear answer
    came (then look, before anything is sent again), ``ErpRefusedError`` in the ERP's own words, and
    ``ErpUnavailableError`` when it was certainly not sent. The caller holds the lease of the base.
    """

    def item_keys(self) -> AsyncIterator[Sequence[ItemKey]]:
        """The keys of all items that are no groups, page by page: cheap, and complete when it ends without an error."""
        ...

    def items(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpItem]]:
        """The named items, or all that are no groups, page by page, with units, groups and barcodes resolved."""
        ...

    def price_setting_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """The keys of all posted price settings."""
        ...

    def prices(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpPrice]]:
        """The prices of the named posted settings, or of all, page by page; a document's are on one page."""
        ...

    def goods_receipt_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """The keys of all posted goods receipts."""
        ...

    def goods_receipts(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[GoodsReceipt]]:
        """The named posted goods receipts, or all, page by page."""
        ...

    async def warehouse_kind(self, ref: str) -> str | None:
        """``wholesale``, ``retail`` or ``manual-outlet``; None when the ERP does not know this warehouse."""
        ...

    async def client_refs_kept(self) -> bool | None:
        """Whether a wished reference is kept, so that a creation sent again is refused; None: no answer told yet."""
        ...

    async def read_item(self, ref: str) -> ErpItem | None:
        """One item with its barcodes as it stands now, without its group; None when the ERP does not know it."""
        ...

    async def find_items(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        """Look for an item before it is made: by the wished reference, by any barcode, by name and article."""
        ...

    async def create_item(self, ref: str, change: ItemChange) -> ErpItem:
        """Make an item outside any group, without barcodes; ``ref`` is the wished reference."""
        ...

    async def change_item(self, known: ErpItem, change: ItemChange) -> ErpItem:
        """Give an item the fields of a change, if it still has the version that is known of it.

        Raises:
            ItemMovedError: it has another version, or is gone; nothing was written.
        """
        ...

    async def add_barcode(self, ref: str, barcode: str) -> None:
        """Give a barcode to an item that may have it already.

        Raises:
            BarcodeTakenError: another item has it; nothing was written.
        """
        ...

    async def remove_barcode(self, ref: str, barcode: str) -> None:
        """Take a barcode from an item that may have lost it already; another item's is let alone."""
        ...

    async def find_prices(self, setting: PriceSetting) -> Sequence[HeldPrices]:
        """The documents that carry the setting's reference or marker."""
        ...

    async def create_prices(self, setting: PriceSetting) -> HeldPrices:
        """Make the document, unposted."""
        ...

    async def post_prices(self, ref: str) -> HeldPrices:
        """Post a document and read it back; safe to repeat."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
