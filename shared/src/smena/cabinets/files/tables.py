"""Records of a file as its manifest says; a file that is broken, cut or of another header is refused whole."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from smena.cabinets.declarative.model import DocumentSource, File, Maps, Source
from smena.cabinets.declarative.records import JsonBody, Node, Row, XmlBody, records_at

ROWS_MAX = 200_000
HEADER_ROWS_MAX = 20
"""A workbook's header stands in one of its first rows: a title may stand above."""
UNPACKED_BYTES_MAX = 512 * 1024 * 1024
DELIMITERS: Final = (";", ",", "\t", "|")
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class FileRefusedError(Exception):
    """The file is not taken, nothing of it; the message says why and what to do."""


def records_of(body: bytes, source: Source) -> list[Node]:
    """Every record of a file.

    Raises:
        FileRefusedError: it cannot be read as the manifest says.
    """
    if not body.strip():
        raise FileRefusedError("файл пуст")
    file = source.file
    assert file is not None, "a source of files"
    if source.format == "csv":
        return list(_csv_rows(body, file, columns_of(source)))
    if source.format == "xlsx":
        return list(_workbook_rows(body, file, columns_of(source)))
    try:
        root = (XmlBody() if source.format == "xml" else JsonBody()).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FileRefusedError(f"файл {source.format.upper()} оборван или повреждён ({error})") from error
    records = records_at(root, source.records)
    if records is None:
        raise FileRefusedError(f"в файле нет списка записей «{source.records}»")
    return records


def columns_of(source: Source) -> list[str]:
    """The columns that have to be there: all that a map without a default reads."""
    parts: list[Maps] = [source.fields]
    group: list[str] = []
    if isinstance(source, DocumentSource):
        parts.append(source.z_report)
        parts += [part.fields for part in (source.lines, source.payments) if part is not None]
        group = [source.group_by] if source.group_by else []
    read = [
        path
        for part in parts
        for one in part.values()
        if one.default is None
        for path in (one.path, *(one.join or ()))
        if path is not None
    ]
    return list(dict.fromkeys([*group, *read]))


def _csv_rows(body: bytes, file: File, columns: Sequence[str]) -> Iterator[Row]:
    text = _text(body, file.encoding)
    if "\x00" in text:
        raise FileRefusedError("в файле нулевые байты: это не CSV или он записан не до конца")
    delimiter = file.delimiter if file.delimiter != "auto" else _delimiter(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header([title.strip() for title in next(reader, [])], columns)
        for count, cells in enumerate(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise FileRefusedError(
                    f"строка {reader.line_num}: {len(cells)} значений, а столбцов {len(header)}:"
                    " файл записан не до конца или испорчен"
                )
            if count >= ROWS_MAX:
                raise FileRefusedError(f"в файле больше {ROWS_MAX} строк: разделите его")
            yield Row(zip(header, cells, strict=True))
    except csv.Error as error:
        raise FileRefusedError(f"строка {reader.line_num}: CSV не читается ({error})") from error


def _text(body: bytes, encoding: str) -> str:
    if body.startswith(UTF16_MARKS):
        raise FileRefusedError("файл в кодировке UTF-16: сохраните его в UTF-8 или Windows-1251")
    for each in ("utf-8-sig", "cp1251") if encoding == "auto" else ({"utf-8": "utf-8-sig"}.get(encoding, encoding),):
        try:
            return body.decode(each)
        except UnicodeDecodeError:
            continue
    said = "UTF-8 или Windows-1251" if encoding == "auto" else encoding
    raise FileRefusedError(f"файл не в кодировке {said}: сохраните его в ней")


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """The delimiter by which the header names most of the columns."""
    first = text.split("\n", 1)[0]

    def named(delimiter: str) -> int:
        titles = {title.strip() for title in next(csv.reader([first.rstrip("\r")], delimiter=delimiter), [])}
        return len(titles.intersection(columns))

    return max(DELIMITERS, key=named)


def _header(titles: list[str], columns: Sequence[str]) -> list[str]:
    if missing := [column for column in columns if column not in titles]:
        raise FileRefusedError(f"в заголовке нет столбцов: {', '.join(missing)}")
    doubled = [title for title in dict.fromkeys(titles) if title in columns and titles.count(title) > 1]
    if doubled:
        raise FileRefusedError(f"столбцы стоят дважды: {', '.join(doubled)}")
    return titles


def _workbook_rows(body: bytes, file: File, columns: Sequence[str]) -> Iterator[Row]:
    _refuse_bomb(body)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        names = workbook.sheet_names
        if file.sheet is not None and file.sheet not in names:
            raise FileRefusedError(f"в книге нет листа «{file.sheet}»; есть: {', '.join(names)}")
        sheet = workbook.get_sheet_by_name(file.sheet or names[0])
        rows = list(sheet.iter_rows())
    except (CalamineError, IndexError) as error:
        raise FileRefusedError(f"книга Excel не читается ({error})") from error
    if len(rows) > ROWS_MAX:
        raise FileRefusedError(f"в файле больше {ROWS_MAX} строк: разделите его")
    begins = _header_place(rows, columns)
    header = _header([_title(cell) for cell in rows[begins]] if rows else [], columns)
    for cells in rows[begins + 1 :]:
        if any(cell not in {"", None} for cell in cells):
            yield Row(zip(header, cells, strict=False))


def _header_place(rows: list[list[Any]], columns: Sequence[str]) -> int:
    """The first row that names most of the columns."""
    counts = [len({_title(cell) for cell in row}.intersection(columns)) for row in rows[:HEADER_ROWS_MAX]]
    return counts.index(max(counts)) if counts else 0


def _title(cell: Any) -> str:
    return str(cell).strip()


def _refuse_bomb(body: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            damaged = archive.testzip() if unpacked <= UNPACKED_BYTES_MAX else None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, zlib.error) as error:
        raise FileRefusedError("это не книга Excel (.xlsx) или она записана не до конца") from error
    if unpacked > UNPACKED_BYTES_MAX:
        raise FileRefusedError(f"книга Excel разворачивается больше чем в {UNPACKED_BYTES_MAX} байт")
    if damaged is not None:
        raise FileRefusedError(f"книга Excel повреждена: {damaged}")
