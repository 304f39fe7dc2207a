"""Files that come in, as the use cases see them; every method here blocks and is called in a thread."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from catalog_sync.domain.files.cells import Reason, Sheet, SheetRow
from catalog_sync.domain.files.headers import Header
from catalog_sync.ports.repositories import CatalogWork
from smena.erp.catalogue import ErpItem


class FileRefusedError(Exception):
    """The file as a whole is refused; nothing of it is taken. ``facts`` name the limit or the place."""

    def __init__(self, reason: Reason, **facts: Any) -> None:
        super().__init__(f"{reason.code}: {reason.en}")
        self.reason = reason
        self.facts = facts


class TableReader(Protocol):
    """Reads spreadsheets."""

    def sheets(self, body: BinaryIO) -> Iterator[Sheet]:
        """The tables of a file, one by one; those after the first usable one need not be read.

        Raises:
            FileRefusedError: hostile, broken, too large, or no spreadsheet.
        """
        ...


class WaybillReader(Protocol):
    """Reads electronic waybills, by the element names of the organisation's provider."""

    def goods(self, organization: str, body: BinaryIO) -> tuple[Header, Iterator[SheetRow]]:
        """The goods as rows of goods receipts: the head's fields stand in every row, elements are the columns.

        Raises:
            FileRefusedError: hostile, broken, too large, or another document.
        """
        ...


class TableWriter(Protocol):
    """Writes a workbook, sheet after sheet; texts stay texts, whatever they begin with."""

    def begin(self, name: str, titles: Sequence[str]) -> None:
        """Begin a sheet with its header row."""
        ...

    def add(self, rows: Iterable[Sequence[str | int | None]]) -> None:
        """Write rows below."""
        ...

    def finish(self) -> None:
        """Write the file."""
        ...


class ItemLookup(Protocol):
    """Finds items of the ERP's side by what files name them by; active items go before archived ones."""

    async def by_ref(self, organization: str, refs: Collection[str]) -> dict[str, ErpItem]:
        """The items of these refs."""
        ...

    async def refs_by(self, key: str, organization: str, values: Collection[str]) -> Mapping[str, list[str]]:
        """The refs of items by ``code``, ``article`` or ``barcode`` (in any spelling)."""
        ...


class FilesWork(CatalogWork, Protocol):
    """One transaction that can look items up, too."""

    @property
    def lookup(self) -> ItemLookup:
        """Items by what files name them by."""
        ...


class OpenFilesWork(Protocol):
    """Opens a new unit of work."""

    def __call__(self) -> FilesWork:
        """A unit of work that has not begun yet."""
        ...


@dataclass(frozen=True, slots=True)
class FilePorts:
    """What taking files needs of the outside."""

    tables: TableReader
    waybills: WaybillReader
    new_table: Callable[[Path], TableWriter]
    open_work: OpenFilesWork
