"""Tell what kind of file came, by its first bytes and not by its name."""

from collections.abc import Iterator
from typing import BinaryIO

from catalog_sync.adapters.files.delimited import delimited_sheets
from catalog_sync.adapters.files.refusals import empty_file, wrong_type
from catalog_sync.adapters.files.workbook import workbook_sheets
from catalog_sync.domain.files.cells import Sheet

ZIP_START = b"PK"
OLE_START = b"\xd0\xcf\x11\xe0"
FIRST_BYTES = 512


class SpreadsheetReader:
    """XLSX and CSV."""

    def sheets(self, body: BinaryIO) -> Iterator[Sheet]:
        """The tables of a file, one by one.

        Raises:
            FileRefusedError: hostile, broken, too large, or no spreadsheet.
        """
        body.seek(0)
        start = body.read(FIRST_BYTES)
        body.seek(0)
        text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            raise empty_file()
        if start.startswith(ZIP_START):
            return workbook_sheets(body)
        if start.startswith(OLE_START):
            raise wrong_type(
                "это старый формат Excel (.xls) или книга с паролем",
                "this is the old Excel format (.xls) or has a password",
            )
        if text.startswith(b"<"):
            raise wrong_type("это XML или HTML, а не таблица", "this is XML or HTML, no spreadsheet")
        if text.startswith(b"%PDF"):
            raise wrong_type("это PDF, а не таблица", "this is a PDF, no spreadsheet")
        return delimited_sheets(body)
