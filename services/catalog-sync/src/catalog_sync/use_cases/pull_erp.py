"""Walk the ERP's whole catalogue and take over what changed; what vanished there is archived here.

Each page is stored in a transaction of its own, so the walk needs no memory of what was read but its keys. It
may be repeated from the start at any time: pages stored before cost no write.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from catalog_sync.ports.records import Written
from catalog_sync.ports.repositories import OpenWork
from smena.erp.catalogue import ErpCatalogue

Progress = Callable[[int], Awaitable[None]]


class EmptyCatalogueError(Exception):
    """The ERP answered with no items at all though some are known: nothing is archived on such an answer."""


async def pull_erp(
    organization: str, catalogue: ErpCatalogue, *, open_work: OpenWork, progress: Progress
) -> dict[str, dict[str, int]]:
    """Read items, price settings and goods receipts; answers how many of each were new, changed, unchanged, gone."""
    return {
        "items": await _pull_items(organization, catalogue, open_work, progress),
        "prices": await _pull_prices(organization, catalogue, open_work, progress),
        "goods_receipts": await _pull_receipts(organization, catalogue, open_work, progress),
    }


async def _pull_items(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    seen: set[str] = set()
    counts: Counter[Written] = Counter()
    async for page in catalogue.items():
        fresh = list({item.ref: item for item in page}.values())
        async with open_work() as work:
            counts.update(await work.erp.save_items(organization, fresh))
            await work.commit()
        seen.update(item.ref for item in fresh)
        await progress(len(fresh))
    async with open_work() as work:
        if not seen and await work.erp.items(organization):
            raise EmptyCatalogueError(organization)
        gone = await work.erp.archive_absent(organization, seen)
        await work.commit()
    return _summary(counts, gone)


async def _pull_prices(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    seen: set[tuple[str, str, datetime, str]] = set()
    counts: Counter[Written] = Counter()
    async for page in catalogue.prices():
        fresh = {(p.item_ref, p.price_type, p.effective_at, p.document_number or ""): p for p in page}
        async with open_work() as work:
            counts.update(await work.erp.save_prices(organization, list(fresh.values())))
            await work.commit()
        seen.update(fresh)
        await progress(len(fresh))
    async with open_work() as work:
        gone = await work.erp.withdraw_absent_prices(organization, seen)
        await work.commit()
    return _summary(counts, gone)


async def _pull_receipts(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    seen: set[str] = set()
    counts: Counter[Written] = Counter()
    async for page in catalogue.goods_receipts():
        fresh = list({receipt.ref: receipt for receipt in page}.values())
        async with open_work() as work:
            counts.update(await work.erp.save_receipts(organization, fresh))
            await work.commit()
        seen.update(receipt.ref for receipt in fresh)
        await progress(len(fresh))
    async with open_work() as work:
        gone = await work.erp.withdraw_absent_receipts(organization, seen)
        await work.commit()
    return _summary(counts, gone)


def _summary(counts: Counter[Written], gone: int) -> dict[str, int]:
    return {**{written.value: counts[written] for written in Written}, "gone": gone}
