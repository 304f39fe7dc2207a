"""A cabinet whose documents and items are lists, for tests of use cases and for trying things out."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import (
    CabinetError,
    CabinetRefusedError,
    CabinetRegister,
    Capabilities,
    Operation,
    PortOperation,
    Provenance,
)
from smena.kinds.vat import VatRate

DAY = timedelta(days=1)
ITEMS_PER_WRITE_MAX = 500
ITEMS_PER_PAGE = 1_000
FIELDS = frozenset(
    {"name", "unit", "group", "barcodes", "article", "vat_rate", "purchase_price", "retail_price", "kind", "active"}
)


class MemoryCabinet:
    """Knows the registers it was told of, or whose documents it holds."""

    def __init__(
        self,
        *,
        items: Iterable[CabinetItem] = (),
        documents: Iterable[CabinetDocument | UnreadableDocument] = (),
        registers: Iterable[str] = (),
    ) -> None:
        self.documents = list(documents)
        self.items = {item.id: item for item in items}
        self.registers = set(registers)
        self.calls: list[str] = []
        self._failures: deque[tuple[CabinetError, bool]] = deque()
        self._last_id = 0

    def fail_next(self, error: CabinetError, *, after_effect: bool = False) -> None:
        """Let the next call fail; ``after_effect`` lets a write happen before."""
        self._failures.append((error, after_effect))

    def capabilities(self) -> Capabilities:
        """Everything a cabinet may be able to do."""
        return Capabilities(
            operator="memory",
            operations=tuple(Operation(each, "memory", Provenance.ASSUMED, "ours") for each in PortOperation),
            readable_fields=FIELDS,
            writable_fields=FIELDS,
            units=frozenset({"шт", "кг", "л", "м"}),
            vat_rates=frozenset(rate.value for rate in VatRate),
            name_length_max=255,
            items_per_write_max=ITEMS_PER_WRITE_MAX,
            window_days_max=1,
        )

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """Those it was told of, and those of its documents."""
        self._called("list_registers")
        return [CabinetRegister(number) for number in sorted(self._known())]

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """All items in the order they were made."""
        self._called("list_items")
        items = list(self.items.values())
        for first in range(0, len(items), ITEMS_PER_PAGE):
            yield items[first : first + ITEMS_PER_PAGE]

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a batch; a repeat without an id makes a second item, as a cabinet would."""
        failure = self._called("save_items", write=True)
        if len(items) > ITEMS_PER_WRITE_MAX:
            raise CabinetRefusedError(f"{len(items)} items at once; the cabinet takes {ITEMS_PER_WRITE_MAX}")
        results = tuple(self._save(index, item) for index, item in enumerate(items))
        if failure is not None:
            raise failure
        return results

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Documents by days."""
        self._called("read_documents")
        if register_number not in self._known():
            raise CabinetRefusedError(f"the cabinet has no register {register_number}")
        own = [document for document in self.documents if document.register_number == register_number]
        own.sort(key=lambda document: (document.at or start, document.number or 0))
        begin = start.astimezone(UTC)
        while begin < end:
            midnight = datetime.combine(begin.date() + DAY, time(), UTC)
            until = min(midnight, end.astimezone(UTC))
            found = tuple(document for document in own if document.at is not None and begin <= document.at < until)
            yield DocumentPage(begin, until, found)
            begin = until

    async def close(self) -> None:
        """Nothing to let go."""

    def _known(self) -> set[str]:
        return self.registers | {document.register_number for document in self.documents}

    def _called(self, name: str, *, write: bool = False) -> CabinetError | None:
        self.calls.append(name)
        if not self._failures:
            return None
        error, after_effect = self._failures.popleft()
        if after_effect and write:
            return error
        raise error

    def _save(self, index: int, item: ItemWrite) -> ItemWriteResult:
        if item.id is None:
            self._last_id += 1
            made = str(self._last_id)
            self.items[made] = _merged(CabinetItem(id=made, name=item.name), item)
            return ItemWriteResult(index, ItemWriteStatus.CREATED, made)
        held = self.items.get(item.id)
        if held is None:
            return ItemWriteResult(index, ItemWriteStatus.REJECTED, item.id, "no such item")
        self.items[item.id] = _merged(held, item)
        return ItemWriteResult(index, ItemWriteStatus.UPDATED, item.id)


def _merged(held: CabinetItem, item: ItemWrite) -> CabinetItem:
    """A None leaves what the cabinet holds, unless the field is to be emptied."""
    merged = replace(
        held,
        name=item.name,
        unit=item.unit or held.unit,
        vat_rate=item.vat_rate,
        kind=item.kind,
        active=item.active,
        article=held.article if item.article is None else item.article,
        group=held.group if item.group is None else item.group,
        barcodes=item.barcodes or held.barcodes,
        purchase_price=held.purchase_price if item.purchase_price is None else item.purchase_price,
        retail_price=held.retail_price if item.retail_price is None else item.retail_price,
    )
    empty: dict[str, Any] = {name: () if name == "barcodes" else None for name in item.clear}
    return replace(merged, **empty)
