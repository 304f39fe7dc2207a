"""The rule of ``domain/matching.py`` over whole columns: joins for pairs, counts for ambiguity."""

from dataclasses import dataclass

import polars as pl

from catalog_sync.adapters.columnar.codes import CodeBook


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a diff: ``id``, ``codes`` (joined), ``active`` and whatever is compared, a row per item."""

    frame: pl.DataFrame

    @property
    def active(self) -> pl.Series:
        """Whether each item is in use."""
        return self.frame["active"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What was found: row numbers ``i`` of the rows' side and ``j`` of the other.

    ``found`` has a row for each pair, with the ``key`` of the barcode that led to it, null for a binding;
    ``rivals`` has a row for each candidate of an ambiguous row, with the candidate's ``id``.
    """

    found: pl.DataFrame
    rivals: pl.DataFrame


def match_columns(rows: Side, others: Side, bindings: pl.DataFrame, book: CodeBook) -> Pairs:
    """Pair whole catalogues; ``bindings`` has the columns ``id`` (of the rows' side) and ``other``."""
    bound = _bound(rows, others, bindings)
    free = pl.Series("i", [True]).new_from_index(0, rows.frame.height).scatter(bound["i"], False)
    if not free.any():
        return Pairs(bound, _no_rivals())
    codes = book.of_items(rows.frame["codes"]).with_columns(active=pl.lit(rows.active).gather("i"))
    asking = codes.filter(pl.lit(free).gather("i"))
    if not asking.height:
        return Pairs(bound, _no_rivals())
    wanted = None if asking.height == codes.height else asking.select("key").unique()
    owners = codes if wanted is None else codes.join(wanted, on="key", how="semi")
    holders = book.of_items(others.frame["codes"]).rename({"i": "j"})
    if wanted is not None:
        holders = holders.join(wanted, on="key", how="semi")
    holders = holders.with_columns(other_active=pl.lit(others.active).gather("j"))
    rivals = _rivals(asking, owners)
    gave_way = rivals.filter(~pl.col("active") & pl.col("rival_active"))["i"].unique()
    candidates = _candidates(asking.filter(~pl.col("i").is_in(gave_way.implode())), holders)
    kept = rivals.filter(pl.col("rival_active") | ~pl.col("active")).filter(~pl.col("i").is_in(gave_way.implode()))
    return _decided(rows, others, bound, candidates, kept.select("i", "k").unique())


def _bound(rows: Side, others: Side, bindings: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are bound already; a binding that leads to nothing is passed over."""
    ours = rows.frame.select("id").with_row_index("i")
    theirs = others.frame.select(other="id").with_row_index("j")
    if not bindings.height:
        return pl.DataFrame(schema={"i": pl.UInt32, "j": pl.UInt32, "key": pl.Int64})
    found = ours.join(bindings, on="id").join(theirs, on="other")
    return found.select("i", "j", key=pl.lit(None, pl.Int64))


def _rivals(asking: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Every other row (``k``) that carries a code of an asking row."""
    shared = owners.filter(pl.col("key").is_duplicated())
    return (
        asking.join(shared.select("key", k="i", rival_active="active"), on="key")
        .filter(pl.col("i") != pl.col("k"))
        .select("i", "active", "k", "rival_active")
    )


def _candidates(asking: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """The other side's items with a code of a row, each once, by the first code that leads to it.

    Archived ones only where no active one carries a code.
    """
    found = asking.select("i", "key", "place").join(holders.select("key", "j", "other_active"), on="key")
    if found["i"].is_duplicated().any():
        found = found.filter(pl.col("other_active") | ~pl.col("other_active").any().over("i"))
        found = found.sort("i", "place").unique(["i", "j"], keep="first", maintain_order=True)
    return found.select("i", "j", "key")


def _decided(rows: Side, others: Side, bound: pl.DataFrame, candidates: pl.DataFrame, rivals: pl.DataFrame) -> Pairs:
    """Rows with rivals, with several candidates or with a candidate others wish for too are ambiguous."""
    taken = candidates.join(bound.select("j", k="i"), on="j").select("i", "k")
    rivals = pl.concat([rivals, taken]).unique()
    several = candidates.filter(pl.col("i").is_duplicated())["i"].unique()
    contested = pl.concat([rivals["i"], several]).unique()
    single = candidates.filter(~pl.col("i").is_in(contested.implode()))
    wished = candidates.filter(pl.col("j").is_duplicated())
    doubly = single.filter(pl.col("j").is_in(wished["j"].unique().implode()))
    found = single.filter(~pl.col("j").is_in(wished["j"].unique().implode())).select("i", "j", "key")
    names, other_names = rows.frame["id"], others.frame["id"]
    wishers = doubly.select("i", "j").join(wished.select("j", k="i"), on="j").filter(pl.col("i") != pl.col("k"))
    listed = [
        rivals.select("i", id=pl.lit(names).gather("k")),
        candidates.filter(pl.col("i").is_in(contested.implode())).select("i", id=pl.lit(other_names).gather("j")),
        doubly.select("i", id=pl.lit(other_names).gather("j")),
        wishers.select("i", id=pl.lit(names).gather("k")),
    ]
    return Pairs(pl.concat([bound, found]), pl.concat(listed).unique())


def _no_rivals() -> pl.DataFrame:
    return pl.DataFrame(schema={"i": pl.UInt32, "id": pl.String})
