"""CSV in UTF-8 or Windows-1251 (UTF-16 with its mark), with ``;``, tab or ``,`` between the fields."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from catalog_sync.adapters.files.refusals import FILE_ROWS_MAX, MEBIBYTE, hostile_file, too_many_rows, wrong_type
from catalog_sync.domain.files.cells import Reason, Sheet, SheetRow
from catalog_sync.domain.files.headers import HEADER_ROWS_MAX

if TYPE_CHECKING:
    import _csv

DELIMITERS = (";", "\t", ",")
LINE_CHARACTERS_MAX = MEBIBYTE
CHUNK_BYTES = 256 * 1024
SNIFFED_BYTES = 64 * 1024
BROKEN_ROW = Reason(
    "broken-row",
    "строка не разбирается: проверьте кавычки и конец файла",
    "the row cannot be cut into cells: check its quotes and the end of the file",
)


def delimited_sheets(body: BinaryIO) -> Iterator[Sheet]:
    """The file once for each way to cut its rows; the one in which a header is found is the right one.

    Raises:
        FileRefusedError: no text, or too many rows.
    """
    encoding = _encoding(body)
    _count_rows(body)
    for delimiter in DELIMITERS:
        yield Sheet(None, _rows(body, encoding, delimiter))


def _rows(body: BinaryIO, encoding: str, delimiter: str) -> Iterator[SheetRow]:
    body.seek(0)
    lines = io.TextIOWrapper(body, encoding=encoding, errors="replace", newline="")
    try:
        yield from _cut(csv.reader(_bounded(lines), delimiter=delimiter, strict=True))
    finally:
        lines.detach()  # the body outlives the way it was cut


def _cut(reader: "_csv.Reader") -> Iterator[SheetRow]:
    while True:
        n = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield SheetRow(n, (), BROKEN_ROW)
        else:
            yield SheetRow(n, cells)


def _bounded(lines: io.TextIOWrapper) -> Iterator[str]:
    while line := lines.readline(LINE_CHARACTERS_MAX + 1):
        if len(line) > LINE_CHARACTERS_MAX:
            raise hostile_file(
                f"строка длиннее {LINE_CHARACTERS_MAX} знаков",
                f"a line of more than {LINE_CHARACTERS_MAX} characters",
                limit_characters=LINE_CHARACTERS_MAX,
            )
        yield line


def _encoding(body: BinaryIO) -> str:
    start = body.read(SNIFFED_BYTES)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in start:
        raise wrong_type("это не текст и не книга Excel", "this is neither text nor an Excel workbook")
    return "utf-8" if _is_utf8(body) else "cp1251"


def _is_utf8(body: BinaryIO) -> bool:
    """Whether all of it is UTF-8; a character cut off by the file's end still is."""
    body.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := body.read(CHUNK_BYTES):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _count_rows(body: BinaryIO) -> None:
    """Refuse too many rows before the first one is taken; line breaks inside quotes count too."""
    body.seek(0)
    feeds = returns = 0
    while chunk := body.read(CHUNK_BYTES):
        feeds += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        if max(feeds, returns) > FILE_ROWS_MAX + HEADER_ROWS_MAX:
            raise too_many_rows()
