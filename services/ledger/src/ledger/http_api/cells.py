"""Cells of printed tables and of workbooks, made from the same rows."""

from decimal import Decimal

from smena.workbooks.table import Cell as XlsxCell

Cell = tuple[str, bool]
"""A text, and whether it is a number, which stands at the right."""


def plain(*cells: str) -> list[Cell]:
    """Cells of text."""
    return [(cell, False) for cell in cells]


def sums(*cells: str | None, none: str = "") -> list[Cell]:
    """Cells of numbers; ``none`` stands where there is none."""
    return [(none if cell is None else cell, True) for cell in cells]


def numbers(row: list[Cell]) -> list[XlsxCell]:
    """The row for a workbook, in which numbers are numbers."""
    return [_number(text) if is_sum else text for text, is_sum in row]


def _number(text: str) -> XlsxCell:
    digits = text.removeprefix("-")
    if digits.isdigit():
        return int(text)
    return Decimal(text) if digits.replace(".", "", 1).isdigit() else text
