"""Rows of an export packed column by column, where nothing about them is odd.

What is not plain here is left to the domain's rule; what is plain comes out byte for byte as the rule's row would.
"""

from hashlib import blake2b
from zoneinfo import ZoneInfo

import polars as pl

from catalog_sync.adapters.columnar.equality import RATES, units_by
from catalog_sync.adapters.columnar.frames import Catalogues
from catalog_sync.adapters.columnar.price_columns import local, winners
from catalog_sync.adapters.columnar.row_texts import (
    Change,
    Changes,
    body,
    changes_json,
    changes_repr,
    fingerprint_text,
    money,
    search_text,
)
from catalog_sync.domain.comparison import plain_unit
from catalog_sync.domain.fingerprint import DIGEST_BYTES
from catalog_sync.domain.prices import PriceChoice, PriceSource
from catalog_sync.domain.rows import Field, Sort, Status
from catalog_sync.domain.terms import Terms
from catalog_sync.ports.records import PackedRow
from smena.kinds.barcode import EAN13_DIGITS
from smena.kinds.vat import VatRate

SIGNS = (
    r"""!"#-&(-\[\]-~\u{a1}-\u{ac}\u{ae}-\u{24f}\u{400}-\u{52f}\u{2010}-\u{2027}\u{2030}-\u{205e}\u{20a0}-\u{20bf}"""
    r"\u{2116}"
)
"""Signs that JSON, Python's ``repr`` and a trim leave as they are, but the double quote, which JSON escapes."""
PLAIN = f"^[ {SIGNS}]*$"
TIDY = f"^[{SIGNS}]+( [{SIGNS}]+)*$"
"""Words with one space between them: two such texts never differ in white space alone."""
_EAN13 = f"^[0-9]{{{EAN13_DIGITS}}}$"
_TIDY_ALWAYS = ("our_name", "our_group", "our_article", "their_name")
_TIDY_OR_NONE = ("their_group", "their_article")
_PLAIN_OR_NONE = (
    *("our_id", "our_code", "our_full_name", "our_unit", "our_kind", "our_marking", "our_version"),
    *("their_id", "their_unit", "their_kind"),
)


def supported(sides: Catalogues, terms: Terms) -> bool:
    """Whether every price that takes part comes from settings with their dates and documents."""
    asked = ((terms.purchase, sides.purchase), (terms.retail, sides.retail))
    return all(
        found is None if choice is None else found is not None and _settings(choice) and "effective" in found.columns
        for choice, found in asked
    )


def _settings(choice: PriceChoice) -> bool:
    return choice.source is PriceSource.PRICE_TYPE


def pack_plain(found: pl.DataFrame, sides: Catalogues, terms: Terms, zone: ZoneInfo) -> dict[str, PackedRow]:
    """Row key → row, of the pairs (``i`` of the ERP, ``j`` of the cabinet, ``bound``) that are plain."""
    ours = sides.erp.select(pl.all().gather(found["i"]).name.prefix("our_"))
    theirs = sides.cabinet.select(pl.all().gather(found["j"]).name.prefix("their_"))
    pairs = pl.concat([ours, theirs, found.select("bound")], how="horizontal").filter(_plain_signs())
    for field, prices in (("purchase", sides.purchase), ("retail", sides.retail)):
        pairs = _with_price(pairs, field, prices, zone)
    pairs = pairs.with_columns(units_by(pairs["our_unit"], terms.unit_in_cabinet).alias("unit"), _rate(terms))
    pairs = pairs.filter(_sound(terms))
    pairs = pairs.with_columns(
        same_unit=units_by(pairs["their_unit"], plain_unit).eq_missing(units_by(pairs["unit"], plain_unit))
    )
    changes = _changes(terms)
    differs = pl.any_horizontal([one for one, _, _ in changes.values()]) if changes else pl.lit(False)
    status = pl.when(differs).then(pl.lit(Status.DIFFERS.value)).otherwise(pl.lit(Status.IDENTICAL.value))
    pairs = pairs.with_columns(
        status=status,
        warned=_check_digit_fails(),
        changes_json=changes_json(changes),
        changes_repr=changes_repr(changes),
    )
    texts = {
        "search": search_text(),
        "told": fingerprint_text().cast(pl.Binary),
        "body": body(terms).cast(pl.Binary),
    }
    columns = pairs.select("our_id", pl.col("status") == Status.DIFFERS.value, "bound", **texts).get_columns()
    return {row[0]: _packed(*row) for row in zip(*(column.to_list() for column in columns), strict=True)}


def _packed(key: str, differs: bool, bound: bool, search: str, told: bytes, text: bytes) -> PackedRow:
    status, sort = (Status.DIFFERS, Sort.SUBSTANTIAL) if differs else (Status.IDENTICAL, None)
    fingerprint = blake2b(told, digest_size=DIGEST_BYTES).digest()
    return PackedRow(key, status, sort, bound, differs or not bound, search.casefold(), fingerprint, text)


def _plain_signs() -> pl.Expr:
    """Whether both items are in use and every text of theirs stands as it is in JSON and in a fingerprint."""
    texts = [pl.col(name).str.contains(TIDY).fill_null(False) for name in _TIDY_ALWAYS]
    texts += [pl.col(name).str.contains(TIDY).fill_null(True) for name in _TIDY_OR_NONE]
    texts += [pl.col(name).str.contains(PLAIN).fill_null(True) for name in _PLAIN_OR_NONE]
    codes = [pl.col(name).str.contains(_EAN13).fill_null(False) for name in ("our_codes", "their_codes")]
    rates = [pl.col(name).is_in(RATES).fill_null(True) for name in ("our_vat", "our_retail_vat", "their_vat")]
    prices = [(pl.col(name) >= 0).fill_null(True) for name in ("their_purchase", "their_retail")]
    return pl.all_horizontal("our_active", "their_active", *texts, *codes, *rates, *prices)


def _sound(terms: Terms) -> pl.Expr:
    """Whether the rule finds nothing that blocks: what would be written is there and the cabinet takes it."""
    asked = (("purchase", terms.purchase), ("retail", terms.retail))
    priced = [
        (pl.col(f"{field}_price") > 0).fill_null(False) & pl.col(f"{field}_document").str.contains(PLAIN)
        for field, choice in asked
        if choice is not None
    ]
    return pl.all_horizontal(
        pl.col("our_name").str.len_chars() <= terms.name_length_max,
        pl.col("unit").is_not_null(),
        pl.col("rate").is_in(sorted(terms.vat_rates)).fill_null(False),
        *priced,
    )


def _check_digit_fails() -> pl.Expr:
    """Whether the weighed digits of the barcode miss a multiple of ten (GS1 General Specifications): a warning."""
    number = pl.col("our_codes").cast(pl.Int64)
    weighed = [(number // 10**place % 10) * (3 if place % 2 else 1) for place in range(EAN13_DIGITS)]
    return pl.sum_horizontal(weighed) % 10 != 0


def _rate(terms: Terms) -> pl.Expr:
    """The rate an item is sold at, as the terms take it."""
    if not terms.vat_payer:
        return pl.lit(VatRate.NONE.value).alias("rate")
    return pl.coalesce("our_retail_vat", "our_vat").alias("rate")


def _with_price(pairs: pl.DataFrame, field: str, prices: pl.DataFrame | None, zone: ZoneInfo) -> pl.DataFrame:
    """The pairs with ``…_price``, ``…_effective`` and ``…_document``, null where there is no price."""
    if prices is None:
        return pairs.with_columns(pl.lit(None, pl.Int64).alias(f"{field}_price"))
    best = winners(prices.filter(pl.col("ref").is_in(pairs["our_id"].implode())))
    known = {instant: local(instant, zone).isoformat() for instant in best["effective"].unique()}
    told = best.select(
        pl.col("ref").alias("our_id"),
        pl.col("price").alias(f"{field}_price"),
        pl.col("effective").replace_strict(known, return_dtype=pl.String).alias(f"{field}_effective"),
        pl.col("document").alias(f"{field}_document"),
    )
    return pairs.join(told, on="our_id", how="left", maintain_order="left")


def _changes(terms: Terms) -> Changes:
    """For each compared field whether it differs, what stands there and what would, in the rule's order."""
    same = ((Field.NAME, "name"), (Field.GROUP, "group"), (Field.BARCODE, "codes"), (Field.ARTICLE, "article"))
    texts = {field: _pair(pl.col(f"their_{column}"), pl.col(f"our_{column}")) for field, column in same}
    unit = (~pl.col("same_unit"), pl.col("their_unit"), pl.col("unit"))
    found = texts | {Field.UNIT: unit, Field.VAT_RATE: _pair(pl.col("their_vat"), pl.col("rate"))}
    for field, column in ((Field.PURCHASE_PRICE, "purchase"), (Field.RETAIL_PRICE, "retail")):
        held, wanted = pl.col(f"their_{column}"), pl.col(f"{column}_price")
        found[field] = (wanted.is_not_null() & held.ne_missing(wanted), money(held), money(wanted))
    return {field: found[field] for field in Field if field in found and terms.compares(field)}


def _pair(held: pl.Expr, wanted: pl.Expr) -> Change:
    return held.ne_missing(wanted), held, wanted
