"""Store what the ERP pushes: items, prices, goods receipts. An unchanged row costs no write."""

from collections.abc import Sequence

from catalog_sync.ports.records import Written
from catalog_sync.ports.repositories import OpenWork
from smena.erp.catalogue import ErpItem, ErpPrice, GoodsReceipt


async def save_items(organization: str, items: Sequence[ErpItem], *, open_work: OpenWork) -> list[Written]:
    """Store items; one verdict per item. A ref stands only once among them."""
    async with open_work() as work:
        written = await work.erp.save_items(organization, items)
        await work.commit()
    return written


async def save_prices(organization: str, prices: Sequence[ErpPrice], *, open_work: OpenWork) -> list[Written]:
    """Store price settings; one verdict per setting."""
    async with open_work() as work:
        written = await work.erp.save_prices(organization, prices)
        await work.commit()
    return written


async def save_receipts(organization: str, receipts: Sequence[GoodsReceipt], *, open_work: OpenWork) -> list[Written]:
    """Store goods receipts; one verdict per document."""
    async with open_work() as work:
        written = await work.erp.save_receipts(organization, receipts)
        await work.commit()
    return written
