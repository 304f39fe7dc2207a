"""The columns of both sides, and the objects of the few rows that are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from catalog_sync.adapters.columnar.codes import joined_codes
from catalog_sync.adapters.columns import BARCODE_SEPARATOR, cabinet_item, erp_item, rate_text
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem

TEXT, WHOLE = pl.String(), pl.Int64()
ERP_SCHEMA: dict[str, pl.DataType] = {
    "id": TEXT,
    "name": TEXT,
    "code": TEXT,
    "full_name": TEXT,
    "unit": TEXT,
    "group": TEXT,
    "codes": TEXT,
    "article": TEXT,
    "vat": TEXT,
    "retail_vat": TEXT,
    "kind": TEXT,
    "marking": TEXT,
    "active": pl.Boolean(),
    "version": TEXT,
}
CABINET_SCHEMA: dict[str, pl.DataType] = {
    "id": TEXT,
    "name": TEXT,
    "article": TEXT,
    "unit": TEXT,
    "group": TEXT,
    "codes": TEXT,
    "vat": TEXT,
    "purchase": WHOLE,
    "retail": WHOLE,
    "kind": TEXT,
    "active": pl.Boolean(),
}
BINDING_SCHEMA: dict[str, pl.DataType] = {"ref": TEXT, "cabinet_id": TEXT}
_ERP_CODES = list(ERP_SCHEMA).index("codes")
_CABINET_CODES = list(CABINET_SCHEMA).index("codes")


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Everything a diff compares.

    ``purchase`` and ``retail`` have the columns ``ref`` and ``price``; behind them, where an item may stand several
    times, the columns by which the last one wins.
    """

    erp: pl.DataFrame
    cabinet: pl.DataFrame
    bindings: pl.DataFrame
    purchase: pl.DataFrame | None
    retail: pl.DataFrame | None


def erp_frame(items: Iterable[ErpItem]) -> pl.DataFrame:
    """The ERP's items as columns."""
    held = list(items)
    columns = {
        "id": [item.ref for item in held],
        "codes": joined_codes(held),
        "vat": [rate_text(item.vat_rate) for item in held],
        "retail_vat": [rate_text(item.retail_vat_rate) for item in held],
    }
    same = {name: [getattr(item, name) for item in held] for name in ERP_SCHEMA if name not in columns}
    return pl.DataFrame({name: (columns | same)[name] for name in ERP_SCHEMA}, schema=ERP_SCHEMA)


def cabinet_frame(items: Iterable[CabinetItem]) -> pl.DataFrame:
    """The cabinet's items as columns."""
    held = list(items)
    columns = {
        "codes": joined_codes(held),
        "vat": [rate_text(item.vat_rate) for item in held],
        "purchase": [item.purchase_price for item in held],
        "retail": [item.retail_price for item in held],
    }
    same = {name: [getattr(item, name) for item in held] for name in CABINET_SCHEMA if name not in columns}
    return pl.DataFrame({name: (columns | same)[name] for name in CABINET_SCHEMA}, schema=CABINET_SCHEMA)


def erp_items(frame: pl.DataFrame) -> list[ErpItem]:
    """The items of a few rows."""
    return [erp_item(_split(row, _ERP_CODES)) for row in frame.select(ERP_SCHEMA.keys()).iter_rows()]


def cabinet_items(frame: pl.DataFrame) -> list[CabinetItem]:
    """The items of a few rows."""
    return [cabinet_item(_split(row, _CABINET_CODES)) for row in frame.select(CABINET_SCHEMA.keys()).iter_rows()]


def _split(row: Sequence[Any], codes: int) -> tuple[Any, ...]:
    text = row[codes]
    return (*row[:codes], text.split(BARCODE_SEPARATOR) if text else (), *row[codes + 1 :])
