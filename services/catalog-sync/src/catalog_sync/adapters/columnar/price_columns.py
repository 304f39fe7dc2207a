"""Prices of whole catalogues: the winning one of each item as a column, its source where a row is shown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from catalog_sync.adapters.columnar.reading import Reading
from catalog_sync.adapters.erp_side import RECEIPT_PRICES, TYPED_PRICES
from catalog_sync.domain.prices import (
    Filling,
    PriceChoice,
    PriceSource,
    ReceiptPrice,
    TypedPrice,
    fill_from_price_type,
    fill_from_receipts,
)
from smena.kinds.money import Kopecks

SETTINGS_RANKED_HERE_MAX = 2_000_000
"""Up to so many settings are read whole, which costs less than ranking them in the database."""
EVERY_SETTING = """
select item_ref, price, price_type, effective_at, document_number
from catalog_sync.price
where organization = %s and price_type = any(%s) and active and effective_at < %s
"""
COUNT_SETTINGS = "select count(*) from catalog_sync.price where organization = %s and price_type = %s"
SETTING_SCHEMA: dict[str, pl.DataType] = {
    "ref": pl.String(),
    "price": pl.Int64(),
    "effective": pl.Int64(),
    "document": pl.String(),
}
RECEIPT_SCHEMA: dict[str, pl.DataType] = {
    "ref": pl.String(),
    "price": pl.Int64(),
    "date": pl.String(),
    "number": pl.String(),
    "document": pl.String(),
    "line": pl.Int64(),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def price_reading(choice: PriceChoice, organization: str, zone: ZoneInfo, as_of: date, *, settings: int) -> Reading:
    """How the prices of a choice are read; ``settings`` is how many settings of its type there are."""
    if choice.source is PriceSource.GOODS_RECEIPTS:
        return Reading(RECEIPT_PRICES, (organization, as_of), RECEIPT_SCHEMA)
    end = datetime.combine(as_of + timedelta(days=1), time(), zone)
    found = EVERY_SETTING if settings <= SETTINGS_RANKED_HERE_MAX else TYPED_PRICES
    query = (
        "select item_ref, price, (extract(epoch from effective_at) * 1000000)::bigint, document_number "
        f"from ({found}) as found"
    )
    return Reading(query, (organization, [choice.price_type], end), SETTING_SCHEMA)


def winners(found: pl.DataFrame) -> pl.DataFrame:
    """One row for each item: the price the domain's rule takes, by the columns behind ``price`` in their order."""
    order = [name for name in found.columns if name not in {"ref", "price"}]
    several = found.filter(pl.col("ref").is_duplicated())
    best = several.sort("ref", *order).unique("ref", keep="last", maintain_order=True)
    return pl.concat([found.filter(~pl.col("ref").is_duplicated()), best])


def filling_of(
    choice: PriceChoice | None, found: pl.DataFrame | None, zone: ZoneInfo, as_of: date
) -> Callable[[list[str]], Filling]:
    """Makes the prices of some refs, each with its source, by the domain's rule."""
    if choice is None or found is None:
        return lambda _: {}
    if choice.source is PriceSource.GOODS_RECEIPTS:
        return lambda refs: fill_from_receipts(
            (
                ReceiptPrice(ref, Kopecks(price), date.fromisoformat(day), number, document, line)
                for ref, price, day, number, document, line in _of(found, refs).iter_rows()
            ),
            as_of,
        )
    price_type = choice.price_type or ""
    return lambda refs: fill_from_price_type(
        (
            TypedPrice(ref, Kopecks(price), price_type, local(effective, zone), document)
            for ref, price, effective, document in _of(found, refs).iter_rows()
        ),
        price_type,
        as_of,
    )


def _of(found: pl.DataFrame, refs: list[str]) -> pl.DataFrame:
    return found.filter(pl.col("ref").is_in(pl.Series(refs, dtype=pl.String).implode()))


def local(microseconds: int, zone: ZoneInfo) -> datetime:
    """The instant of a setting, as a column holds it, in local time."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)
