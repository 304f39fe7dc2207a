"""A catalogue that is a few lists."""

from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from smena.erp.catalogue import (
    DocumentKey,
    ErpItem,
    ErpPrice,
    FoundItems,
    GoodsReceipt,
    HeldPrices,
    ItemChange,
    ItemKey,
    PriceSetting,
)
from smena.erp.errors import ErpError, ErpOutcomeUnknownError, ErpRefusedError
from smena.erp.item_writes import BarcodeTakenError, ItemMovedError
from smena.kinds.barcode import normalise_barcode

ROWS_PER_PAGE = 500
Row = TypeVar("Row")


class MemoryCatalogue:
    """What an ERP knows of items, for tests of use cases. Every write is kept in ``writes``."""

    def __init__(
        self,
        *,
        items: Iterable[ErpItem] = (),
        prices: Iterable[ErpPrice] = (),
        goods_receipts: Iterable[GoodsReceipt] = (),
        warehouses: Mapping[str, str] | None = None,
        keeps_client_ref: bool = True,
        unique_names: bool = False,
        timezone: str = "Europe/Minsk",
    ) -> None:
        self.all_items = list(items)
        self.all_prices = list(prices)
        self.all_goods_receipts = list(goods_receipts)
        self.warehouses = dict(warehouses or {})
        self.failure: ErpError | None = None
        self.keeps_client_ref = keeps_client_ref
        self.unique_names = unique_names
        self.units = {"шт", "кг", "л", "м"}
        self.price_types = {"Розничная"}
        self.price_documents: dict[str, tuple[PriceSetting, HeldPrices]] = {}
        self.writes: list[tuple[str, str]] = []
        self.keys_read = self.details_read = 0
        self._zone = ZoneInfo(timezone)
        self._taught: bool | None = None
        self._failures: deque[tuple[str, ErpError, bool]] = deque()

    def fail_next(self, call: str, error: ErpError, *, after_effect: bool = False) -> None:
        """Let the next call of this name fail; ``after_effect`` lets a write happen before."""
        self._failures.append((call, error, after_effect))

    async def item_keys(self) -> AsyncIterator[Sequence[ItemKey]]:
        """All keys."""
        self._may_fail()
        for page in _pages([_told(item) for item in self.all_items]):
            self.keys_read += len(page)
            yield [ItemKey(item.ref, item.version, item.group, item.barcodes) for item in page]

    async def items(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpItem]]:
        """All items or the named ones, page by page."""
        self._may_fail()
        for page in _pages([_told(item) for item in self.all_items if refs is None or item.ref in refs]):
            self.details_read += len(page)
            yield page

    async def price_setting_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """A key for each document that set prices."""
        self._may_fail()
        for page in _pages(sorted(self._price_documents().items())):
            yield [DocumentKey(ref, _digest(repr(prices))) for ref, prices in page]

    async def prices(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpPrice]]:
        """Prices of all documents or the named ones."""
        self._may_fail()
        for page in _pages(sorted(self._price_documents().items())):
            found = [price for ref, prices in page if refs is None or ref in refs for price in prices]
            if found:
                yield found

    async def goods_receipt_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """All keys."""
        self._may_fail()
        for page in _pages(self.all_goods_receipts):
            yield [DocumentKey(receipt.ref, _digest(repr(receipt))) for receipt in page]

    async def goods_receipts(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[GoodsReceipt]]:
        """All goods receipts or the named ones, page by page."""
        self._may_fail()
        for page in _pages([one for one in self.all_goods_receipts if refs is None or one.ref in refs]):
            yield page

    async def warehouse_kind(self, ref: str) -> str | None:
        """The kind of a warehouse; None when it is not known."""
        self._may_fail()
        return self.warehouses.get(ref)

    async def client_refs_kept(self) -> bool | None:
        """What creations taught."""
        return self._taught

    async def read_item(self, ref: str) -> ErpItem | None:
        """One item."""
        self._before("read_item")
        return _shown(self._held(ref))

    async def find_items(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        """By reference, barcode, name and article."""
        self._before("find_items")
        wanted = _digits(barcodes)
        same = (change.name, change.article or "")
        ours = self._held(ref)
        if ours is not None:
            self._taught = True
        shown = [_without_group(item) for item in self.all_items]
        return FoundItems(
            _shown(ours),
            tuple(item for item in shown if wanted & _digits(item.barcodes)),
            tuple(item for item in shown if item.ref != ref and (item.name, item.article or "") == same),
        )

    async def create_item(self, ref: str, change: ItemChange) -> ErpItem:
        """Make an item."""
        failure = self._before("create_item")
        made_ref = ref if self.keeps_client_ref else str(uuid4())
        if self._held(made_ref) is not None:
            raise ErpOutcomeUnknownError(f"the key {made_ref} exists already: look for it")
        if self.unique_names and any(item.name == change.name for item in self.all_items):
            raise ErpRefusedError(f"Номенклатура с наименованием «{change.name}» уже существует", code="-1")
        made = self._changed(ErpItem(ref=made_ref, name="", code=f"{len(self.all_items) + 1:011}"), change)
        self.all_items.append(made)
        self.writes.append(("create", made_ref))
        self._taught = self.keeps_client_ref
        return _answered(made, failure)

    async def change_item(self, known: ErpItem, change: ItemChange) -> ErpItem:
        """Change an item that is as it is known."""
        failure = self._before("change_item")
        held = self._held(known.ref)
        if held is None or (known.version is not None and _told(held).version != known.version):
            raise ItemMovedError(f"Товар «{known.name}» изменён после чтения")
        changed = self._changed(held, change)
        self._store(changed)
        self.writes.append(("change", known.ref))
        return _answered(changed, failure)

    async def add_barcode(self, ref: str, barcode: str) -> None:
        """Give a barcode."""
        failure = self._before("add_barcode")
        holder = next((item for item in self.all_items if barcode in item.barcodes), None)
        held = self._held(ref)
        if holder is not None and holder.ref != ref:
            raise BarcodeTakenError(barcode, holder)
        if holder is None and held is not None:
            self._store(replace(held, barcodes=tuple(sorted((*held.barcodes, barcode)))))
            self.writes.append(("barcode", barcode))
        if failure is not None:
            raise failure

    async def remove_barcode(self, ref: str, barcode: str) -> None:
        """Take a barcode."""
        failure = self._before("remove_barcode")
        held = self._held(ref)
        if held is not None and barcode in held.barcodes:
            self._store(replace(held, barcodes=tuple(code for code in held.barcodes if code != barcode)))
            self.writes.append(("no-barcode", barcode))
        if failure is not None:
            raise failure

    async def find_prices(self, setting: PriceSetting) -> Sequence[HeldPrices]:
        """By marker."""
        self._before("find_prices")
        return [held for known, held in self.price_documents.values() if known.marker == setting.marker]

    async def create_prices(self, setting: PriceSetting) -> HeldPrices:
        """Make a document."""
        failure = self._before("create_prices")
        if setting.price_type not in self.price_types:
            raise ErpRefusedError(f"Нет типа цен «{setting.price_type}»")
        ref = str(setting.id) if self.keeps_client_ref else str(uuid4())
        if ref in self.price_documents:
            raise ErpOutcomeUnknownError(f"the key {ref} exists already: look for it")
        number = f"П-{len(self.price_documents) + 1:06}"
        made = HeldPrices(ref, number, False, False, setting.price_type, setting.at, dict(setting.prices))
        self.price_documents[ref] = (setting, made)
        self.writes.append(("prices", ref))
        if failure is not None:
            raise failure
        return made

    async def post_prices(self, ref: str) -> HeldPrices:
        """Post a document: its prices are in force."""
        failure = self._before("post_prices")
        setting, held = self.price_documents[ref]
        if not held.posted:
            held = replace(held, posted=True)
            self.price_documents[ref] = (setting, held)
            self.all_prices += self._in_force(held)
            self.writes.append(("post", ref))
        if failure is not None:
            raise failure
        return held

    async def close(self) -> None:
        """Nothing to let go."""

    def _in_force(self, held: HeldPrices) -> list[ErpPrice]:
        at: datetime = held.at.replace(tzinfo=self._zone)
        prices = sorted(held.prices.items())
        return [ErpPrice(ref, held.price_type, price, at, held.number, held.ref) for ref, price in prices]

    def _changed(self, held: ErpItem, change: ItemChange) -> ErpItem:
        if change.unit is not None and change.unit not in self.units:
            raise ErpRefusedError(f"В 1С нет единицы измерения «{change.unit}»")
        fields = ("name", "full_name", "article", "unit", "vat_rate", "retail_vat_rate", "kind", "active")
        given = {name: value for name in fields if (value := getattr(change, name)) is not None}
        return replace(held, **given, version=f"m{uuid4().hex[:12]}")

    def _held(self, ref: str) -> ErpItem | None:
        return next((item for item in self.all_items if item.ref == ref), None)

    def _price_documents(self) -> dict[str, list[ErpPrice]]:
        """The prices by the document that set them, which is told by number, type and instant."""
        found: dict[str, list[ErpPrice]] = {}
        for price in self.all_prices:
            ref = price.document_ref or f"{price.document_number}|{price.price_type}|{price.effective_at.isoformat()}"
            found.setdefault(ref, []).append(replace(price, document_ref=ref))
        return found

    def _store(self, item: ErpItem) -> None:
        self.all_items = [item if held.ref == item.ref else held for held in self.all_items]

    def _before(self, call: str) -> ErpError | None:
        """Fail before anything happens, or answer what to fail with afterwards."""
        self._may_fail()
        if not self._failures or self._failures[0][0] != call:
            return None
        _, error, after_effect = self._failures.popleft()
        if after_effect:
            return error
        raise error

    def _may_fail(self) -> None:
        if self.failure is not None:
            raise self.failure


def _answered(item: ErpItem, failure: ErpError | None) -> ErpItem:
    if failure is not None:
        raise failure
    return _without_group(item)


def _told(item: ErpItem) -> ErpItem:
    """An item with a version that moves with every change, also one a test makes by hand."""
    return replace(item, version=_digest(repr(item)))


def _without_group(item: ErpItem) -> ErpItem:
    return replace(_told(item), group=None)


def _shown(item: ErpItem | None) -> ErpItem | None:
    return None if item is None else _without_group(item)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _pages(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for first in range(0, len(rows), ROWS_PER_PAGE):
        yield rows[first : first + ROWS_PER_PAGE]


def _digits(barcodes: Iterable[str]) -> set[str]:
    return {normal.digits for barcode in barcodes if (normal := normalise_barcode(barcode)) is not None}
