"""A catalogue that is a few lists."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from smena.erp.catalogue import (
    ErpItem,
    ErpPrice,
    FoundItems,
    GoodsReceipt,
    HeldPrices,
    ItemChange,
    PriceSetting,
)
from smena.erp.errors import ErpError, ErpOutcomeUnknownError, ErpRefusedError
from smena.erp.item_writes import BarcodeTakenError, ItemMovedError
from smena.kinds.barcode import normalise_barcode

ROWS_PER_PAGE = 500


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
        self._zone = ZoneInfo(timezone)
        self._taught: bool | None = None
        self._failures: deque[tuple[str, ErpError, bool]] = deque()

    def fail_next(self, call: str, error: ErpError, *, after_effect: bool = False) -> None:
        """Let the next call of this name fail; ``after_effect`` lets a write happen before."""
        self._failures.append((call, error, after_effect))

    async def items(self) -> AsyncIterator[Sequence[ErpItem]]:
        """All items, page by page."""
        self._may_fail()
        for first in range(0, len(self.all_items), ROWS_PER_PAGE):
            yield self.all_items[first : first + ROWS_PER_PAGE]

    async def prices(self) -> AsyncIterator[Sequence[ErpPrice]]:
        """All price settings, page by page."""
        self._may_fail()
        for first in range(0, len(self.all_prices), ROWS_PER_PAGE):
            yield self.all_prices[first : first + ROWS_PER_PAGE]

    async def goods_receipts(self) -> AsyncIterator[Sequence[GoodsReceipt]]:
        """All goods receipts, page by page."""
        self._may_fail()
        for first in range(0, len(self.all_goods_receipts), ROWS_PER_PAGE):
            yield self.all_goods_receipts[first : first + ROWS_PER_PAGE]

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
        return self._shown(self._held(ref))

    async def find_items(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        """By reference, barcode, name and article."""
        self._before("find_items")
        wanted = _digits(barcodes)
        same = (change.name, change.article or "")
        ours = self._held(ref)
        if ours is not None:
            self._taught = True
        shown = [replace(item, group=None) for item in self.all_items]
        return FoundItems(
            self._shown(ours),
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
        if held is None or (known.version is not None and held.version != known.version):
            raise ItemMovedError(f"Товар «{known.name}» изменён после чтения")
        changed = self._changed(held, change)
        self._store(changed)
        self.writes.append(("change", known.ref))
        return _answered(replace(changed, group=None), failure)

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
        return [ErpPrice(ref, held.price_type, price, at, held.number) for ref, price in held.prices.items()]

    def _changed(self, held: ErpItem, change: ItemChange) -> ErpItem:
        if change.unit is not None and change.unit not in self.units:
            raise ErpRefusedError(f"В 1С нет единицы измерения «{change.unit}»")
        fields = ("name", "full_name", "article", "unit", "vat_rate", "retail_vat_rate", "kind", "active")
        given = {name: value for name in fields if (value := getattr(change, name)) is not None}
        return replace(held, **given, version=f"m{uuid4().hex[:12]}")

    def _held(self, ref: str) -> ErpItem | None:
        return next((item for item in self.all_items if item.ref == ref), None)

    @staticmethod
    def _shown(item: ErpItem | None) -> ErpItem | None:
        return None if item is None else replace(item, group=None)

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
    return item


def _digits(barcodes: Iterable[str]) -> set[str]:
    return {normal.digits for barcode in barcodes if (normal := normalise_barcode(barcode)) is not None}
