"""Electronic waybills in XML, element by element: no tree is kept, nothing is expanded, nothing outside is opened."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from catalog_sync.adapters.files.refusals import broken_file, empty_file, hostile_file
from catalog_sync.adapters.files.waybill_names import WaybillNames
from catalog_sync.domain.files.cells import Cell, Reason, SheetRow
from catalog_sync.domain.files.headers import Header
from catalog_sync.domain.limits import LINES_MAX
from catalog_sync.ports.files import FileRefusedError

CHUNK_BYTES = 64 * 1024
DEPTH_MAX = 64
TEXT_CHARACTERS_MAX = 4_096
"""Of one element; a certificate in a signature is longer and not read."""
FIELDS = ("number", "date", "supplier", "barcode", "quantity", "price", "vat_rate")


class XmlWaybillReader:
    """Reads waybills by the element names of each organisation."""

    def __init__(self, names_of: Callable[[str], WaybillNames]) -> None:
        self._names_of = names_of

    def goods(self, organization: str, body: BinaryIO) -> tuple[Header, Iterator[SheetRow]]:
        """The goods as rows of goods receipts: the head's fields stand in every row, elements are the columns.

        Raises:
            FileRefusedError: hostile, broken, too large, or another document.
        """
        names = self._names_of(organization)
        walk = _Walk(names)
        parser = DefusedXMLParser(target=walk, forbid_dtd=True)
        body.seek(0)
        try:
            fed = False
            while chunk := body.read(CHUNK_BYTES):
                parser.feed(chunk)
                fed = True
            if not fed:
                raise empty_file()
            parser.close()
        except DefusedXmlException as error:
            raise hostile_file(
                "XML с объявлением сущностей", "XML that declares a document type or entities"
            ) from error
        except (ParseError, ValueError, LookupError) as error:  # an unknown encoding is a LookupError
            raise broken_file(f"XML, {error}") from error
        if not walk.lines:
            raise _no_goods(names)
        head = {**walk.head, "date": _plain_date(walk.head.get("date", ""), names.date_format)}
        titles = {FIELDS.index(word): path for word, path in {**names.head, **names.fields}.items()}
        header = Header(0, {word: (at,) for at, word in enumerate(FIELDS)}, titles, ())
        return header, (_row(n, head, line) for n, line in enumerate(walk.lines, start=1))


class _Walk:
    """The parser's target: keeps the texts at the paths that have a name."""

    def __init__(self, names: WaybillNames) -> None:
        self.head: dict[str, str] = {}
        self.lines: list[dict[str, str]] = []
        self._names = names
        self._heads = {path: word for word, path in names.head.items()}
        self._fields = {f"{names.line}/{path}": word for word, path in names.fields.items()}
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - the parser gives them
        namespace, _, name = tag.rpartition("}")
        if not self._path and (name != self._names.root or not self._fits(namespace.removeprefix("{"))):
            raise _other_document(tag, self._names)
        self._path.append(name)
        if len(self._path) > DEPTH_MAX:
            raise hostile_file(f"глубже {DEPTH_MAX} элементов", f"nested deeper than {DEPTH_MAX} elements")
        here = "/".join(self._path[1:])
        if here == self._names.line:
            if len(self.lines) == LINES_MAX:
                raise _too_many_lines()
            self.lines.append({})
        if here in self._heads or here in self._fields:
            self._text, self._length = [], 0

    def data(self, text: str) -> None:
        if self._text is not None and self._length < TEXT_CHARACTERS_MAX:
            self._text.append(text[:TEXT_CHARACTERS_MAX])
            self._length += len(text)

    def end(self, _: str) -> None:
        here = "/".join(self._path[1:])
        if self._text is not None:
            text = "".join(self._text).strip()
            if here in self._heads:
                self.head.setdefault(self._heads[here], text)
                self._text = None
            elif here in self._fields and self.lines:
                self.lines[-1].setdefault(self._fields[here], text)
                self._text = None
        self._path.pop()

    def close(self) -> None:
        """The parser asks for nothing more."""

    def _fits(self, namespace: str) -> bool:
        return self._names.namespace in {"*", namespace}


def _row(n: int, head: Mapping[str, str], line: Mapping[str, str]) -> SheetRow:
    cells: list[Cell] = [line.get(word) or head.get(word) or None for word in FIELDS]
    return SheetRow(n, cells)


def _plain_date(text: str, date_format: str) -> str:
    """The date as the rows of files have it; what is none stays and is refused by name."""
    try:
        return datetime.strptime(text, date_format).date().isoformat()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return text


def _other_document(tag: str, names: WaybillNames) -> FileRefusedError:
    return FileRefusedError(
        Reason(
            "other-document",
            f"это не накладная {names.root}: корневой элемент «{tag[:100]}». Если провайдер называет элементы иначе, "
            "укажите файл имён в waybill_names организации",
            f"this is no {names.root} waybill: the root element is {tag[:100]!r}. If your provider has other names, "
            "name a file of them in the organisation's waybill_names",
        )
    )


def _no_goods(names: WaybillNames) -> FileRefusedError:
    return FileRefusedError(
        Reason(
            "no-goods",
            f"в накладной нет ни одного товара (элемента {names.line})",
            f"the waybill has no goods (no element {names.line})",
        )
    )


def _too_many_lines() -> FileRefusedError:
    return FileRefusedError(
        Reason("too-many-rows", f"больше {LINES_MAX} товаров в накладной", f"more than {LINES_MAX} goods in a waybill"),
        limit_rows=LINES_MAX,
    )
