"""XLSX by python-calamine, after the archive and the sheet were looked through."""

import zipfile
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from catalog_sync.adapters.files.refusals import broken_file, hostile_file, wrong_type
from catalog_sync.adapters.files.sheet_scan import SheetFacts, scan_sheet, shared_lengths
from catalog_sync.adapters.files.zip_check import checked_zip
from catalog_sync.domain.files.cells import Cell, Faulty, Sheet, SheetRow

SHEETS_MAX = 50
"""So many sheets are looked at for a header."""
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SHARED = "xl/sharedStrings.xml"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def workbook_sheets(body: BinaryIO) -> Iterator[Sheet]:
    """The visible sheets of a workbook, in order, each read when it is asked for.

    Raises:
        FileRefusedError: no workbook, broken, or hostile.
    """
    archive = checked_zip(body)
    names = set(archive.namelist())
    if WORKBOOK not in names:
        raise wrong_type("это не книга Excel (.xlsx)", "this is no Excel workbook (.xlsx)")
    parts = _parts(archive)
    shared: array[int] = array("Q")
    if SHARED in names:
        with archive.open(SHARED) as stream:
            shared = shared_lengths(stream)
    body.seek(0)
    try:
        workbook = load_workbook(body)
    except CalamineError as error:
        raise broken_file("XLSX") from error
    visible = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]
    for name in visible[:SHEETS_MAX]:
        part = parts.get(name)
        if part not in names or part is None:
            raise broken_file(f"лист «{name}»")
        with archive.open(part) as stream:
            facts = scan_sheet(stream, shared)
        yield Sheet(name, _rows(workbook, name, facts))


def _rows(workbook: CalamineWorkbook, name: str, facts: SheetFacts) -> Iterator[SheetRow]:
    try:
        sheet: CalamineSheet = workbook.get_sheet_by_name(name)
    except CalamineError as error:
        raise broken_file(f"лист «{name}»") from error
    if sheet.start is None:
        return
    padding: list[Cell] = [None] * sheet.start[1]
    faulty_rows: dict[int, dict[int, Faulty]] = {}
    for (row, column), fault in facts.faulty.items():
        faulty_rows.setdefault(row, {})[column] = fault
    for n, values in enumerate(sheet.iter_rows(), start=1):
        cells: list[Cell] = [*padding, *values]
        for column, fault in faulty_rows.get(n, {}).items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = fault
        yield SheetRow(n, cells)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where each sheet's XML lies."""
    try:
        relations = fromstring(archive.read(RELATIONS), forbid_dtd=True)
        workbook = fromstring(archive.read(WORKBOOK), forbid_dtd=True)
    except DefusedXmlException as error:
        raise hostile_file("XML с объявлением сущностей", "XML that declares a document type or entities") from error
    except (KeyError, ParseError, zipfile.BadZipFile) as error:
        raise broken_file(WORKBOOK) from error
    targets = {relation.get("Id"): _target(relation.get("Target") or "") for relation in relations}
    sheets = (element for element in workbook.iter() if element.tag.rpartition("}")[2] == "sheet")
    return {element.get("name") or "": targets.get(element.get(_ID), "") for element in sheets}


def _target(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
