"""The cabinet port over a folder of files."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from smena.cabinets.declarative.cabinet import ITEMS_PER_PAGE, capabilities_of, pages_of
from smena.cabinets.declarative.documents import DocumentReading
from smena.cabinets.declarative.model import Manifest
from smena.cabinets.declarative.values import Values
from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.cabinets.files.outgoing import Outgoing
from smena.cabinets.files.report import Report
from smena.cabinets.files.shelf import IN, Shelf, Taken
from smena.cabinets.files.tables import FileRefusedError
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult
from smena.cabinets.port import CabinetRefusedError, CabinetRegister, CabinetUnavailableError, Capabilities
from smena.cabinets.reading import EPOCH
from smena.cabinets.windows import Windows

FILES_REMEMBERED_MAX = 8
"""So many files last read stay in memory: a period is read day by day, and a file may hold several days."""
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Documents = list[CabinetDocument | UnreadableDocument]


class FileCabinet:
    """One cabinet whose receipts come by files and whose items go out by files."""

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._manifest = manifest
        self._values = Values(manifest)
        self._zone = ZoneInfo(manifest.instants.zone)
        self._folder = folder
        self._shelf = Shelf(folder, manifest)
        save = manifest.save_items
        self._outgoing = None if save is None else Outgoing(folder, manifest, save)
        self._remembered: dict[tuple[str, str], Documents] = {}
        self._working = asyncio.Lock()

    def capabilities(self) -> Capabilities:
        """What the manifest says these files can do."""
        return capabilities_of(self._manifest)

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """The registers that any file taken so far has named."""
        return [CabinetRegister(number) for number in sorted(self._registers(await self._taken()))]

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """What was sent so far: files tell nothing back."""
        if self._outgoing is None:
            return
        async with self._working:
            items = list((await self._in_thread(self._outgoing.items)).values())
        for first in range(0, len(items), ITEMS_PER_PAGE):
            yield items[first : first + ITEMS_PER_PAGE]

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a file of these items for the shop's program."""
        if self._outgoing is None:
            raise CabinetRefusedError(f"манифест {self._manifest.name} не записывает товары")
        most = self._manifest.limits.items_per_write
        if len(items) > most:
            raise CabinetRefusedError(f"{len(items)} товаров за раз, а кабинет берёт не больше {most}")
        async with self._working:
            return await self._in_thread(self._outgoing.send, items)

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Take what lies in the folder, then give the documents by days."""
        taken = await self._taken()
        if register_number not in self._registers(taken):
            raise CabinetRefusedError(
                f"ни в одном принятом файле нет кассы {register_number}: положите её файлы в папку {self._folder / IN}"
            )
        own = [file for file in taken if register_number in file.report.registers]
        for first, last in Windows(start, end, self._zone):
            found: dict[str, CabinetDocument | UnreadableDocument] = {}
            for file in own:
                held = file.report.registers[register_number]
                if held.first < last and held.last >= first:
                    for place, one in enumerate(await self._documents(file, register_number)):
                        if one.at is not None and first <= one.at < last:
                            found[one.fiscal_id or f"{file.path.name}|{place}"] = one
            documents = sorted(found.values(), key=lambda one: (one.at or EPOCH, one.number or 0, one.fiscal_id or ""))
            for page in pages_of(documents, first, last):
                yield page

    async def take_file(self, name: str, body: bytes) -> Report:
        """Take a file that was uploaded."""
        async with self._working:
            return await self._in_thread(self._shelf.put, name, body)

    async def close(self) -> None:
        """Nothing to let go."""

    async def _taken(self) -> list[Taken]:
        async with self._working:
            await self._in_thread(self._shelf.take)
            return await self._in_thread(self._shelf.taken)

    async def _documents(self, file: Taken, register_number: str) -> Documents:
        """The documents of one register in one file; a later file's word on a document stands."""
        key = file.path.name, register_number
        if key not in self._remembered:
            while len(self._remembered) >= FILES_REMEMBERED_MAX:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = await self._in_thread(self._read, file, register_number)
        return self._remembered[key]

    def _read(self, file: Taken, register_number: str) -> Documents:
        try:
            source, records = self._shelf.records(file)
        except FileRefusedError as error:
            raise CabinetUnavailableError(f"принятый файл {file.path.name} больше не читается: {error}") from error
        return DocumentReading(source, self._values).documents(records, register_number)

    @staticmethod
    def _registers(taken: Sequence[Taken]) -> set[str]:
        return {number for file in taken for number in file.report.registers}

    async def _in_thread(
        self, work: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
    ) -> Result:
        try:
            return await asyncio.to_thread(work, *given, **named)
        except OSError as error:
            raise CabinetUnavailableError(f"папка {self._folder} недоступна: {error.strerror or error}") from error
