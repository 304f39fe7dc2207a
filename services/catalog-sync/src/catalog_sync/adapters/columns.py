"""Carry items to and from columns: arrays in, tuples out, nothing per row in between."""

from collections.abc import Iterable, Sequence
from typing import Any

from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

BARCODE_SEPARATOR = "\x1f"
"""Joins an item's barcodes on their way in: ``unnest`` takes no ragged arrays."""
_RATES = {rate.value: rate for rate in VatRate}


def transposed(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """Columns of rows, ready for ``unnest``; empty columns when there are no rows."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]


def joined(barcodes: Sequence[str]) -> str:
    """Barcodes as one text."""
    return BARCODE_SEPARATOR.join(barcodes)


def rate_text(rate: VatRate | None) -> str | None:
    """A rate as plain text, which the driver can put into an array."""
    return None if rate is None else rate.value


def erp_item(row: Sequence[Any]) -> ErpItem:
    """An item of the ERP from the columns of ``ERP_ITEM_COLUMNS``."""
    ref, name, code, full_name, unit, group, barcodes, article, vat, retail_vat, kind, marking, active, version = row
    return ErpItem(
        ref=ref,
        name=name,
        code=code,
        full_name=full_name,
        unit=unit,
        group=group,
        barcodes=tuple(barcodes),
        article=article,
        vat_rate=_RATES.get(vat),
        retail_vat_rate=_RATES.get(retail_vat),
        kind=kind,
        marking=marking,
        active=active,
        version=version,
    )


def cabinet_item(row: Sequence[Any]) -> CabinetItem:
    """An item of a cabinet from the columns of ``CABINET_ITEM_COLUMNS``."""
    item_id, name, article, unit, group, barcodes, vat, purchase, retail, kind, active = row
    return CabinetItem(
        id=item_id,
        name=name,
        article=article,
        unit=unit,
        group=group,
        barcodes=tuple(barcodes),
        vat_rate=_RATES.get(vat),
        purchase_price=None if purchase is None else Kopecks(purchase),
        retail_price=None if retail is None else Kopecks(retail),
        kind=kind,
        active=active,
    )


ERP_ITEM_COLUMNS = (
    "ref, name, code, full_name, unit, group_path, barcodes, article, vat_rate, retail_vat_rate, kind, marking, "
    "active, version"
)
CABINET_ITEM_COLUMNS = (
    "id, name, article, unit, group_path, barcodes, vat_rate, purchase_price, retail_price, kind, active"
)
