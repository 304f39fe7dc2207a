"""Items and barcodes written into 1C: one change a call, looked for before, compared with what was stored."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from smena.erp.catalogue import ErpItem, FoundItems, ItemChange
from smena.erp.errors import ErpOutcomeUnknownError, ErpRefusedError, ErpSetupError
from smena.erp.item_writes import BarcodeTakenError, ItemMovedError
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.dictionaries import Dictionaries
from smena.erp.onec.literals import EMPTY_REF, guid, parsed_ref, text
from smena.kinds.barcode import spellings

VERSION_MISMATCH_STATUS: Final = 412
"""What the manual promises for a stale ``If-Match``; no live base was seen to answer so."""
NAME_CHARACTERS_SEARCHED_MAX: Final = 100
"""A longer name is looked for by its beginning: an address must stay within what IIS takes."""
PLAIN_BARCODE: Final = re.compile(r"[0-9A-Za-z ._-]{1,128}")
"""What survives as a key in an address behind every web server (onec.md a.4)."""

Word = TypeVar("Word")
ItemOf = Callable[[Record, Dictionaries, Mapping[str, Sequence[str]]], ErpItem]


class ItemWriter:
    """Writes items of one base. ``item_of`` reads a record as the catalogue does."""

    def __init__(self, base: OneCBase, dictionaries: Dictionaries, select: str, item_of: ItemOf) -> None:
        self.client_refs_kept: bool | None = None
        self._base = base
        self._dictionaries = dictionaries
        self._select = select
        self._item_of = item_of
        self._names = base.names["item"]
        self._codes = base.names["barcode"]

    async def read(self, ref: str) -> ErpItem | None:
        """One item with its barcodes."""
        record = await self._base.record(self._names["set"], parsed_ref(ref, "item"))
        if record is None or record.get(self._names["is_group"]) is True:
            return None
        return self._item_of(record, self._dictionaries, await self._codes_of([parsed_ref(ref, "item")]))

    async def find(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        """By reference, name and article in one request, by barcode in another."""
        wished = parsed_ref(ref, "item")
        records = await self._items(f"Ref_Key eq {guid(wished)} or ({self._likeness(change)})")
        held_by = await self._held_by(barcodes)
        known = {str(record["Ref_Key"]) for record in records}
        for holder in sorted(set(held_by.values()) - known):
            records += await self._items(f"Ref_Key eq {guid(holder)}")
        codes = await self._codes_of([str(record["Ref_Key"]) for record in records])
        items = [self._item_of(record, self._dictionaries, codes) for record in records]
        if any(item.ref == wished for item in items):
            self.client_refs_kept = True
        return FoundItems(
            ours=next((item for item in items if item.ref == wished), None),
            holders=tuple(item for item in items if item.ref in held_by.values()),
            alike=tuple(item for item in items if item.ref != wished and _alike(item, change)),
        )

    async def create(self, ref: str, change: ItemChange) -> ErpItem:
        """Make an item with a wished reference."""
        wished = parsed_ref(ref, "item")
        body = {"Ref_Key": wished, self._names["is_group"]: False, **await self._body(change, new=True)}
        record = await self._base.create(self._names["set"], body)
        self.client_refs_kept = str(record["Ref_Key"]) == wished
        return self._item_of(record, self._dictionaries, {})

    async def change(self, known: ErpItem, change: ItemChange) -> ErpItem:
        """Change an item that is as it is known; 1C does not lock, so a moment between the look and the write stays."""
        ref = parsed_ref(known.ref, "item")
        body = await self._body(change, new=False)
        held = await self._base.record(self._names["set"], ref)
        if held is None:
            raise ItemMovedError(f"Товара «{known.name}» в 1С больше нет")
        version = str(held.get("DataVersion") or "")
        if known.version is not None and version != data_version(known.version):
            raise ItemMovedError(f"Товар «{known.name}» в 1С изменён после чтения")
        try:
            record = await self._base.patch(self._names["set"], ref, body, version)
        except ErpRefusedError as error:
            if error.status == VERSION_MISMATCH_STATUS:
                raise ItemMovedError(f"Товар «{known.name}» в 1С изменён после чтения") from error
            raise
        return self._item_of(record, self._dictionaries, await self._codes_of([ref]))

    async def add_barcode(self, ref: str, barcode: str) -> None:
        """Make the record of a barcode; who has it is looked up where 1C refuses it or does not answer."""
        owner = parsed_ref(ref, "item")
        record = {self._codes["barcode"]: barcode, self._codes["item"]: owner}
        try:
            stored = await self._base.create_record(self._codes["set"], record)
        except (ErpRefusedError, ErpOutcomeUnknownError) as error:
            holder = (await self._held_by([barcode])).get(barcode)
            if holder == owner:
                return
            if holder is not None:
                raise BarcodeTakenError(barcode, await self.read(holder)) from error
            raise
        if stored.get(self._codes["barcode"]) != barcode or stored.get(self._codes["item"]) != owner:
            raise ErpRefusedError(f"1С записала штрихкод {barcode} иначе, чем отправлено: {stored}")

    async def remove_barcode(self, ref: str, barcode: str) -> None:
        """Remove the record of a barcode: the only thing that is ever deleted."""
        owner = parsed_ref(ref, "item")
        if (await self._held_by([barcode])).get(barcode) != owner:
            return
        if PLAIN_BARCODE.fullmatch(barcode) is None:
            raise ErpRefusedError(f"Штрихкод «{barcode}» нельзя снять через OData: уберите его в 1С вручную")
        await self._base.delete_record(self._codes["set"], f"{self._codes['barcode']}={text(barcode)}")

    async def _body(self, change: ItemChange, *, new: bool) -> Record:
        names, metadata = self._names, await self._base.metadata()
        suffix = self._dictionaries.vat_suffix
        values: dict[str, object] = {
            names["name"]: change.name,
            names["article"]: change.article,
            names["unit"]: None if change.unit is None else _in_base(self._dictionaries.unit_ref, change.unit),
            "DeletionMark": None if change.active is None else not change.active,
        }
        general, retail = names["vat_rate"] + suffix, names["retail_vat_rate"] + suffix
        if change.vat_rate is not None:
            values[general] = _in_base(self._dictionaries.vat_value, change.vat_rate)
        if change.retail_vat_rate is not None:
            field = retail if metadata.has(names["set"], retail) else general
            values[field] = _in_base(self._dictionaries.vat_value, change.retail_vat_rate)
        if new:
            kinds = self._base.names["item-kinds"]
            values[names["full_name"]] = change.full_name
            values[names["kind"]] = kinds.get(change.kind or "")
            values[names["service"]] = True if change.kind == "service" else None
        return {name: value for name, value in values.items() if value is not None and metadata.has(names["set"], name)}

    def _likeness(self, change: ItemChange) -> str:
        names, name = self._names, change.name or ""
        same = f"{names['name']} eq {text(name)}"
        if len(name) > NAME_CHARACTERS_SEARCHED_MAX:
            same = f"startswith({names['name']},{text(name[:NAME_CHARACTERS_SEARCHED_MAX])})"
        return f"{names['is_group']} eq false and {same}"

    async def _items(self, condition: str) -> list[Record]:
        options = {"$filter": condition, "$select": self._select, "$orderby": "Ref_Key"}
        return await self._base.records(self._names["set"], options)

    async def _held_by(self, barcodes: Sequence[str]) -> dict[str, str]:
        """Barcode → item, of those in the register, in whatever spelling they were entered."""
        if not barcodes:
            return {}
        field, item = self._codes["barcode"], self._codes["item"]
        forms = dict.fromkeys(form for barcode in barcodes for form in spellings(barcode))
        condition = " or ".join(f"{field} eq {text(form)}" for form in forms)
        options = {"$filter": condition, "$select": f"{field},{item}", "$orderby": field}
        rows = await self._base.records(self._codes["set"], options)
        return {str(row[field]): str(row[item]) for row in rows if row.get(item) not in {None, EMPTY_REF}}

    async def _codes_of(self, refs: Sequence[str]) -> dict[str, list[str]]:
        field, item = self._codes["barcode"], self._codes["item"]
        found: dict[str, list[str]] = {}
        for ref in refs:
            options = {"$filter": f"{item} eq {guid(ref)}", "$select": f"{field},{item}", "$orderby": field}
            for row in await self._base.records(self._codes["set"], options):
                found.setdefault(ref, []).append(str(row[field]))
        return found


def data_version(version: str) -> str:
    """1C's own part of an item's version."""
    return version.partition(".")[0]


def _alike(item: ErpItem, change: ItemChange) -> bool:
    return item.name == change.name and (item.article or "") == (change.article or "").strip()


def _in_base(lookup: Callable[[Word], str], word: Word) -> str:
    """What the base has for a word; its absence is this item's trouble alone."""
    try:
        return lookup(word)
    except ErpSetupError as error:
        raise ErpRefusedError(str(error)) from error
