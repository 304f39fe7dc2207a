"""Compare two catalogues: pairs and equality by columns, the rows that are shown by the domain's own rule."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from catalog_sync.adapters.columnar.codes import CodeBook
from catalog_sync.adapters.columnar.equality import equal_for_export, equal_for_import
from catalog_sync.adapters.columnar.frames import Catalogues, cabinet_items, erp_items
from catalog_sync.adapters.columnar.matching import Pairs, Side, match_columns
from catalog_sync.adapters.columnar.plain_rows import pack_plain, supported
from catalog_sync.adapters.packing import packed
from catalog_sync.domain.export_diff import export_row
from catalog_sync.domain.import_diff import import_row
from catalog_sync.domain.prices import Filling
from catalog_sync.domain.rows import DiffRow, Direction, Match, MatchedBy
from catalog_sync.domain.terms import Terms
from catalog_sync.ports.records import PackedRow
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem

ROWS_PER_CHUNK = 10_000
"""Rows made into objects at a time: what bounds the memory of a first diff, in which every row is shown."""
Item = TypeVar("Item", ErpItem, CabinetItem)
Fillings = Callable[[list[str]], tuple[Filling, Filling]]
"""The purchase and retail prices of some refs, each with its source."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is compared. ``selected`` says for each item of the rows' side whether it is shown.

    ``zone`` is the local time in which the dates of prices are told.
    """

    direction: Direction
    sides: Catalogues
    terms: Terms
    selected: pl.Series
    fillings: Fillings
    zone: ZoneInfo


class Comparison:
    """A computed diff; the rows of equal pairs are only numbers until somebody wants to read them."""

    def __init__(self, task: Task, shown: pl.DataFrame, rivals: pl.DataFrame, book: CodeBook) -> None:
        self._task = task
        self._shown = shown
        self._rivals = rivals
        self._book = book

    @property
    def equal_and_bound(self) -> int:
        """Rows that are certainly identical and bound already: nothing to do and nothing to show."""
        return int(self._settled().sum())

    @property
    def left_to_the_rule(self) -> int:
        """Rows with a counterpart whose status the columns leave open."""
        return int((self._shown["j"].is_not_null() & ~self._settled()).sum())

    def rows(self, *, settled: bool, only: Collection[str] | None = None) -> Iterator[list[DiffRow]]:
        """The rows in reading order, in chunks; ``settled`` ones too, or only those that need a look."""
        return map(self._made, self._chunks(settled=settled, only=only))

    def packed(self, *, settled: bool) -> Iterator[list[PackedRow]]:
        """The same rows, ready to be stored: the plain ones by columns, the others by the domain's rule."""
        task, export = self._task, self._task.direction is Direction.EXPORT
        ids = (task.sides.erp if export else task.sides.cabinet)["id"]
        plain = export and supported(task.sides, task.terms)
        for chunk in self._chunks(settled=settled, only=None):
            keys, rest, found = ids.gather(chunk["i"]), chunk, dict[str, PackedRow]()
            if plain:
                found = pack_plain(chunk.filter(pl.col("j").is_not_null()), task.sides, task.terms, task.zone)
                rest = chunk.filter(~keys.is_in(pl.Series(list(found), dtype=pl.String).implode()))
            found |= {row.key: packed(row) for row in self._made(rest)}
            yield [found[key] for key in keys if key in found]

    def _chunks(self, *, settled: bool, only: Collection[str] | None) -> Iterator[pl.DataFrame]:
        frame = self._shown if settled else self._shown.filter(~self._settled())
        names = self._named(frame)
        if only is not None:
            wanted = pl.Series(list(only), dtype=pl.String)
            asked = names["key"].is_in(wanted.implode())
            frame, names = frame.filter(asked), names.filter(asked)
        keys = [(name.casefold(), key) for name, key in names.select("name", "key").iter_rows()]
        order = pl.Series(sorted(range(len(keys)), key=keys.__getitem__), dtype=pl.UInt32)
        del keys, names
        for first in range(0, len(order), ROWS_PER_CHUNK):
            yield frame[order[first : first + ROWS_PER_CHUNK]]

    def _settled(self) -> pl.Series:
        return self._shown["equal"] & self._shown["bound"]

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Key and the name a row is read by: the ERP's item's, else the cabinet's."""
        sides = self._task.sides
        if self._task.direction is Direction.EXPORT:
            return sides.erp.select(pl.col("id", "name").gather(frame["i"])).rename({"id": "key"})
        ours = sides.cabinet.select(pl.col("id", "name").gather(frame["i"]))
        theirs = sides.erp.select(pl.col("name").gather(frame["j"])).to_series()
        return ours.select(key="id", name=pl.coalesce(pl.lit(theirs), "name"))

    def _made(self, frame: pl.DataFrame) -> list[DiffRow]:
        """The domain's rule for some rows."""
        task, export = self._task, self._task.direction is Direction.EXPORT
        held = frame["j"].is_not_null()
        others = frame["j"].filter(held)
        erp = erp_items(task.sides.erp[frame["i"] if export else others])
        cabinet = cabinet_items(task.sides.cabinet[others if export else frame["i"]])
        purchase, retail = task.fillings([item.ref for item in erp])
        terms = replace(task.terms, purchase_prices=purchase, retail_prices=retail)
        rivals = self._rivals_of(frame["i"])
        if export:
            found = zip(erp, _spread(cabinet, held), frame["i"], frame["key"], strict=True)
            made = [
                export_row(item, other, self._match(other.id if other else None, key), rivals.get(i, ()), terms)
                for item, other, i, key in found
            ]
        else:
            matched = zip(cabinet, _spread(erp, held), frame["i"], frame["key"], strict=True)
            made = [
                import_row(item, other, self._match(other.ref if other else None, key), rivals.get(i, ()), terms)
                for item, other, i, key in matched
            ]
        return [row for row in made if row is not None]

    def _match(self, other_id: str | None, key: int | None) -> Match | None:
        if other_id is None:
            return None
        if key is None:
            return Match(MatchedBy.BINDING, f"Связь с {other_id}")
        return Match(MatchedBy.BARCODE, f"Штрихкод {self._book.text(key)}")

    def _rivals_of(self, rows: pl.Series) -> dict[int, tuple[str, ...]]:
        if not self._rivals.height:
            return {}
        found = self._rivals.filter(pl.col("i").is_in(rows.implode())).group_by("i").agg(pl.col("id").unique())
        return {i: tuple(sorted(ids)) for i, ids in found.iter_rows()}


def _spread(counterparts: list[Item], held: pl.Series) -> list[Item | None]:
    """The counterparts at their rows, None where there is none."""
    following = iter(counterparts)
    return [next(following) if has else None for has in held]


def compare(task: Task) -> Comparison:
    """Match whole catalogues, then look at the selected rows."""
    sides, export = task.sides, task.direction is Direction.EXPORT
    book = CodeBook()
    erp, cabinet = Side(sides.erp), Side(sides.cabinet)
    if export:
        bindings = sides.bindings.select(id="ref", other="cabinet_id")
        pairs = match_columns(erp, cabinet, bindings, book)
    else:
        bindings = sides.bindings.select(id="cabinet_id", other="ref")
        pairs = match_columns(cabinet, erp, bindings, book)
    found = pairs.found.sort("i")
    if not task.selected.all():
        found = found.filter(pl.lit(task.selected).gather("i"))
    equal = (equal_for_export if export else equal_for_import)(found, sides, task.terms, book)
    paired = found.with_columns(equal=equal, bound=pl.col("key").is_null())
    return Comparison(task, _with_unpaired(task, paired, pairs, erp if export else cabinet), pairs.rivals, book)


def _with_unpaired(task: Task, paired: pl.DataFrame, pairs: Pairs, rows: Side) -> pl.DataFrame:
    """The selected rows without a counterpart too, but archived ones without a rival: they show nothing."""
    alone = task.selected.clone().scatter(paired["i"], False)
    useful = rows.active.clone().scatter(pairs.rivals["i"].unique(), True)
    lonely = (alone & useful).arg_true().cast(pl.UInt32)
    none = [pl.lit(None, pl.UInt32).alias("j"), pl.lit(None, pl.Int64).alias("key")]
    flags = [pl.lit(False).alias("equal"), pl.lit(False).alias("bound")]
    return pl.concat([paired, pl.DataFrame({"i": lonely}).with_columns(*none, *flags)])
