"""Turn a shown row into exactly the write it promised."""

from catalog_sync.domain.matching import comparable
from catalog_sync.domain.rows import Change, DiffRow, Field, Status, Value
from smena.cabinets.items import CabinetItem, ItemWrite
from smena.kinds.money import Kopecks, parse_money
from smena.kinds.vat import VatRate

WRITTEN = frozenset({Status.MISSING, Status.DIFFERS})


class RowNotWrittenError(ValueError):
    """A row of this status is never written."""


def write_of(row: DiffRow) -> ItemWrite:
    """The write of a row of an export: what stands in the cabinet, with the shown changes laid over it.

    Raises:
        RowNotWrittenError: the row is identical, ambiguous or invalid.
    """
    if row.status not in WRITTEN or row.item is None:
        raise RowNotWrittenError(f"a row that is {row.status} is never written")
    to = {change.field: change for change in row.changes}
    held = row.counterpart
    return ItemWrite(
        id=held.id if held else None,
        name=str(_value(to, Field.NAME, held.name if held else "")),
        article=_text(to, Field.ARTICLE, held.article if held else None),
        unit=_text(to, Field.UNIT, held.unit if held else None) or "",
        group=_text(to, Field.GROUP, held.group if held else None),
        barcodes=_barcodes(to, row, held),
        vat_rate=VatRate(_text(to, Field.VAT_RATE, held.vat_rate if held else None) or VatRate.NONE),
        purchase_price=_money(to, Field.PURCHASE_PRICE, held.purchase_price if held else None),
        retail_price=_money(to, Field.RETAIL_PRICE, held.retail_price if held else None),
        kind=held.kind if held else row.item.kind,
        active=bool(_value(to, Field.ACTIVE, held.active if held else True)),
    )


def holds(item: CabinetItem, write: ItemWrite) -> bool:
    """Whether the cabinet's item is what was written; how an unknown outcome is recognised."""
    return (
        item.name == write.name
        and item.article == write.article
        and item.unit == write.unit
        and item.group == write.group
        and tuple(map(comparable, item.barcodes)) == tuple(map(comparable, write.barcodes))
        and item.vat_rate == write.vat_rate
        and item.purchase_price == write.purchase_price
        and item.retail_price == write.retail_price
        and item.active == write.active
    )


def written_item(cabinet_item_id: str, write: ItemWrite) -> CabinetItem:
    """The item as the cabinet holds it once a write succeeded."""
    return CabinetItem(
        id=cabinet_item_id,
        name=write.name,
        article=write.article,
        unit=write.unit,
        group=write.group,
        barcodes=write.barcodes,
        vat_rate=write.vat_rate,
        purchase_price=write.purchase_price,
        retail_price=write.retail_price,
        kind=write.kind,
        active=write.active,
    )


def _barcodes(to: dict[Field, Change], row: DiffRow, held: CabinetItem | None) -> tuple[str, ...]:
    """A new item gets every barcode of the ERP's; of an existing one only the main barcode is exchanged."""
    if held is None:
        codes = () if row.item is None else row.item.barcodes
        return tuple(code for code in codes if comparable(code) is not None)
    change = to.get(Field.BARCODE)
    if change is None:
        return held.barcodes
    main = str(change.after)
    return (main, *(code for code in held.barcodes[1:] if comparable(code) != comparable(main)))


def _value(to: dict[Field, Change], field: Field, held: Value) -> Value:
    change = to.get(field)
    return held if change is None else change.after


def _text(to: dict[Field, Change], field: Field, held: str | None) -> str | None:
    value = _value(to, field, held)
    return None if value is None else str(value)


def _money(to: dict[Field, Change], field: Field, held: Kopecks | None) -> Kopecks | None:
    change = to.get(field)
    if change is None:
        return held
    return None if change.after is None else parse_money(str(change.after))
