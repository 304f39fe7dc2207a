"""Walk over a sheet's XML before the spreadsheet reader does: how large it is, and which cells have no value.

The reader keeps the filled rectangle of a sheet in memory and gives an empty text for an error and for a formula
that was never computed; both are found here, so that they can be refused by name.
"""

import re
from array import array
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

from catalog_sync.adapters.files.refusals import (
    FILE_ROWS_MAX,
    MEBIBYTE,
    SHEET_CELLS_MAX,
    broken_file,
    hostile_file,
    too_many_rows,
)
from catalog_sync.domain.files.cells import Faulty, Reason
from catalog_sync.domain.files.headers import HEADER_ROWS_MAX

CHUNK_BYTES = 64 * 1024
SHEET_TEXT_CHARACTERS_MAX = 256 * MEBIBYTE
"""All texts of a sheet together; one shared text may stand in a million cells."""
FAULTY_CELLS_MAX = 100_000
DIGITS_MAX = 9
NO_VALUE = Reason(
    "formula-without-value",
    "формула без вычисленного значения: откройте файл в Excel, сохраните и загрузите снова",
    "a formula without a computed value: open the file in Excel, save and send it again",
)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class SheetFacts:
    """What was found: cells without a value by row (from 1) and column (from 0)."""

    faulty: dict[tuple[int, int], Faulty] = field(default_factory=dict)


class _Scan:
    """One walk; only what the parser calls for each element, as little of it as can be."""

    def __init__(self, parser: expat.XMLParserType, shared: "array[int]") -> None:
        self.facts = SheetFacts()
        self._parser = parser
        self._shared = shared
        self._row = self._column = self._rows = self._last_row = self._last_column = self._text = 0
        self._row_text = "0"
        self._kind: str | None = None
        self._formula = self._watched = False
        self._value: list[str] = []
        self._locals: dict[str, str] = {}
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._locals.get(name)
        if local is None:
            local = self._locals[name] = name.rpartition(" ")[2]
        if local == "c":
            if self._formula or self._watched:
                self.end_of_cell()
            self._column += 1
            place = attributes.get("r")
            if place is not None:
                self._go_to(place)
            self._kind = attributes.get("t")
        elif local in {"v", "is"}:
            if self._row > self._last_row or self._column > self._last_column:
                self._grow()
            if self._formula or self._kind in {"e", "s"}:
                self._watched = True
                self._parser.CharacterDataHandler = self._value.append
        elif local == "row":
            if self._formula or self._watched:
                self.end_of_cell()
            self._begin_row(attributes)
        elif local == "f":
            self._formula = True

    def end_of_cell(self) -> None:
        """Judge the cell that is over, once the next one begins."""
        if self._watched:
            self._parser.CharacterDataHandler = None
        text = "".join(self._value)
        if self._kind == "s" and self._watched:
            self._count_text(text)
        elif self._kind == "e":
            self._faulty(Reason("error-value", f"ошибка «{text[:20]}» вместо значения", f"the error {text[:20]!r}"))
        elif self._formula and not text.strip():
            self._faulty(NO_VALUE)
        self._kind, self._formula, self._watched = None, False, False
        self._value.clear()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if _is_number(number) else self._row + 1
        self._row_text = str(self._row)
        self._column = -1
        self._rows += 1
        if self._rows > FILE_ROWS_MAX + HEADER_ROWS_MAX:
            raise too_many_rows()

    def _go_to(self, place: str) -> None:
        letters = place.removesuffix(self._row_text)
        column = self._columns.get(letters)
        if column is None:
            found = _PLACE.fullmatch(place)
            if found is None:
                return
            column = self._columns[found[1]] = _column_of(found[1])
            self._row, self._row_text = int(found[2]), found[2]
        self._column = column

    def _grow(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        if self._last_row > FILE_ROWS_MAX + HEADER_ROWS_MAX:
            raise too_many_rows()
        if self._last_row * (self._last_column + 1) > SHEET_CELLS_MAX:
            raise hostile_file(
                f"лист больше {SHEET_CELLS_MAX} ячеек",
                f"more than {SHEET_CELLS_MAX} cells",
                limit_cells=SHEET_CELLS_MAX,
            )

    def _count_text(self, index: str) -> None:
        at = int(index) if _is_number(index) else -1
        if not 0 <= at < len(self._shared):
            raise broken_file("sharedStrings.xml")
        self._text += self._shared[at]
        if self._text > SHEET_TEXT_CHARACTERS_MAX:
            raise hostile_file("слишком много текста на листе", "too much text on one sheet")

    def _faulty(self, reason: Reason) -> None:
        if len(self.facts.faulty) == FAULTY_CELLS_MAX:
            raise broken_file(f"> {FAULTY_CELLS_MAX} #")
        self.facts.faulty[self._row, self._column] = Faulty(reason)


def scan_sheet(stream: IO[bytes], shared: "array[int]") -> SheetFacts:
    """Walk over a sheet; ``shared`` are the lengths of the workbook's shared texts.

    Raises:
        FileRefusedError: too many rows or cells, too much text, broken XML, or XML that declares anything.
    """
    parser = _parser()
    scan = _Scan(parser, shared)
    parser.StartElementHandler = scan.start
    _feed(parser, stream)
    scan.end_of_cell()
    return scan.facts


def shared_lengths(stream: IO[bytes]) -> "array[int]":
    """The length of each shared text of a workbook."""
    parser, lengths = _parser(), array("Q")

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser.StartElementHandler, parser.CharacterDataHandler = start, characters
    _feed(parser, stream)
    return lengths


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: Any) -> None:
        raise hostile_file("XML с объявлением сущностей", "XML that declares a document type or entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    try:
        while chunk := stream.read(CHUNK_BYTES):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise broken_file(f"XML, {error}") from error


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
