"""Turn a shown row of an import into exactly what is written into the ERP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from catalog_sync.domain.matching import comparable
from catalog_sync.domain.rows import Change, DiffRow, Field
from smena.cabinets.items import CabinetItem, ItemWrite
from smena.erp.catalogue import ErpItem, ItemChange
from smena.kinds.money import Kopecks, parse_money
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class ImportWrite:
    """What one row writes: an item known to the ERP, or a new one where ``known`` is None."""

    known: ErpItem | None
    change: ItemChange
    barcodes_added: tuple[str, ...]
    barcodes_removed: tuple[str, ...]
    price: Kopecks | None


def is_import(row: DiffRow) -> bool:
    """Whether a row is of the direction into the ERP: it is named by the cabinet's item."""
    return row.item is None or row.item.ref != row.key


def import_write_of(row: DiffRow) -> ImportWrite:
    """The write of a row that is missing or differs; only what its changes show, and a new item's other barcodes."""
    to = {change.field: change for change in row.changes}
    rate = _text(to, Field.VAT_RATE)
    change = ItemChange(
        name=_text(to, Field.NAME),
        article=_text(to, Field.ARTICLE),
        unit=_text(to, Field.UNIT),
        retail_vat_rate=None if rate is None else VatRate(rate),
        active=bool(to[Field.ACTIVE].after) if Field.ACTIVE in to else None,
    )
    price = _text(to, Field.RETAIL_PRICE)
    kopecks = None if price is None else parse_money(price)
    barcode = to.get(Field.BARCODE)
    if row.item is not None:
        added = () if barcode is None or barcode.after is None else (str(barcode.after),)
        removed = () if barcode is None or barcode.before is None else (str(barcode.before),)
        return ImportWrite(row.item, change, added, removed, kopecks)
    held = row.counterpart
    kind = "goods" if held is None else held.kind
    change = replace(change, full_name=change.name, vat_rate=change.retail_vat_rate, kind=kind)
    codes = () if held is None or barcode is None else main_first(held.barcodes)
    return ImportWrite(None, change, codes, (), kopecks)


def main_first(barcodes: Iterable[str]) -> tuple[str, ...]:
    """The barcodes that compare at all, each once, in their order."""
    found: dict[str, str] = {}
    for barcode in barcodes:
        code = comparable(barcode)
        if code is not None:
            found.setdefault(code, barcode)
    return tuple(found.values())


def price_moment(as_of: date, rows: Iterable[DiffRow]) -> datetime:
    """When the prices of these rows come into force: the day's beginning, or just after the day's latest setting.

    Naive local time, the same however often it is asked; a price set later that day by hand goes before.
    """
    moment = datetime.combine(as_of, time())
    for row in rows:
        known = row.provenance.get(Field.RETAIL_PRICE.value, {}).get("effective_at")
        if isinstance(known, str):
            effective = datetime.fromisoformat(known).replace(tzinfo=None)
            if effective.date() == as_of:
                moment = max(moment, effective.replace(microsecond=0) + timedelta(seconds=1))
    return min(moment, datetime.combine(as_of, time(23, 59, 59)))


def picture_of(item: ErpItem | None, row: DiffRow) -> CabinetItem | None:
    """What stood in the ERP before a row was written, in the form in which before-values are kept."""
    if item is None:
        return None
    price = next((change.before for change in row.changes if change.field is Field.RETAIL_PRICE), None)
    return pictured(item, None if price is None else parse_money(str(price)))


def pictured(item: ErpItem, price: Kopecks | None) -> CabinetItem:
    """An item of the ERP in the form in which before-values are kept; barcodes in the register's order."""
    rate = item.retail_vat_rate if item.retail_vat_rate is not None else item.vat_rate
    return CabinetItem(
        id=item.ref,
        name=item.name,
        article=item.article,
        unit=item.unit,
        barcodes=tuple(sorted(item.barcodes)),
        vat_rate=rate,
        retail_price=price,
        kind=item.kind,
        active=item.active,
    )


def pictured_write(row: DiffRow) -> ItemWrite:
    """What a row sends, in the form in which writes are kept."""
    write, before = import_write_of(row), picture_of(row.item, row)
    change = write.change
    held = before or CabinetItem(id="", name="")
    codes = tuple(code for code in held.barcodes if code not in write.barcodes_removed)
    return ItemWrite(
        id=before.id if before else None,
        name=held.name if change.name is None else change.name,
        article=held.article if change.article is None else change.article,
        unit=(held.unit if change.unit is None else change.unit) or "",
        group=None,
        barcodes=tuple(sorted({*write.barcodes_added, *codes})),
        vat_rate=change.retail_vat_rate or held.vat_rate or VatRate.NONE,
        purchase_price=None,
        retail_price=held.retail_price if write.price is None else write.price,
        kind=change.kind or held.kind,
        active=held.active if change.active is None else change.active,
    )


def written_item(item: ErpItem, write: ImportWrite) -> ErpItem:
    """The ERP's item once its barcodes were written, as the next reading will find it: in the register's order."""
    group = write.known.group if write.known is not None else None
    held = write.known.barcodes if write.known is not None else ()
    kept = {code for code in held if code not in write.barcodes_removed}
    return replace(item, group=group, barcodes=tuple(sorted(kept | set(write.barcodes_added))))


def _text(to: Mapping[Field, Change], field: Field) -> str | None:
    change = to.get(field)
    return None if change is None or change.after is None else str(change.after)
