"""Reads ``catalogue.tsv``: real barcodes and names."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smena_sandbox.world.barcodes import comparable, is_valid
from smena_sandbox.world.files import DataFileError, open_text
from smena_sandbox.world.report import LoadReport

COLUMNS = ("id", "barcode", "name", "category_path")
LONGEST_NAME = 100
"""A longer name would be cut by 1C (``Description``, docs/reference/onec-names.md)."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One real article."""

    barcode: str
    name: str
    group: str


def read_catalogue(path: Path, report: LoadReport) -> list[CatalogueRow]:
    """Rows fit for an item, in the order of the file; each barcode once."""
    rows: list[CatalogueRow] = []
    seen: set[str] = set()
    for number, fields in _records(path, report):
        barcode, name, group = fields[0].strip(), " ".join(fields[1].split()), _group(fields[2])
        if not name or len(name) > LONGEST_NAME:
            report.add("catalogue: no name or a name too long", "row not used", example=f"row {number}")
        elif not is_valid(barcode):
            report.add("catalogue: barcode with a wrong check digit", "row not used", example=barcode)
        elif comparable(barcode) in seen:
            report.add("catalogue: barcode repeated", "first row used", example=barcode)
        else:
            seen.add(comparable(barcode))
            rows.append(CatalogueRow(barcode, name, group))
    return rows


def _records(path: Path, report: LoadReport) -> Iterator[tuple[int, tuple[str, str, str]]]:
    with open_text(path) as lines:
        header = next(lines, "").rstrip("\r\n").split("\t")
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise DataFileError(f"{path}: no column {', '.join(missing)}; found {', '.join(header)}")
        barcode, name, group = (header.index(column) for column in COLUMNS[1:])
        for number, line in enumerate(lines, 2):
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != len(header):
                report.add("catalogue: malformed row", "row not used", example=f"row {number}: {len(fields)} fields")
                continue
            yield number, (fields[barcode], fields[name], fields[group])


def _group(path: str) -> str:
    return "/".join(part for part in (" ".join(part.split()) for part in path.split("/")) if part)
