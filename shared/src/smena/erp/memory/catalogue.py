"""A catalogue that is a few lists."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from smena.erp.catalogue import ErpItem, ErpPrice, GoodsReceipt
from smena.erp.errors import ErpError

ROWS_PER_PAGE = 500


class MemoryCatalogue:
    """What an ERP knows of items, for tests of use cases."""

    def __init__(
        self,
        *,
        items: Iterable[ErpItem] = (),
        prices: Iterable[ErpPrice] = (),
        goods_receipts: Iterable[GoodsReceipt] = (),
        warehouses: Mapping[str, str] | None = None,
    ) -> None:
        self.all_items = list(items)
        self.all_prices = list(prices)
        self.all_goods_receipts = list(goods_receipts)
        self.warehouses = dict(warehouses or {})
        self.failure: ErpError | None = None

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

    async def close(self) -> None:
        """Nothing to let go."""

    def _may_fail(self) -> None:
        if self.failure is not None:
            raise self.failure
