"""A worker process over a cabinet that is a file, so that killing the worker leaves the cabinet as it was."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from integration.catalog_sync.shop import Shop
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult
from smena.cabinets.memory import MemoryCabinet


class FileCabinet(MemoryCabinet):
    """Every write stands in the file before it is answered; every good that was sent is counted."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        self._load()
        async for page in super().list_items():
            yield page

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        self._load()
        results = await super().save_items(items)
        kept = {"items": msgspec.to_builtins(list(self.items.values())), "last": self._last_id}
        self._path.write_text(json.dumps(kept), encoding="utf-8")
        return results

    def _load(self) -> None:
        if self._path.exists():
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            self.items = {one.id: one for one in msgspec.convert(kept["items"], list[CabinetItem])}
            self._last_id = kept["last"]


async def main(database_url: str, cabinet: Path) -> None:
    async with Shop.opened(database_url, cabinet_request=0.5, lease=1) as shop:
        shop.replace_cabinet(FileCabinet(cabinet))
        await shop.work()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
