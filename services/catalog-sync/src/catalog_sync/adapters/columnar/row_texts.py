"""JSON, fingerprint and search text of plain rows, each written out of columns at once.

The columns are those of ``plain_rows``: ``our_…`` of the ERP's item, ``their_…`` of the cabinet's, and what is wanted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TypeAlias

import msgspec
import polars as pl

from catalog_sync.domain.prices import PriceChoice
from catalog_sync.domain.rows import Field, MatchedBy, Sort, Status
from catalog_sync.domain.terms import Terms
from catalog_sync.domain.wanted import check_digit_problem
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import KOPECKS_PER_RUBLE
from smena.kinds.vat import VatRate

Change: TypeAlias = tuple[pl.Expr, pl.Expr, pl.Expr]
"""Whether a field differs, what stands there, and what would."""
Changes: TypeAlias = Mapping[Field, Change]
RATE_REPRS = {rate.value: repr(rate) for rate in VatRate}
_COLUMN_OF = {"ref": "id", "barcodes": "codes", "vat_rate": "vat", "retail_vat_rate": "retail_vat"}
_COLUMN_OF |= {"purchase_price": "purchase", "retail_price": "retail"}
_WHOLE = frozenset({"purchase_price", "retail_price"})
_DIFFERS, _IDENTICAL = Status.DIFFERS.value, Status.IDENTICAL.value
_NO_PROVENANCE, _NO_LIST = pl.lit("{}"), pl.lit("[]")
_CODE = "<code>"


def json_text(text: pl.Expr) -> pl.Expr:
    """A plain text as JSON, null as ``null``."""
    return pl.concat_str(pl.lit('"'), text.str.replace_all('"', '\\"', literal=True), pl.lit('"')).fill_null("null")


def money(kopecks: pl.Expr) -> pl.Expr:
    """A price that is not below zero as a decimal string of rubles."""
    rest = (kopecks % KOPECKS_PER_RUBLE).cast(pl.String).str.zfill(2)
    return pl.concat_str((kopecks // KOPECKS_PER_RUBLE).cast(pl.String), pl.lit("."), rest)


def changes_json(changes: Changes) -> pl.Expr:
    """The list of changes."""
    found = [
        pl.when(differs).then(
            pl.concat_str(
                pl.lit(f'{{"field":"{field.value}","before":'),
                json_text(before),
                pl.lit(',"after":'),
                json_text(after),
                pl.lit(f',"sort":"{Sort.SUBSTANTIAL.value}"}}'),
            )
        )
        for field, (differs, before, after) in changes.items()
    ]
    return _listed(found, ",")


def changes_repr(changes: Changes) -> pl.Expr:
    """The same as a fingerprint takes it: the fields and what they would become."""
    found = [
        pl.when(differs).then(
            pl.concat_str(
                pl.lit(f"('{field.value}', "),
                _rate_repr(after) if field is Field.VAT_RATE else _text_repr(after),
                pl.lit(")"),
            )
        )
        for field, (differs, _, after) in changes.items()
    ]
    return _listed(found, ", ")


def _listed(found: Sequence[pl.Expr], separator: str) -> pl.Expr:
    joined = pl.concat_str(found, separator=separator, ignore_nulls=True) if found else pl.lit("")
    return pl.concat_str(pl.lit("["), joined, pl.lit("]"))


def body(terms: Terms) -> pl.Expr:
    """The row as JSON, field by field as ``DiffRow`` has them."""
    differs = pl.col("status") == _DIFFERS
    return pl.concat_str(
        pl.lit('{"key":'),
        json_text(pl.col("our_id")),
        pl.concat_str(pl.lit(',"status":"'), "status", pl.lit('","item":')),
        _item_json(ErpItem, "our_"),
        pl.lit(',"counterpart":'),
        _item_json(CabinetItem, "their_"),
        pl.lit(',"match":'),
        pl.when("bound").then(_match_json(MatchedBy.BINDING)).otherwise(_match_json(MatchedBy.BARCODE)),
        pl.lit(',"changes":'),
        "changes_json",
        pl.lit(',"problems":'),
        _NO_LIST if Field.BARCODE in terms.owned else pl.when("warned").then(_check_digit_json()).otherwise(_NO_LIST),
        pl.lit(',"provenance":'),
        pl.when(differs).then(_provenance(terms)).otherwise(_NO_PROVENANCE),
        pl.lit(',"candidates":[]}'),
    )


def fingerprint_text() -> pl.Expr:
    """What ``domain/fingerprint.py`` makes the digest of, in an export with a counterpart."""
    held = [_field_repr(field.name) for field in fields(CabinetItem)]
    return pl.concat_str(
        pl.lit("("),
        _text_repr(pl.col("our_id")),
        pl.lit(", "),
        _text_repr(pl.col("status")),
        pl.lit(", "),
        pl.when(pl.col("status") == _DIFFERS).then("changes_repr").otherwise(pl.lit("None")),
        pl.lit(", ("),
        pl.concat_str(held, separator=", "),
        pl.lit("), None)"),
    )


def search_text() -> pl.Expr:
    """Every word a row is searched by once, before case is folded."""
    words = [pl.col(f"our_{name}") for name in ("name", "article", "code", "codes")]
    words += [pl.col(f"their_{name}") for name in ("name", "article", "codes")]
    told = [
        pl.when(pl.all_horizontal(word != "", *(word.ne_missing(earlier) for earlier in words[:number]))).then(word)
        for number, word in enumerate(words)
    ]
    return pl.concat_str(told, separator="\n", ignore_nulls=True)


def _match_json(by: MatchedBy) -> pl.Expr:
    told = "Связь с " + pl.col("their_id") if by is MatchedBy.BINDING else "Штрихкод " + pl.col("our_codes")
    return pl.concat_str(pl.lit(f'{{"by":"{by.value}","explain":'), json_text(told), pl.lit("}"))


def _check_digit_json() -> pl.Expr:
    before, after = msgspec.json.encode([check_digit_problem(_CODE)]).decode().split(_CODE)
    return pl.concat_str(pl.lit(before), "our_codes", pl.lit(after))


def _item_json(kind: type[ErpItem | CabinetItem], side: str) -> pl.Expr:
    parts: list[pl.Expr] = []
    for number, field in enumerate(fields(kind)):
        column = pl.col(side + _COLUMN_OF.get(field.name, field.name))
        parts.append(pl.lit(f'{"," if number else "{"}"{field.name}":'))
        if field.name == "barcodes":
            parts.append(pl.concat_str(pl.lit("["), json_text(column), pl.lit("]")))
        elif field.name == "active":
            parts.append(pl.lit("true"))
        else:
            whole = field.name in _WHOLE
            parts.append(column.cast(pl.String).fill_null("null") if whole else json_text(column))
    return pl.concat_str(*parts, pl.lit("}"))


def _field_repr(name: str) -> pl.Expr:
    column = pl.col("their_" + _COLUMN_OF.get(name, name))
    if name == "barcodes":
        return pl.concat_str(pl.lit("("), _text_repr(column), pl.lit(",)"))
    if name == "active":
        return pl.lit("True")
    if name == "vat_rate":
        return _rate_repr(column)
    return column.cast(pl.String).fill_null("None") if name in _WHOLE else _text_repr(column)


def _text_repr(text: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit("'"), text, pl.lit("'")).fill_null("None")


def _rate_repr(rate: pl.Expr) -> pl.Expr:
    return rate.replace_strict(RATE_REPRS, default=None, return_dtype=pl.String).fill_null("None")


def _provenance(terms: Terms) -> pl.Expr:
    found = [
        _price_json(f"{field}_price", field, choice)
        for field, choice in (("purchase", terms.purchase), ("retail", terms.retail))
        if choice is not None
    ]
    return pl.concat_str(pl.lit("{"), pl.concat_str(found, separator=","), pl.lit("}")) if found else _NO_PROVENANCE


def _price_json(name: str, column: str, choice: PriceChoice) -> pl.Expr:
    price_type = msgspec.json.encode(choice.price_type).decode()
    number = pl.col(f"{column}_document")
    return pl.concat_str(
        pl.lit(f'"{name}":{{"source":"{choice.source.value}","price":"'),
        money(pl.col(f"{column}_price")),
        pl.lit(f'","price_type":{price_type},"effective_at":"'),
        f"{column}_effective",
        pl.lit('","number":'),
        json_text(pl.when(number != "").then(number)),
        pl.lit("}"),
    )
