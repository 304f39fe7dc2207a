"""Cells and rows of a table, whatever file it came in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

LETTERS = 26


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused; ``code`` is stable, the sentences are for the person."""

    code: str
    ru: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``ru`` or ``en``."""
        return self.en if language == "en" else self.ru


@dataclass(frozen=True, slots=True)
class Faulty:
    """A cell without a value that could be read."""

    reason: Reason


Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | Faulty | None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row under its number in the file, from 1; ``fault`` where it could not be cut into cells."""

    n: int
    cells: Sequence[Cell]
    fault: Reason | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.fault is None and all(
            cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells
        )

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; None past the row's end."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file; ``name`` is None where the file has but one."""

    name: str | None
    rows: Iterator[SheetRow]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refused cell or row: where it stands, of which item or document, and why."""

    row: int
    reason: Reason
    column: int | None = None
    field: str | None = None
    ref: str | None = None


class CellError(ValueError):
    """A cell that does not hold what its column promises."""

    def __init__(self, code: str, ru: str, en: str) -> None:
        super().__init__(en)
        self.reason = Reason(code, ru, en)


def column_letters(column: int) -> str:
    """The name of a column as spreadsheets show it: 0 → A, 26 → AA."""
    letters = ""
    number = column + 1
    while number:
        number, letter = divmod(number - 1, LETTERS)
        letters = chr(ord("A") + letter) + letters
    return letters
