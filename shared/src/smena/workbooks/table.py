"""A workbook made row by row, its rows never all in memory; whatever a text begins with, it stays a text."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

CELL_CHARACTERS_MAX = 32_767
"""Of one cell in Excel; a longer text is cut and ends with …"""
SHEET_ROWS_MAX = 1_000_000
"""Excel takes 1,048,576; the rest goes to the next sheet."""
COLUMN_WIDTH = 18
MONEY, QUANTITY = 2, 3
"""Places of a sum and of a quantity."""
WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


Cell = str | int | Decimal | None
"""A decimal is shown with as many places as it has: 2 for sums, 3 for quantities."""


class XlsxTable:
    """Sheets of one workbook, written in order."""

    def __init__(self, path: Path) -> None:
        self._workbook = Workbook(str(path), {**WORKBOOK_OPTIONS, "tmpdir": str(path.parent)})
        self._bold = self._workbook.add_format({"bold": True})
        self._decimals = {
            places: self._workbook.add_format({"num_format": f"0.{'0' * places}"}) for places in (MONEY, QUANTITY)
        }
        self._sheet: Any = None
        self._name, self._titles = "", list[str]()
        self._row = self._sheets = 0

    def begin(self, name: str, titles: Sequence[str]) -> None:
        """Begin a sheet with its header row."""
        self._name, self._titles, self._sheets = name, list(titles), 0
        self._next_sheet()

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows below; a full sheet is followed by another one."""
        for row in rows:
            if self._row > SHEET_ROWS_MAX:
                self._next_sheet()
            self._write(row, None)

    def finish(self) -> None:
        """Write the file."""
        self._workbook.close()

    def _next_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._workbook.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        self._sheet.set_column(0, max(0, len(self._titles) - 1), COLUMN_WIDTH)
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        self._write(self._titles, self._bold)

    def _write(self, row: Sequence[Cell], style: Any) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str):
                text = value if len(value) <= CELL_CHARACTERS_MAX else f"{value[: CELL_CHARACTERS_MAX - 1]}…"
                self._sheet.write_string(self._row, column, text, style)
            elif isinstance(value, Decimal):
                self._sheet.write_number(self._row, column, value, self._decimals.get(-int(value.as_tuple().exponent)))
            elif value is not None:
                self._sheet.write_number(self._row, column, value, style)
        self._row += 1
