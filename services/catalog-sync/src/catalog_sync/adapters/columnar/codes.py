"""Barcodes as numbers that are equal exactly when the barcodes compare as equal."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from catalog_sync.adapters.columns import BARCODE_SEPARATOR
from smena.kinds.barcode import EAN13_DIGITS, GTIN14_DIGITS, UPC_A_DIGITS

KEY_DIGITS_MAX = 18
"""A leading 1 keeps the zeros in front of a code; with it so many digits fit into 64 bits."""
_EAN13_KEY = 10**EAN13_DIGITS


class CodeBook:
    """Gives every comparable barcode its key; codes too long for a number are numbered below zero."""

    def __init__(self) -> None:
        self._long: dict[str, int] = {}
        self._texts: list[str] = []

    def text(self, key: int) -> str:
        """The comparable digits behind a key."""
        return str(key)[1:] if key > 0 else self._texts[-key - 1]

    def keys(self, codes: pl.Series) -> pl.Series:
        """The key of each barcode; null where it has no digits."""
        frame = pl.DataFrame({"code": codes}).with_columns(key=_plain_key(pl.col("code")))
        if not frame["key"].null_count():
            return frame["key"]
        rest = frame["code"].filter(frame["key"].is_null() & frame["code"].is_not_null()).unique()
        known = pl.DataFrame({"code": rest, "found": self._slow_keys(rest)}, schema_overrides={"found": pl.Int64})
        joined = frame.join(known, on="code", how="left", maintain_order="left")
        return joined.select(key=pl.coalesce("key", "found")).to_series()

    def of_items(self, codes: pl.Series) -> pl.DataFrame:
        """Row number ``i``, ``key`` and ``place`` of each barcode of each item, without an item's repeats.

        ``codes`` are an item's barcodes joined by the separator.
        """
        frame = pl.DataFrame({"codes": codes}).with_row_index("i")
        frame = frame.filter(pl.col("codes").str.len_bytes() > 0).with_columns(key=_plain_key(pl.col("codes")))
        single = frame.filter(pl.col("key").is_not_null()).select("i", "key", place=pl.lit(0, pl.UInt32))
        if single.height == frame.height:
            return single
        several = (
            frame.filter(pl.col("key").is_null())
            .select("i", code=pl.col("codes").str.split(BARCODE_SEPARATOR))
            .with_columns(place=pl.int_ranges(pl.col("code").list.len(), dtype=pl.UInt32))
            .explode("code", "place")
        )
        several = several.select("i", self.keys(several["code"]).alias("key"), "place").drop_nulls("key")
        several = several.unique(["i", "key"], keep="first", maintain_order=True)
        return pl.concat([single, several])

    def _slow_keys(self, codes: pl.Series) -> pl.Series:
        digits = codes.str.replace_all(r"[^0-9]", "").alias("digits")
        size = pl.col("digits").str.len_bytes()
        compared = (
            pl.when(size == UPC_A_DIGITS)
            .then("0" + pl.col("digits"))
            .when((size == GTIN14_DIGITS) & pl.col("digits").str.starts_with("0"))
            .then(pl.col("digits").str.slice(1))
            .otherwise(pl.col("digits"))
        )
        texts = digits.to_frame().select(compared.alias("text")).to_series()
        lengths = texts.str.len_bytes()
        keys = ("1" + texts).set(lengths == 0, None).set(lengths > KEY_DIGITS_MAX, None).cast(pl.Int64)
        long = (lengths > KEY_DIGITS_MAX).arg_true()
        return keys.scatter(long, [self._long_key(text) for text in texts.gather(long)]) if len(long) else keys

    def _long_key(self, text: str) -> int:
        if text not in self._long:
            self._texts.append(text)
            self._long[text] = -len(self._texts)
        return self._long[text]


def joined_codes(items: Sequence[Any]) -> list[str]:
    """The barcodes of items, each item's joined by the separator."""
    return [BARCODE_SEPARATOR.join(item.barcodes) for item in items]


def _plain_key(code: pl.Expr) -> pl.Expr:
    """The key of a barcode that is an EAN-13 as it stands, which most are; null for all others."""
    number = code.cast(pl.UInt64, strict=False)
    plain = (code.str.len_bytes() == EAN13_DIGITS) & code.str.slice(0, 1).is_between(pl.lit("0"), pl.lit("9"))
    return pl.when(plain).then(number.cast(pl.Int64, strict=False) + _EAN13_KEY)
