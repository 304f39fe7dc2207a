"""The cabinet port over iKassa's calls."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from smena.cabinets.documents import DocumentPage
from smena.cabinets.ikassa.api import CALLS_AT_ONCE_MAX, IkassaApi
from smena.cabinets.ikassa.codes import OWN_CODES, UNITS, VAT_CODES, DocumentCodes
from smena.cabinets.ikassa.items import readable_items
from smena.cabinets.ikassa.reader import DocumentReader
from smena.cabinets.ikassa.writing import save_items
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult
from smena.cabinets.port import (
    CabinetRefusedError,
    CabinetRegister,
    CabinetUnavailableError,
    Capabilities,
    Operation,
    PortOperation,
    Provenance,
)

ITEMS_PER_WRITE_MAX = 500
NAME_CHARACTERS_MAX = 255
"""Both assumed: the operator's limits were not found."""
FIELDS: Final = frozenset(
    {"name", "unit", "group", "barcodes", "article", "vat_rate", "purchase_price", "retail_price", "kind"}
)
"""An item over there is neither archived nor opened again."""
GOODS_CLIENT = "public client alexandr-omeluaniuk/agrolavka"
REGISTER_CLIENT = "public client olegfill/ikassa.cloud.php.sdk"
NOWHERE_FOUND = "ours: no text and no client of it was found"
OPERATIONS: Final = (
    Operation(PortOperation.LIST_REGISTERS, "POST workstations.cashboxes", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.LIST_ITEMS, "POST wms.sku.list", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.SAVE_ITEMS, "POST wms.sku.create", Provenance.OBSERVED, GOODS_CLIENT),
    Operation(PortOperation.SAVE_ITEMS, "POST wms.sku.create, its answer", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.SAVE_ITEMS, "POST wms.sku.update", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.READ_DOCUMENTS, "POST oauth/token", Provenance.OBSERVED, GOODS_CLIENT),
    Operation(PortOperation.READ_DOCUMENTS, "POST workstations.docs.list", Provenance.ASSUMED, NOWHERE_FOUND),
    Operation(PortOperation.READ_DOCUMENTS, "POST workstations.docs.get", Provenance.OBSERVED, REGISTER_CLIENT),
)


class IkassaCabinet:
    """One cabinet of iKassa."""

    def __init__(self, api: IkassaApi, *, zone: ZoneInfo, codes: DocumentCodes = OWN_CODES) -> None:
        self._api = api
        self._zone = zone
        self._codes = codes

    def capabilities(self) -> Capabilities:
        """What this cabinet can do."""
        return Capabilities(
            operator="ikassa",
            operations=OPERATIONS,
            readable_fields=FIELDS,
            writable_fields=FIELDS,
            units=UNITS,
            vat_rates=frozenset(rate.value for rate in VAT_CODES),
            name_length_max=NAME_CHARACTERS_MAX,
            items_per_write_max=ITEMS_PER_WRITE_MAX,
            window_days_max=1,
            notes=(f"at most {CALLS_AT_ONCE_MAX} calls run at once, whatever concurrency says",),
        )

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """The registers of the organisation."""
        answer = await self._api.cashboxes()
        return [CabinetRegister(str(cashbox.number), cashbox.name or None) for cashbox in answer.cashboxes]

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """All items by pages; a list that moved while it was read is none."""
        seen: set[str] = set()
        offset = 0
        while True:
            page = await self._api.items(offset)
            fresh = [item for item in readable_items(page.sku) if item.id not in seen]
            seen.update(item.id for item in fresh)
            offset += len(dict.fromkeys(bytes(raw) for raw in page.sku))
            if fresh:
                yield fresh
            if not page.sku or (page.total is not None and offset >= page.total):
                if page.total is not None and offset != page.total:
                    raise CabinetUnavailableError("список товаров изменился, пока его читали: прочитайте снова")
                return

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a batch; an item the cabinet has no code for is rejected here and the rest is sent."""
        if len(items) > ITEMS_PER_WRITE_MAX:
            raise CabinetRefusedError(f"{len(items)} товаров за раз, а кабинет берёт не больше {ITEMS_PER_WRITE_MAX}")
        return await save_items(self._api, items)

    def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Documents by windows of a day, shorter where a day is too much."""
        return DocumentReader(self._api, self._zone, self._codes, register_number).pages(start, end)

    async def close(self) -> None:
        """Let connections go."""
        await self._api.close()
