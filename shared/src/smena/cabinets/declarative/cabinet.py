"""The cabinet port over a manifest."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from smena.cabinets.calls import TooLargeError
from smena.cabinets.declarative import targets
from smena.cabinets.declarative.caller import Caller, Headers
from smena.cabinets.declarative.documents import DocumentReading
from smena.cabinets.declarative.items import ItemWriting, item_of
from smena.cabinets.declarative.model import Manifest, Source
from smena.cabinets.declarative.paging import RequestedRecords
from smena.cabinets.declarative.records import Node
from smena.cabinets.declarative.requests import ask_of, window_filling
from smena.cabinets.declarative.values import Values
from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import (
    CabinetRefusedError,
    CabinetRegister,
    CabinetUnavailableError,
    Capabilities,
    Operation,
    PortOperation,
)
from smena.cabinets.reading import EPOCH
from smena.cabinets.windows import Windows
from smena.kinds.vat import VatRate
from smena.outside.client import Ask

DOCUMENTS_PER_PAGE = 1_000
ITEMS_PER_PAGE = 1_000
UNITS = frozenset({"шт", "кг", "л", "м"})


class DeclarativeCabinet:
    """One cabinet that is called as its manifest says."""

    def __init__(self, manifest: Manifest, caller: Caller) -> None:
        self._manifest = manifest
        self._caller = caller
        self._values = Values(manifest)
        self._zone = ZoneInfo(manifest.instants.zone)
        save = manifest.save_items
        self._writing = None if save is None else ItemWriting(manifest, save)

    def capabilities(self) -> Capabilities:
        """What the manifest says this cabinet can do."""
        return capabilities_of(self._manifest)

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """The registers, where the manifest has a source of them."""
        if not self._manifest.registers:
            raise CabinetRefusedError(f"манифест {self._manifest.name} не перечисляет кассы: назовите их в настройках")
        found = []
        for source in self._manifest.registers:
            for record in await self.records("registers", source, {}):
                number = self._values.read(record, "number", source.fields, targets.REGISTER)
                name = self._values.read(record, "name", source.fields, targets.REGISTER)
                found.append(CabinetRegister(number, name))
        return found

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """All items of all sources."""
        for source in self._manifest.items:
            try:
                records = await self.records("items", source, {})
            except TooLargeError as error:
                raise CabinetUnavailableError(f"список товаров не прочитать: {error}") from error
            items = [item for record in records if (item := item_of(record, source.fields, self._values)) is not None]
            for first in range(0, len(items), ITEMS_PER_PAGE):
                yield items[first : first + ITEMS_PER_PAGE]

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a batch; an item the cabinet has no code for is rejected here and the rest is sent."""
        save, writing = self._manifest.save_items, self._writing
        if save is None or writing is None or save.request is None or save.results is None:
            raise CabinetRefusedError(f"манифест {self._manifest.name} не записывает товары")
        if len(items) > self._manifest.limits.items_per_write:
            most = self._manifest.limits.items_per_write
            raise CabinetRefusedError(f"{len(items)} товаров за раз, а кабинет берёт не больше {most}")
        results: dict[int, ItemWriteResult] = {}
        rows, sent = [], []
        for index, item in enumerate(items):
            try:
                rows.append(writing.row(item))
                sent.append(index)
            except CabinetRefusedError as error:
                results[index] = ItemWriteResult(index, ItemWriteStatus.REJECTED, item.id, str(error))
        if rows:
            request = save.request
            filling = {**self._caller.settings, "items": rows}
            limit = self._manifest.limits.answer_bytes

            def ask(headers: Headers) -> Ask:
                return ask_of(request, filling, limit_bytes=limit, form=save.format, headers=headers)

            answer = await self._caller.write("save_items", ask)
            own = writing.results(answer, save.results, self._values, [items[index] for index in sent])
            for index, found in zip(sent, own, strict=True):
                results[index] = ItemWriteResult(index, found.status, found.id, found.message)
        return tuple(results[index] for index in range(len(items)))

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Documents by windows of a day, shorter where a day is too much."""
        windows = Windows(start, end, self._zone)
        for first, last in windows:
            try:
                found = await self._window(register_number, first, last)
            except TooLargeError as error:
                if not windows.halve(first, last):
                    raise CabinetUnavailableError(
                        f"документы кассы {register_number} с {first:%d.%m.%Y %H:%M} UTC не прочитать: {error}"
                    ) from error
                continue
            for page in pages_of(found, first, last):
                yield page

    async def records(self, name: str, source: Source, filling: dict[str, object]) -> list[Node]:
        """Every record of a source."""
        return await RequestedRecords(self._manifest, source, self._caller, name).all(filling)

    async def close(self) -> None:
        """Let connections go."""
        await self._caller.close()

    async def _window(
        self, register_number: str, start: datetime, end: datetime
    ) -> list[CabinetDocument | UnreadableDocument]:
        filling = window_filling(register_number, start, end, self._manifest.instants)
        found = []
        for source in self._manifest.documents:
            records = await self.records("documents", source, filling)
            found.append(DocumentReading(source, self._values).documents(records, register_number))
        return within(chain.from_iterable(found), start, end)


def within(
    documents: "chain[CabinetDocument | UnreadableDocument]", start: datetime, end: datetime
) -> list[CabinetDocument | UnreadableDocument]:
    """The documents of a window, each once; one without a readable instant belongs to the window it came in.

    Two different documents under one id are none.
    """
    found: dict[str, CabinetDocument | UnreadableDocument] = {}
    nameless = []
    for document in documents:
        if document.at is not None and not start <= document.at < end:
            continue
        if document.fiscal_id is None:
            nameless.append(document)
            continue
        twin = found.setdefault(document.fiscal_id, document)
        if twin.raw != document.raw:
            found[document.fiscal_id] = UnreadableDocument(
                "два разных документа с одним fiscal_id",
                b"\n".join((twin.raw, document.raw)),
                document.register_number,
                document.fiscal_id,
                document.number,
                document.at,
                document.shift_number,
            )
    return sorted([*found.values(), *nameless], key=lambda one: (one.at or EPOCH, one.number or 0, one.fiscal_id or ""))


def pages_of(
    documents: Sequence[CabinetDocument | UnreadableDocument], start: datetime, end: datetime
) -> list[DocumentPage]:
    """A window's documents in pages."""
    firsts = range(0, max(1, len(documents)), DOCUMENTS_PER_PAGE)
    return [
        DocumentPage(
            start,
            end,
            tuple(documents[at : at + DOCUMENTS_PER_PAGE]),
            complete=at + DOCUMENTS_PER_PAGE >= len(documents),
        )
        for at in firsts
    ]


def capabilities_of(manifest: Manifest) -> Capabilities:
    """What a manifest says a cabinet can do."""
    operations = [
        Operation(operation, _door(source), source.provenance or manifest.provenance, manifest.source)
        for operation, sources in (
            (PortOperation.LIST_REGISTERS, manifest.registers),
            (PortOperation.LIST_ITEMS, manifest.items),
            (PortOperation.READ_DOCUMENTS, manifest.documents),
        )
        for source in sources
    ]
    save = manifest.save_items
    writing = None if save is None else ItemWriting(manifest, save)
    if save is not None:
        door = (
            f"{save.request.method} {save.request.path}" if save.request else f"file {save.file and save.file.pattern}"
        )
        operations.append(
            Operation(PortOperation.SAVE_ITEMS, door, save.provenance or manifest.provenance, manifest.source)
        )
    if manifest.documents[0].file is not None:
        told = "the files taken so far"
        operations.append(Operation(PortOperation.LIST_REGISTERS, told, manifest.provenance, manifest.source))
    if save is not None and save.file is not None:
        sent = "what was sent in files so far"
        operations.append(Operation(PortOperation.LIST_ITEMS, sent, manifest.provenance, manifest.source))
    units = writing.known("unit") if writing else None
    rates = writing.known("vat_rate") if writing else None
    readable = frozenset(name for source in manifest.items for name in source.fields if name != "id")
    if save is not None and save.file is not None and writing is not None:
        readable = writing.fields
    return Capabilities(
        operator=manifest.name,
        operations=tuple(operations),
        readable_fields=readable,
        writable_fields=writing.fields if writing else frozenset(),
        units=units or UNITS,
        vat_rates=rates or frozenset(rate.value for rate in VatRate),
        name_length_max=manifest.limits.name_length,
        items_per_write_max=manifest.limits.items_per_write,
        window_days_max=1,
        notes=manifest.notes,
    )


def _door(source: Source) -> str:
    if source.request is not None:
        return f"{source.request.method} {source.request.path}"
    assert source.file is not None, "a request or a file"
    return f"file {source.file.pattern}"
