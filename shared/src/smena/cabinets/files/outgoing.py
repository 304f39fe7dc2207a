"""Items out: a file for the shop's program, and what was sent so far, which is what that program is taken to hold."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from smena.cabinets.declarative.items import ItemWriting
from smena.cabinets.declarative.model import File, Manifest, SaveItems
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetRefusedError
from smena.workbooks.table import XlsxTable

OUT, SENT = "out", "sent"
STAMP = "{stamp}"
UNNAMED = ".tmp"
_KEPT = msgspec.json.Decoder(list[CabinetItem])


class Outgoing:
    """Writes files into ``out`` and remembers the items in ``sent``; nothing there is ever deleted."""

    def __init__(self, folder: Path, manifest: Manifest, save: SaveItems) -> None:
        assert save.file is not None, "items that go out by a file"
        self._folder = folder
        self._save = save
        self._file: File = save.file
        self._writing = ItemWriting(manifest, save)
        self._seen: set[str] = set()
        self._items: dict[str, CabinetItem] = {}

    def items(self) -> dict[str, CabinetItem]:
        """What was sent so far, by id."""
        self._name_what_was_left()
        for path in sorted((self._folder / SENT).glob("*.json")):
            if path.name not in self._seen:
                self._items.update((item.id, item) for item in _KEPT.decode(path.read_bytes()))
                self._seen.add(path.name)
        return self._items

    def _name_what_was_left(self) -> None:
        """Give its name to a file whose process was killed after it had remembered the file's items."""
        for beside in (self._folder / OUT).glob(f".*{UNNAMED}"):
            name = beside.name.removeprefix(".").removesuffix(UNNAMED)
            before, _, after = self._file.pattern.partition(STAMP)
            stamp = name.removeprefix(before).removesuffix(after)
            if (self._folder / SENT / f"{stamp}.json").exists():
                with suppress(FileNotFoundError):  # another process has just done it
                    beside.replace(beside.with_name(name))

    def send(self, items: Sequence[ItemWrite]) -> list[ItemWriteResult]:
        """Write one file with every item that has a code for all it carries; the others are rejected here."""
        held = self.items()
        results: list[ItemWriteResult] = []
        rows: list[dict[str, Any]] = []
        kept: dict[str, CabinetItem] = {}
        for index, item in enumerate(items):
            try:
                item_id = _id_of(item, {**held, **kept})
                whole = _merged({**held, **kept}.get(item_id), item, item_id)
                rows.append(self._writing.row(_as_write(whole)))
            except CabinetRefusedError as error:
                results.append(ItemWriteResult(index, ItemWriteStatus.REJECTED, item.id, str(error)))
                continue
            kept[item_id] = whole
            status = ItemWriteStatus.CREATED if item.id is None else ItemWriteStatus.UPDATED
            results.append(ItemWriteResult(index, status, item_id))
        if rows:
            self._write(rows, list(kept.values()))
        return results

    def _write(self, rows: list[dict[str, Any]], items: list[CabinetItem]) -> None:
        """The file whole but unnamed, then the memory, then the name: neither is ever there without the other."""
        for name in (OUT, SENT):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
        name = self._file.pattern.replace(STAMP, stamp)
        target = self._folder / OUT / name
        beside = target.with_name(f".{name}{UNNAMED}")
        self._fill(beside, rows)
        _whole(self._folder / SENT / f"{stamp}.json", msgspec.json.encode(items))
        with suppress(FileNotFoundError):  # another process has named it meanwhile
            beside.replace(target)

    def _fill(self, path: Path, rows: list[dict[str, Any]]) -> None:
        columns = list(self._save.fields)
        if self._save.format == "xlsx":
            table = XlsxTable(path)
            table.begin(self._file.sheet or "Товары", columns)
            table.add([_cell(row.get(column)) for column in columns] for row in rows)
            table.finish()
        elif self._save.format == "csv":
            _flushed(path, _csv(columns, rows, self._file))
        elif self._save.format == "xml":
            _flushed(path, _xml(self._save.records, rows))
        else:
            _flushed(path, msgspec.json.Encoder(decimal_format="number").encode(rows))


def _id_of(item: ItemWrite, held: Mapping[str, CabinetItem]) -> str:
    """What a program without ids of its own knows an item by: its article, else its main barcode."""
    if item.id is not None:
        if item.id not in held:
            raise CabinetRefusedError(f"товар {item.id} ещё не посылали")
        return item.id
    found = item.article or next(iter(item.barcodes), None)
    if not found:
        raise CabinetRefusedError(f"у товара «{item.name}» нет ни артикула, ни штрихкода: файл его не назовёт")
    if found in held:
        raise CabinetRefusedError(f"под кодом {found} уже послан товар «{held[found].name}»")
    return found


def _merged(held: CabinetItem | None, item: ItemWrite, item_id: str) -> CabinetItem:
    """A None leaves what was sent before, unless the field is to be emptied: a file names every field."""
    before = held or CabinetItem(id=item_id, name=item.name)
    merged = replace(
        before,
        name=item.name,
        article=item.article or before.article,
        unit=item.unit or before.unit,
        group=item.group or before.group,
        barcodes=item.barcodes or before.barcodes,
        vat_rate=item.vat_rate,
        purchase_price=before.purchase_price if item.purchase_price is None else item.purchase_price,
        retail_price=before.retail_price if item.retail_price is None else item.retail_price,
        kind=item.kind,
        active=item.active,
    )
    empty: dict[str, Any] = {name: () if name == "barcodes" else None for name in item.clear}
    return replace(merged, **empty)


def _as_write(item: CabinetItem) -> ItemWrite:
    assert item.vat_rate is not None, "an item that is written has a rate"
    return ItemWrite(
        item.id, item.name, item.article, item.unit or "", item.group, item.barcodes, item.vat_rate,
        item.purchase_price, item.retail_price, item.kind, item.active,
    )  # fmt: skip


def _cell(value: Any) -> str | int | Decimal | None:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, str | int | Decimal) or value is None else str(value)


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], file: File) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if file.delimiter == "auto" else file.delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(["" if (cell := _cell(row.get(column))) is None else cell for column in columns] for row in rows)
    encoding = {"auto": "utf-8-sig", "utf-8": "utf-8-sig"}.get(file.encoding, file.encoding)
    try:
        return text.getvalue().encode(encoding)
    except UnicodeEncodeError as error:
        lacking = error.object[error.start : error.end]
        raise CabinetRefusedError(f"в кодировке файла ({file.encoding}) нет знаков «{lacking}»") from error


def _xml(path: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    outer, _, inner = path.partition("/")
    root = Element(outer or "items")
    for row in rows:
        element = SubElement(root, inner or "item")
        for name, value in row.items():
            for each in value if isinstance(value, list) else [value]:
                SubElement(element, name).text = None if each is None else str(_cell(each))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _whole(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}{UNNAMED}")
    _flushed(beside, content)
    beside.replace(path)


def _flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
