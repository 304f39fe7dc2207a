"""The catalogue port over 1C's OData: walks over keys, details of what changed, and single changes."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from smena.erp.catalogue import (
    DocumentKey,
    ErpItem,
    ErpPrice,
    FoundItems,
    GoodsReceipt,
    GoodsReceiptLine,
    HeldPrices,
    ItemChange,
    ItemKey,
    PriceSetting,
)
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.dictionaries import Dictionaries, names_by_ref, read_dictionaries
from smena.erp.onec.groups import group_paths
from smena.erp.onec.item_writer import ItemWriter
from smena.erp.onec.literals import EMPTY_REF, MOMENT_FORMAT, guid, parsed_ref
from smena.erp.onec.price_writer import PriceWriter
from smena.erp.onec.walk import Walk, chosen, walk
from smena.kinds.money import Kopecks, NotMoneyError, money_from_number
from smena.kinds.quantity import NotQuantityError, quantity_from_number

KEYS_PER_REQUEST = 10_000
"""A key is some 150 bytes of JSON."""
ITEMS_PER_REQUEST = 1_000
BARCODES_PER_REQUEST = 10_000
DOCUMENTS_PER_REQUEST = 100
SUPPLIERS_PER_REQUEST = 25
DICTIONARIES_KEPT_SECONDS = 300.0

POSTED = "Posted eq true"

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Known:
    """What a walk over keys read beside the items, and how many there are."""

    dictionaries: Dictionaries
    groups: Mapping[str, str]
    barcodes: Mapping[str, Sequence[str]]
    items_seen: int = 0


class OneCCatalogue:
    """The catalogue of one base."""

    def __init__(self, base: OneCBase, *, zone: ZoneInfo) -> None:
        self._base = base
        self._zone = zone
        self._writer: ItemWriter | None = None
        self._writer_made = 0.0
        self._prices = PriceWriter(base)
        self._known: _Known | None = None

    async def item_keys(self) -> AsyncIterator[Sequence[ItemKey]]:
        """References and versions of all items; groups and barcodes are read whole, since they have no versions."""
        names = self._base.names["item"]
        dictionaries = await self._dictionaries()
        metadata = await self._base.metadata()
        await self._base.require(metadata.missing(names["set"], [names["parent"], names["is_group"]]))
        known = self._known = _Known(dictionaries, await group_paths(self._base), await self._barcodes())
        select = f"Ref_Key,DataVersion,{names['parent']}"
        what = Walk(names["set"], KEYS_PER_REQUEST, f"{names['is_group']} eq false", select)
        async for rows in walk(self._base, what):
            known.items_seen += len(rows)
            yield [
                ItemKey(
                    ref,
                    dictionaries.version_of(row.get("DataVersion")),
                    known.groups.get(_text(row.get(names["parent"]))),
                    tuple(known.barcodes.get(ref, ())),
                )
                for row in rows
                for ref in (_text(row.get("Ref_Key")),)
            ]

    async def items(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpItem]]:
        """Items that are no groups, marked ones as not active; named ones as the last walk over keys knew them."""
        names = self._base.names["item"]
        known = self._known if refs is not None else None
        if known is None:
            known = _Known(await self._dictionaries(), await group_paths(self._base), await self._barcodes())
        select = await self._item_fields(known.dictionaries)
        condition = f"{names['is_group']} eq false"
        what = Walk(names["set"], ITEMS_PER_REQUEST, condition, select)
        async for rows in chosen(self._base, what, refs, of=known.items_seen):
            yield [self._item(row, known.dictionaries, known.groups, known.barcodes) for row in rows]
        self._known = None

    async def price_setting_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """References and versions of all posted price settings."""
        async for page in self._document_keys("price-setting"):
            yield page

    async def prices(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[ErpPrice]]:
        """Prices of posted settings, in the order of their documents' references."""
        names = self._base.names["price-setting"]
        types = await names_by_ref(
            self._base, self._base.names.set_of("price-type"), self._base.names["price-type"]["name"]
        )
        metadata = await self._base.metadata()
        section = names["section"]
        await self._base.require(
            metadata.missing(names["set"], [names["price_type"], "Posted"])
            + metadata.missing_rows(names["set"], section, [names["line_item"], names["line_price"]])
        )
        async for rows in chosen(self._base, Walk(names["set"], DOCUMENTS_PER_REQUEST, POSTED), refs):
            yield [price for row in rows for price in self._prices_of(row, types)]

    async def goods_receipt_keys(self) -> AsyncIterator[Sequence[DocumentKey]]:
        """References and versions of all posted goods receipts."""
        async for page in self._document_keys("goods-receipt"):
            yield page

    async def goods_receipts(self, refs: Collection[str] | None = None) -> AsyncIterator[Sequence[GoodsReceipt]]:
        """Posted goods receipts with their suppliers' names."""
        names = self._base.names["goods-receipt"]
        dictionaries = await self._dictionaries()
        metadata = await self._base.metadata()
        line_fields = [names[word] for word in ("line_item", "line_quantity", "line_price")]
        await self._base.require(
            metadata.missing(names["set"], [names["supplier"], "Posted"])
            + metadata.missing_rows(names["set"], names["section"], line_fields)
        )
        suppliers: dict[str, str] = {}
        async for rows in chosen(self._base, Walk(names["set"], DOCUMENTS_PER_REQUEST, POSTED), refs):
            await self._learn_suppliers(suppliers, {_text(row.get(names["supplier"])) for row in rows})
            yield [self._goods_receipt(row, suppliers, dictionaries) for row in rows]

    async def warehouse_kind(self, ref: str) -> str | None:
        """The warehouse's kind in our word; 1C's own word where the table has none for it."""
        names = self._base.names["warehouse"]
        metadata = await self._base.metadata()
        await self._base.require(metadata.missing(names["set"], [names["kind"]]))
        record = await self._base.record(names["set"], parsed_ref(ref, "warehouse"))
        if record is None:
            return None
        kind = _text(record.get(names["kind"]))
        return self._base.names.word_for("warehouse-kinds", kind) or kind

    async def client_refs_kept(self) -> bool | None:
        """What the first real answers taught."""
        return (await self._items_writer()).client_refs_kept

    async def read_item(self, ref: str) -> ErpItem | None:
        """One item with its barcodes."""
        return await (await self._items_writer()).read(ref)

    async def find_items(self, ref: str, change: ItemChange, barcodes: Sequence[str]) -> FoundItems:
        """By reference, barcode, name and article."""
        return await (await self._items_writer()).find(ref, change, barcodes)

    async def create_item(self, ref: str, change: ItemChange) -> ErpItem:
        """Make an item outside any group."""
        return await (await self._items_writer()).create(ref, change)

    async def change_item(self, known: ErpItem, change: ItemChange) -> ErpItem:
        """Change an item that is as it is known."""
        return await (await self._items_writer()).change(known, change)

    async def add_barcode(self, ref: str, barcode: str) -> None:
        """Make the record of a barcode."""
        await (await self._items_writer()).add_barcode(ref, barcode)

    async def remove_barcode(self, ref: str, barcode: str) -> None:
        """Remove the record of a barcode."""
        await (await self._items_writer()).remove_barcode(ref, barcode)

    async def find_prices(self, setting: PriceSetting) -> Sequence[HeldPrices]:
        """By reference and marker."""
        return await self._prices.find(setting)

    async def create_prices(self, setting: PriceSetting) -> HeldPrices:
        """Make a price document, unposted."""
        return await self._prices.create(setting)

    async def post_prices(self, ref: str) -> HeldPrices:
        """Post it and read it back."""
        return await self._prices.post(ref)

    async def close(self) -> None:
        """Let connections go."""
        await self._base.close()

    async def _items_writer(self) -> ItemWriter:
        """The writer over the base's units and rates, which are read anew after a while."""
        if self._writer is None or monotonic() - self._writer_made > DICTIONARIES_KEPT_SECONDS:
            dictionaries = await self._dictionaries()
            kept = self._writer.client_refs_kept if self._writer is not None else None
            self._writer = ItemWriter(
                self._base,
                dictionaries,
                await self._item_fields(dictionaries),
                lambda row, words, codes: self._item(row, words, {}, codes),
            )
            self._writer.client_refs_kept, self._writer_made = kept, monotonic()
        return self._writer

    async def _item_fields(self, dictionaries: Dictionaries) -> str:
        """The fields of an item that are read, checked against the metadata."""
        names, metadata = self._base.names["item"], await self._base.metadata()
        optional = [names[word] for word in ("full_name", "service", "kind") if metadata.has(names["set"], names[word])]
        rates = [names[word] + dictionaries.vat_suffix for word in ("vat_rate", "retail_vat_rate")]
        rates = [name for name in rates if metadata.has(names["set"], name)]
        needed = [names[word] for word in ("code", "name", "article", "parent", "unit")]
        await self._base.require(metadata.missing(names["set"], [*needed, names["is_group"]]))
        return ",".join(("Ref_Key", "DataVersion", "DeletionMark", *needed, *optional, *rates))

    async def _document_keys(self, kind: str) -> AsyncIterator[Sequence[DocumentKey]]:
        names, metadata = self._base.names[kind], await self._base.metadata()
        await self._base.require(metadata.missing(names["set"], ["Posted", "DataVersion"]))
        what = Walk(names["set"], KEYS_PER_REQUEST, POSTED, "Ref_Key,DataVersion")
        async for rows in walk(self._base, what):
            yield [DocumentKey(_text(row.get("Ref_Key")), _text(row.get("DataVersion")) or None) for row in rows]

    async def _dictionaries(self) -> Dictionaries:
        names = self._base.names
        return await read_dictionaries(
            self._base,
            await self._base.metadata(),
            vat_field_of=names["item"]["set"],
            vat_field=names["item"]["vat_rate"],
        )

    async def _barcodes(self) -> dict[str, list[str]]:
        names = self._base.names["barcode"]
        found: dict[str, list[str]] = {}
        select = f"{names['barcode']},{names['item']}"
        async for rows in walk(
            self._base, Walk(names["set"], BARCODES_PER_REQUEST, select=select, key=names["barcode"])
        ):
            for row in rows:
                found.setdefault(_text(row.get(names["item"])), []).append(_text(row.get(names["barcode"])))
        return found

    def _item(
        self,
        row: Record,
        dictionaries: Dictionaries,
        groups: Mapping[str, str],
        barcodes: Mapping[str, Sequence[str]],
    ) -> ErpItem:
        names = self._base.names["item"]
        suffix = dictionaries.vat_suffix
        ref = _text(row.get("Ref_Key"))
        unit_ref = row.get(names["unit"])
        return ErpItem(
            ref=ref,
            name=_text(row.get(names["name"])),
            code=_text(row.get(names["code"])).strip() or None,
            full_name=_text(row.get(names["full_name"])) or None,
            unit=dictionaries.unit_text(unit_ref) if unit_ref in dictionaries.unit_names else None,
            group=groups.get(_text(row.get(names["parent"]))),
            barcodes=tuple(barcodes.get(ref, ())),
            article=_text(row.get(names["article"])).strip() or None,
            vat_rate=dictionaries.vat_rate(row.get(names["vat_rate"] + suffix)),
            retail_vat_rate=dictionaries.vat_rate(row.get(names["retail_vat_rate"] + suffix)),
            kind=self._kind(row),
            active=row.get("DeletionMark") is not True,
            version=dictionaries.version_of(row.get("DataVersion")),
        )

    def _prices_of(self, row: Record, types: Mapping[str, str]) -> list[ErpPrice]:
        names = self._base.names["price-setting"]
        price_type = types.get(_text(row.get(names["price_type"])), "")
        effective_at, number = self._instant(row.get("Date")), _text(row.get("Number")).strip() or None
        prices = []
        for line in _lines(row, names["section"]):
            price = _price(line.get(names["line_price"]), document=number, line=line.get("LineNumber"))
            if price is not None:
                ref = _text(line.get(names["line_item"]))
                prices.append(ErpPrice(ref, price_type, price, effective_at, number, _text(row.get("Ref_Key"))))
        return prices

    def _kind(self, row: Record) -> str:
        """Our word for the item's kind (``material`` and ``fixed-asset`` too); 1C's own where there is none."""
        names = self._base.names["item"]
        kind = _text(row.get(names["kind"]))
        if kind:
            return self._base.names.word_for("item-kinds", kind) or kind
        return "service" if row.get(names["service"]) is True else "goods"

    def _goods_receipt(self, row: Record, suppliers: Mapping[str, str], dictionaries: Dictionaries) -> GoodsReceipt:
        names = self._base.names["goods-receipt"]
        number = _text(row.get("Number")).strip()
        lines = []
        for line in _lines(row, names["section"]):
            price = _price(line.get(names["line_price"]), document=number, line=line.get("LineNumber"))
            try:
                quantity = quantity_from_number(_number(line.get(names["line_quantity"])))
            except NotQuantityError:
                continue
            if price is not None:
                rate = dictionaries.vat_rate(line.get(names["line_vat_rate"] + dictionaries.vat_suffix))
                lines.append(GoodsReceiptLine(_text(line.get(names["line_item"])), quantity, price, rate))
        return GoodsReceipt(
            ref=_text(row.get("Ref_Key")),
            number=number,
            date=datetime.strptime(_text(row.get("Date")), MOMENT_FORMAT).replace(tzinfo=self._zone).date(),
            supplier=suppliers.get(_text(row.get(names["supplier"]))),
            lines=tuple(lines),
        )

    async def _learn_suppliers(self, suppliers: dict[str, str], wanted: Iterable[str]) -> None:
        names = self._base.names["counterparty"]
        unknown = sorted(ref for ref in wanted if ref and ref != EMPTY_REF and ref not in suppliers)
        for first in range(0, len(unknown), SUPPLIERS_PER_REQUEST):
            chunk = unknown[first : first + SUPPLIERS_PER_REQUEST]
            condition = " or ".join(f"Ref_Key eq {guid(ref)}" for ref in chunk)
            options = {"$filter": condition, "$select": f"Ref_Key,{names['name']}", "$orderby": "Ref_Key"}
            for row in await self._base.records(names["set"], options):
                suppliers[_text(row.get("Ref_Key"))] = _text(row.get(names["name"]))

    def _instant(self, value: Any) -> datetime:
        """1C's local time as an instant."""
        return datetime.strptime(_text(value), MOMENT_FORMAT).replace(tzinfo=self._zone).astimezone(UTC)


def _lines(row: Record, section: str) -> list[Record]:
    lines = row.get(section)
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _price(value: Any, *, document: str | None, line: Any) -> Kopecks | None:
    """A price in kopecks; one finer than a kopeck cannot be sold at, so it is none, and the log names it."""
    try:
        return money_from_number(_number(value))
    except NotMoneyError as error:
        _log.warning("1c_price_left_out", document=document, line=line, reason=str(error))
        return None


def _number(value: Any) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal(0)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
