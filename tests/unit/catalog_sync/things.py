"""Small makers of items and terms."""

from datetime import UTC, date, datetime
from typing import Any

from catalog_sync.domain.export_diff import export_rows
from catalog_sync.domain.prices import FilledPrice, PriceChoice, PriceSource, TypedPrice
from catalog_sync.domain.rows import DiffRow, Field
from catalog_sync.domain.terms import Terms
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

MILK, BREAD, TEA = "4810000000018", "4810000000025", "4810000000032"
AS_OF = date(2026, 1, 31)
SET_AT = datetime(2026, 1, 1, tzinfo=UTC)


def erp(ref: str = "a", **changes: Any) -> ErpItem:
    fields: dict[str, Any] = {
        "ref": ref,
        "name": "Молоко",
        "unit": "шт",
        "group": "Продукты",
        "barcodes": (MILK,),
        "article": "M-1",
        "vat_rate": VatRate.TEN,
    }
    return ErpItem(**{**fields, **changes})


def held(item_id: str = "1", **changes: Any) -> CabinetItem:
    fields: dict[str, Any] = {
        "id": item_id,
        "name": "Молоко",
        "unit": "шт",
        "group": "Продукты",
        "barcodes": (MILK,),
        "article": "M-1",
        "vat_rate": VatRate.TEN,
        "retail_price": Kopecks(250),
    }
    return CabinetItem(**{**fields, **changes})


def terms(**changes: Any) -> Terms:
    fields: dict[str, Any] = {
        "fields": frozenset(Field),
        "units": frozenset({"шт", "кг", "л", "м"}),
        "vat_rates": frozenset({"20", "10", "0", "none"}),
        "name_length_max": 128,
        "vat_payer": True,
        "as_of": AS_OF,
        "purchase": PriceChoice(PriceSource.GOODS_RECEIPTS),
        "retail": PriceChoice(PriceSource.PRICE_TYPE, "Розничная"),
        "retail_prices": dict.fromkeys("abcdefgh", filled(250)),
    }
    return Terms(**{**fields, **changes})


def filled(kopecks: int) -> FilledPrice:
    return FilledPrice(Kopecks(kopecks), TypedPrice("a", Kopecks(kopecks), "Розничная", SET_AT, "1"))


def exported(
    items: list[ErpItem], cabinet: list[CabinetItem], bindings: dict[str, str] | None = None, **changes: Any
) -> dict[str, DiffRow]:
    rows = export_rows(items, cabinet, bindings or {}, terms(**changes), lambda _: True)
    return {row.key: row for row in rows}
