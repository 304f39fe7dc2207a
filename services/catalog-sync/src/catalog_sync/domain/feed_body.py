"""An item as the feed tells it to an ERP that fetches: what it is to be, what changes, and its price."""

from dataclasses import replace
from datetime import date
from typing import Any

from catalog_sync.domain.import_writes import ImportWrite, import_write_of, written_item
from catalog_sync.domain.rows import DiffRow, Field
from smena.erp.catalogue import ErpItem
from smena.kinds.money import format_money
from smena.kinds.vat import VatRate


def wanted_item(row: DiffRow, ref: str) -> ErpItem:
    """The ERP's item once it holds what a row shows; the cabinet's barcode comes first."""
    write = import_write_of(row)
    known = write.known or ErpItem(ref=ref, name="")
    change = write.change
    given: dict[str, Any] = {
        name: value
        for name in ("name", "full_name", "article", "unit", "vat_rate", "retail_vat_rate", "kind", "active")
        if (value := getattr(change, name)) is not None
    }
    item = written_item(replace(known, **given, ref=ref, version=None), write)
    return replace(item, barcodes=_main_first(item, write))


def body_of(row: DiffRow, key: str, price_type: str | None, as_of: date) -> dict[str, Any]:
    """The entry's content; ``key`` is the same for one item of the cabinet however often it is offered."""
    write = import_write_of(row)
    item = wanted_item(row, write.known.ref if write.known else key)
    price = None
    if write.price is not None and price_type is not None:
        price = {"price_type": price_type, "price": format_money(write.price), "as_of": as_of.isoformat()}
    return {
        "key": key,
        "action": "create" if write.known is None else "change",
        "item": {
            "ref": None if write.known is None else item.ref,
            "name": item.name,
            "full_name": item.full_name,
            "unit": item.unit,
            "barcodes": list(item.barcodes),
            "article": item.article,
            "vat_rate": _text(item.vat_rate),
            "retail_vat_rate": _text(item.retail_vat_rate),
            "kind": item.kind,
            "active": item.active,
        },
        "changes": [
            {"field": change.field.value, "from": change.before, "to": change.after}
            for change in row.changes
            if change.field is not Field.RETAIL_PRICE or price is not None
        ],
        "price": price,
    }


def _main_first(item: ErpItem, write: ImportWrite) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*write.barcodes_added, *item.barcodes)))


def _text(rate: VatRate | None) -> str | None:
    return None if rate is None else rate.value
