"""What became of a file that came in, and how its rows are walked without stopping everything else."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, TypeVar

from catalog_sync.domain.files.cells import Rejection, SheetRow
from catalog_sync.domain.files.headers import Header, HeaderMissingError, Layout, read_header
from catalog_sync.ports.files import TableReader
from catalog_sync.ports.records import Written

FILE_BATCH_ROWS = 2_000
"""Rows read and stored at a time."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A row, or a document from its first row on, that was good; ``lines`` are of a document."""

    row: int
    ref: str
    written: Written
    number: str | None = None
    lines: int | None = None
    lines_rejected: int | None = None


@dataclass(slots=True)
class TakenFile:
    """Everything a person wants to know of his file."""

    organization: str
    sheet: str | None
    header: Header
    taken: list[TakenRow] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        """How many rows were refused; one may have several reasons."""
        return len({rejection.row for rejection in self.rejected})

    def count(self, written: Written) -> int:
        """How many were created, updated or unchanged."""
        return sum(1 for row in self.taken if row.written is written)


async def open_table(
    tables: TableReader, body: BinaryIO, layout: Layout
) -> tuple[str | None, Header, Iterator[SheetRow]]:
    """The first table of a file that has the header looked for, away from the event loop.

    Raises:
        FileRefusedError: the file as a whole.
        HeaderMissingError: no table has the header; what the likest one lacks.
    """

    def search() -> tuple[str | None, Header, Iterator[SheetRow]]:
        likest: HeaderMissingError | None = None
        for sheet in tables.sheets(body):
            try:
                header, rows = read_header(sheet, layout)
            except HeaderMissingError as error:
                if likest is None or len(error.missing) < len(likest.missing):
                    likest = error
            else:
                return sheet.name, header, rows
        raise likest or HeaderMissingError(None, layout.required)

    return await asyncio.to_thread(search)


async def in_batches(results: Iterator[Read]) -> AsyncIterator[Sequence[Read]]:
    """Rows read in a thread, batch after batch."""
    while batch := await asyncio.to_thread(_next, results):
        yield batch


def _next(results: Iterator[Read]) -> list[Read]:
    return list(islice(results, FILE_BATCH_ROWS))
