"""The cabinet port over Webkassa's calls."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from smena.cabinets.documents import DocumentPage
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import (
    CabinetRefusedError,
    CabinetRegister,
    Capabilities,
    Operation,
    PortOperation,
    Provenance,
)
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.codes import OWN_KINDS, UNITS, VAT_RATES, DocumentKinds
from smena.cabinets.webkassa.goods import good_of, results_of
from smena.cabinets.webkassa.goods_cache import GoodsCache, readable_items
from smena.cabinets.webkassa.reader import DocumentReader
from smena.cabinets.webkassa.token import warning_of
from smena.clock import Clock

ITEMS_PER_WRITE_MAX = 500
ITEMS_PER_PAGE = 1_000
NAME_CHARACTERS_MAX = 255
"""Assumed: the operator's limit was not found; tills cut longer names."""
FIELDS: Final = frozenset(
    {"name", "unit", "group", "barcodes", "article", "vat_rate", "purchase_price", "retail_price", "kind", "active"}
)
PUBLIC_CLIENT = "public client AlekseiSviatski/WebKassaExchanger"
NOWHERE_FOUND = "ours: no text and no client of it was found"
OPERATIONS: Final = (
    Operation(PortOperation.LIST_ITEMS, "POST warehouse/list", Provenance.OBSERVED, PUBLIC_CLIENT),
    Operation(PortOperation.SAVE_ITEMS, "POST warehouse/save", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.SAVE_ITEMS, "file for import in the cabinet, CSV", Provenance.OBSERVED, PUBLIC_CLIENT),
    Operation(PortOperation.READ_DOCUMENTS, "GET get-check-history", Provenance.OBSERVED, PUBLIC_CLIENT),
    Operation(PortOperation.READ_DOCUMENTS, "GET get-cashdocs-for-period, sales", Provenance.OBSERVED, PUBLIC_CLIENT),
    Operation(
        PortOperation.READ_DOCUMENTS, "GET get-cashdocs-for-period, all other kinds", Provenance.ASSUMED, NOWHERE_FOUND
    ),
    Operation(PortOperation.READ_DOCUMENTS, "GET get-sales", Provenance.OBSERVED, PUBLIC_CLIENT),
)


class WebkassaCabinet:
    """One cabinet of Webkassa; keep it open, it remembers the goods for some minutes."""

    def __init__(
        self, api: WebkassaApi, *, token: str, zone: ZoneInfo, clock: Clock, kinds: DocumentKinds = OWN_KINDS
    ) -> None:
        self._api = api
        self._token = token
        self._zone = zone
        self._clock = clock
        self._kinds = kinds
        self._goods = GoodsCache(api)

    def capabilities(self) -> Capabilities:
        """What this cabinet can do, and whether its key is near its end."""
        warning = warning_of(self._token, self._clock.now())
        return Capabilities(
            operator="webkassa",
            operations=OPERATIONS,
            readable_fields=FIELDS,
            writable_fields=FIELDS,
            units=frozenset(UNITS.values()),
            vat_rates=frozenset(rate.value for rate in VAT_RATES.values()),
            name_length_max=NAME_CHARACTERS_MAX,
            items_per_write_max=ITEMS_PER_WRITE_MAX,
            window_days_max=1,
            notes=() if warning is None else (warning,),
        )

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """No public client lists them (wire.md)."""
        raise CabinetRefusedError("Webkassa не перечисляет кассы: назовите их в настройках")

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """All goods, those in use first; the cabinet has no pages."""
        for is_open in (True, False):
            raws = await self._api.goods(is_open=is_open)
            for first in range(0, len(raws), ITEMS_PER_PAGE):
                yield readable_items(raws[first : first + ITEMS_PER_PAGE])

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a batch; an item the cabinet has no code for is rejected here and the rest is sent."""
        if len(items) > ITEMS_PER_WRITE_MAX:
            raise CabinetRefusedError(f"{len(items)} товаров за раз, а кабинет берёт не больше {ITEMS_PER_WRITE_MAX}")
        results: dict[int, ItemWriteResult] = {}
        goods, sent = [], []
        for index, item in enumerate(items):
            try:
                goods.append(good_of(item))
                sent.append(index)
            except CabinetRefusedError as error:
                results[index] = ItemWriteResult(index, ItemWriteStatus.REJECTED, item.id, str(error))
        if goods:
            self._goods.forget()
            answer = await self._api.save(goods)
            for found in results_of(answer, [items[index] for index in sent]):
                index = sent[found.index]
                results[index] = ItemWriteResult(index, found.status, found.id or items[index].id, found.message)
        return tuple(results[index] for index in range(len(items)))

    def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Documents by windows of a day, shorter where a day is too much for one answer."""
        return DocumentReader(self._api, self._goods, self._zone, self._kinds, register_number).pages(start, end)

    async def close(self) -> None:
        """Let connections go."""
        await self._api.close()
