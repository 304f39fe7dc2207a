"""A worker process over an ERP that is a file, so that killing the worker leaves the ERP as it was."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from integration.catalog_sync.imports import fill, held
from integration.catalog_sync.shop import WAREHOUSE, Shop
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem, ErpPrice, FoundItems, HeldPrices, ItemChange, ItemKey, PriceSetting
from smena.erp.memory import MemoryCatalogue

ROWS = 40


class Kept(msgspec.Struct):
    """What the file holds."""

    items: list[ErpItem] = []
    prices: list[ErpPrice] = []
    documents: dict[str, tuple[PriceSetting, HeldPrices]] = {}
    writes: list[tuple[str, str]] = []


class FileErp(MemoryCatalogue):
    """Every write stands in the file before it is answered."""

    def __init__(self, path: Path, *, keeps: bool) -> None:
        super().__init__(keeps_client_ref=keeps, warehouses={WAREHOUSE: "wholesale"})
        self._path = path
        self.load()

    def load(self) -> None:
        if self._path.exists():
            kept = msgspec.json.decode(self._path.read_bytes(), type=Kept)
            self.all_items, self.all_prices = kept.items, kept.prices
            self.price_documents, self.writes = kept.documents, kept.writes

    def save(self) -> None:
        kept = Kept(self.all_items, self.all_prices, self.price_documents, self.writes)
        self._path.write_bytes(msgspec.json.encode(kept))

    async def item_keys(self) -> AsyncIterator[Sequence[ItemKey]]:
        self.load()
        async for page in super().item_keys():
            yield page

    async def find_items(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        self.load()
        return await super().find_items(ref, change, barcodes)

    async def create_item(self, ref: str, change: ItemChange) -> ErpItem:
        made = await super().create_item(ref, change)
        self.save()
        return made

    async def change_item(self, known: ErpItem, change: ItemChange) -> ErpItem:
        changed = await super().change_item(known, change)
        self.save()
        return changed

    async def add_barcode(self, ref: str, barcode: str) -> None:
        await super().add_barcode(ref, barcode)
        self.save()

    async def create_prices(self, setting: PriceSetting) -> HeldPrices:
        made = await super().create_prices(setting)
        self.save()
        return made

    async def post_prices(self, ref: str) -> HeldPrices:
        posted = await super().post_prices(ref)
        self.save()
        return posted


def cabinet_items() -> list[CabinetItem]:
    """What the cabinet holds in every process: some names twice."""
    return [held(n, name=f"Товар {n // 2}", article=None) for n in range(1, ROWS + 1)]


async def main(database_url: str, erp: Path, keeps: bool) -> None:
    timing: dict[str, Any] = {"onec_request": 0.2, "onec_absence_horizon": 0.3, "lease": 1}
    async with Shop.opened(database_url, **timing) as shop:
        fill(shop, *cabinet_items())
        shop.replace_erp(FileErp(erp, keeps=keeps))
        await shop.work()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "kept"))
