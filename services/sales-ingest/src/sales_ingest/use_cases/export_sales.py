"""Write turnover, receipts and lines without an item as tables, page by page: no more than a page is in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from sales_ingest.domain import sales_tables as tables
from sales_ingest.domain.registers import Registers
from sales_ingest.ports.views import After, Filter, Row, SalesViews

EXPORT_ROWS_MAX = 200_000
"""Rows of one exported table; more are refused, with the advice to ask for a shorter period."""
ROWS_PER_PAGE = 1_000

Mark = TypeVar("Mark")


class ExportTooLargeError(Exception):
    """What was asked for has more rows than one table may have."""


class Table(Protocol):
    """A workbook that is written in order."""

    def begin(self, name: str, titles: Sequence[str]) -> None:
        """Begin a sheet with its header row."""
        ...

    def add(self, rows: Iterable[Sequence[tables.TableCell]]) -> None:
        """Write rows below."""
        ...


async def export_turnover(table: Table, wanted: Filter, language: str, *, views: SalesViews) -> None:
    """Turnover by day and register; then by payment kind; then by VAT rate.

    Raises:
        ExportTooLargeError: more days and registers than one table may have.
    """

    async def read(after: tuple[date, str] | None) -> Sequence[Row]:
        return await views.turnover(wanted, ROWS_PER_PAGE, after)

    for sheet, name in tables.TURNOVER_SHEETS.items():
        table.begin(tables.said(name, language), tables.titles(tables.TURNOVER_TITLES[sheet], language))
        written = 0
        async for rows in _pages(read, lambda row: (row["date"], row["register"])):
            cells = [cell for row in rows for cell in tables.turnover_cells(sheet, row, language)]
            written = _counted(written, len(cells))
            await asyncio.to_thread(table.add, cells)


async def export_receipts(
    table: Table, wanted: Filter, language: str, *, views: SalesViews, registers: Registers
) -> None:
    """Receipts by their lines, newest first, at the time of the register's own zone.

    Raises:
        ExportTooLargeError: more lines than one table may have; nothing has been written then.
    """
    _counted(0, await views.count_lines(wanted, EXPORT_ROWS_MAX + 1))

    async def read(after: After | None) -> Sequence[Row]:
        return await views.receipts(wanted, ROWS_PER_PAGE, after)

    table.begin(tables.said(tables.RECEIPT_SHEET, language), tables.titles(tables.RECEIPT_TITLES, language))
    async for rows in _pages(read, lambda row: After(row["at"], str(row["id"]))):
        cells = [
            cell
            for row in rows
            for cell in tables.receipt_cells(row, registers[row["register"]].date_rule.timezone, language)
        ]
        await asyncio.to_thread(table.add, cells)


async def export_unresolved(table: Table, wanted: Filter, language: str, *, views: SalesViews) -> None:
    """Lines without an item with the sums at stake.

    Raises:
        ExportTooLargeError: more groups than one table may have.
    """

    async def read(after: str | None) -> Sequence[Row]:
        return await views.unresolved(wanted, ROWS_PER_PAGE, after)

    table.begin(tables.said(tables.UNRESOLVED_SHEET, language), tables.titles(tables.UNRESOLVED_TITLES, language))
    written = 0
    async for rows in _pages(read, lambda row: f"{row['group']}|{row['cabinet']}"):
        written = _counted(written, len(rows))
        await asyncio.to_thread(table.add, [tables.unresolved_cells(row, language) for row in rows])


async def _pages(
    read: Callable[[Mark | None], Awaitable[Sequence[Row]]], mark: Callable[[Row], Mark]
) -> AsyncIterator[Sequence[Row]]:
    """Pages until one is not full; each begins after the last row of the page before."""
    after: Mark | None = None
    while rows := await read(after):
        yield rows
        if len(rows) < ROWS_PER_PAGE:
            return
        after = mark(rows[-1])


def _counted(before: int, more: int) -> int:
    if before + more > EXPORT_ROWS_MAX:
        raise ExportTooLargeError(EXPORT_ROWS_MAX)
    return before + more
