"""Which pairs are equal in every compared field, without making an object of either side.

What is true here must be true in the domain's rule; a pair this cannot decide is left to the rule itself.
"""

from collections.abc import Callable

import polars as pl

from catalog_sync.adapters.columnar.codes import CodeBook
from catalog_sync.adapters.columnar.frames import Catalogues
from catalog_sync.adapters.columns import BARCODE_SEPARATOR
from catalog_sync.domain.comparison import plain_unit
from catalog_sync.domain.rows import Field
from catalog_sync.domain.terms import Terms
from smena.kinds.vat import VatRate

RATES = [rate.value for rate in VatRate]


def equal_for_export(found: pl.DataFrame, sides: Catalogues, terms: Terms, book: CodeBook) -> pl.Series:
    """For each pair (``i`` of the ERP, ``j`` of the cabinet) whether the export has nothing to show."""
    columns = _gathered(found["i"], found["j"], sides, terms, book)
    wanted_unit = _units(columns["e_unit"], lambda unit: plain_unit(terms.unit_in_cabinet(unit)))
    rate = pl.col("e_rate")
    checks = [
        pl.col("e_active") & pl.col("c_active"),
        pl.col("e_name").str.contains(r"[^\s\x1c-\x1f]") & (pl.col("e_name").str.len_chars() <= terms.name_length_max),
        pl.col("e_group").str.contains(r"[^\s\x1c-\x1f]"),
        pl.col("e_article").str.contains(r"[^\s\x1c-\x1f]"),
        pl.col("e_main").is_not_null(),
        pl.lit(wanted_unit).is_not_null(),
        rate.is_in(list(terms.vat_rates)),
        pl.col("purchase").is_null() | (pl.col("purchase") > 0),
        pl.col("retail") > 0 if terms.retail is not None else pl.lit(True),
    ]
    compared = {
        Field.NAME: pl.col("e_name") == pl.col("c_name"),
        Field.UNIT: pl.lit(wanted_unit) == pl.lit(_units(columns["c_unit"], plain_unit)),
        Field.GROUP: pl.col("e_group") == pl.col("c_group"),
        Field.BARCODE: pl.col("e_main") == pl.col("c_main"),
        Field.ARTICLE: pl.col("e_article") == pl.col("c_article"),
        Field.VAT_RATE: rate == pl.col("c_vat"),
        Field.PURCHASE_PRICE: pl.col("purchase").is_null() | (pl.col("purchase") == pl.col("c_purchase")),
        Field.RETAIL_PRICE: pl.col("retail").is_null() | (pl.col("retail") == pl.col("c_retail")),
    }
    return _all(columns, [*checks, *(check for field, check in compared.items() if terms.compares(field))])


def equal_for_import(found: pl.DataFrame, sides: Catalogues, terms: Terms, book: CodeBook) -> pl.Series:
    """For each pair (``i`` of the cabinet, ``j`` of the ERP) whether the import has nothing to show."""
    columns = _gathered(found["j"], found["i"], sides, terms, book)
    known_unit = pl.lit(_units(columns["e_unit"], plain_unit))
    cabinet_unit = pl.lit(_units(columns["c_unit"], plain_unit))
    no_price = pl.col("c_retail").is_null() if terms.retail is not None else pl.lit(True)
    no_rate = pl.col("c_vat").is_null() if terms.vat_payer else pl.lit(True)
    compared = {
        Field.NAME: pl.col("e_name") == pl.col("c_name"),
        Field.UNIT: _blank("c_unit") | (known_unit == cabinet_unit),
        Field.BARCODE: _blank("c_codes") | (pl.col("e_main") == pl.col("c_main")),
        Field.ARTICLE: _blank("c_article") | (pl.col("e_article") == pl.col("c_article")),
        Field.VAT_RATE: no_rate | (pl.col("e_rate") == pl.col("c_vat")),
        Field.RETAIL_PRICE: no_price | (pl.col("retail") == pl.col("c_retail")),
    }
    checks = [pl.col("e_active") & pl.col("c_active"), pl.col("c_name").str.contains(r"[^\s\x1c-\x1f]")]
    return _all(columns, [*checks, *(check for field, check in compared.items() if terms.compares(field))])


def _gathered(erp: pl.Series, cabinet: pl.Series, sides: Catalogues, terms: Terms, book: CodeBook) -> pl.DataFrame:
    """The compared columns of both sides, a row for each pair."""
    ours = sides.erp.select(
        pl.col("name", "unit", "group", "article", "codes", "vat", "retail_vat", "active", "id").gather(erp)
    )
    theirs = sides.cabinet.select(
        pl.col("name", "unit", "group", "article", "codes", "vat", "purchase", "retail", "active").gather(cabinet)
    )
    return pl.concat(
        [ours.select(pl.all().name.prefix("e_")), theirs.select(pl.all().name.prefix("c_"))], how="horizontal"
    ).with_columns(
        e_rate=_rate(terms),
        e_main=_main(ours["codes"], book),
        c_main=_main(theirs["codes"], book),
        purchase=_prices(ours["id"], sides.purchase),
        retail=_prices(ours["id"], sides.retail),
    )


def _rate(terms: Terms) -> pl.Expr:
    if not terms.vat_payer:
        return pl.lit(VatRate.NONE.value)
    known = [pl.when(pl.col(name).is_in(RATES)).then(pl.col(name)) for name in ("e_retail_vat", "e_vat")]
    return pl.coalesce(known)


def _main(codes: pl.Series, book: CodeBook) -> pl.Series:
    """The key of the first barcode; null where it is none, which leaves the pair to the rule."""
    several = codes.str.contains(BARCODE_SEPARATOR, literal=True)
    first = codes if not several.any() else codes.str.split(BARCODE_SEPARATOR).list.first()
    return book.keys(first)


def _prices(refs: pl.Series, prices: pl.DataFrame | None) -> pl.Series:
    if prices is None:
        return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(refs))
    asked = pl.DataFrame({"ref": refs})
    return asked.join(prices.select("ref", "price"), on="ref", how="left", maintain_order="left")["price"]


def _units(units: pl.Series, plain: Callable[[str], str | None]) -> pl.Series:
    """Units through a rule of the domain, asked once for each spelling."""
    spellings = units.drop_nulls().unique()
    known = {unit: plain(unit) for unit in spellings}
    return units.replace_strict(known, default=None, return_dtype=pl.String)


def _blank(column: str) -> pl.Expr:
    return pl.col(column).is_null() | (pl.col(column) == "")


def _all(columns: pl.DataFrame, checks: list[pl.Expr]) -> pl.Series:
    return columns.select(pl.all_horizontal(*(check.fill_null(False) for check in checks)).alias("equal")).to_series()
