"""The engine for large catalogues gives the same rows as the domain's rule, in every row, on random catalogues."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_sync.adapters.columnar.engine import Task, compare
from catalog_sync.adapters.columnar.frames import BINDING_SCHEMA, Catalogues, cabinet_frame, erp_frame
from catalog_sync.adapters.columnar.price_columns import EPOCH, SETTING_SCHEMA
from catalog_sync.adapters.packing import packed
from catalog_sync.domain.export_diff import export_rows
from catalog_sync.domain.import_diff import IMPORTED_FIELDS, import_rows
from catalog_sync.domain.prices import FilledPrice, Filling, TypedPrice
from catalog_sync.domain.rows import DiffRow, Direction, Field, Status
from catalog_sync.domain.terms import Terms
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import SET_AT, terms

REFS, IDS = [f"ref-{n}" for n in range(7)], [f"id-{n}" for n in range(7)]
CODES = [
    "4810000000010",
    "036000291452",
    "0036000291452",
    "10036000291459",
    "00036000291452",
    "12345670",
    "x",
    "48 1-5",
    "+481000000001",
    "-481000000001",
    "4810000000١10",
    "",
    "1" * 18,
    "1" * 40,
    "2" * 40,
    "0" * 13,
    "0" * 12,
    "0" * 14,
]
# A lone empty barcode is never stored: it is no barcode.
codes = st.lists(st.sampled_from(CODES), max_size=3).map(tuple).map(lambda found: () if found == ("",) else found)
names = st.sampled_from(
    ["Молоко", " Молоко", "Молоко  1 л", "молоко", "ß", "\x1c", "", "Имя длиннее, чем надо", "a\tb"]
)
articles = st.sampled_from(["A", "A ", "B", None, "", "\x1f"])
groups = st.sampled_from(["Продукты", "Продукты/Молочное", "Продуктыы", None, ""])
units = st.sampled_from(["шт", "шт.", "ШТ", "кг", "уп", None, "", "."])
rates = st.sampled_from([VatRate.TWENTY, VatRate.TEN, VatRate.ZERO, VatRate.NONE, None])
prices = st.sampled_from([None, Kopecks(-1), Kopecks(0), Kopecks(100), Kopecks(250)])


@dataclass(frozen=True)
class World:
    """Two small catalogues full of clashes."""

    items: list[ErpItem]
    cabinet: list[CabinetItem]
    bindings: dict[str, str]
    terms: Terms
    selected: frozenset[str]


def some(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "name": draw(names),
        "unit": draw(units),
        "group": draw(groups),
        "barcodes": draw(codes),
        "article": draw(articles),
        "vat_rate": draw(rates),
        "active": draw(st.integers(0, 3)) > 0,
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    cabinet = [
        CabinetItem(id=item_id, purchase_price=draw(prices), retail_price=draw(prices), **some(draw))
        for item_id in IDS[: draw(st.integers(0, 6))]
    ]
    items = [erp_item(draw, ref, draw(st.sampled_from([None, *cabinet]))) for ref in REFS[: draw(st.integers(0, 6))]]
    refs = draw(st.lists(st.sampled_from(REFS), unique=True, max_size=5))
    ids = draw(st.lists(st.sampled_from(IDS), unique=True, min_size=len(refs), max_size=len(refs)))
    fields = draw(st.sampled_from([frozenset(Field), IMPORTED_FIELDS, frozenset({Field.NAME, Field.RETAIL_PRICE})]))
    plain = terms(
        fields=fields,
        units=frozenset({"шт", "кг"}),
        vat_rates=frozenset({"20", "10", "none"}),
        name_length_max=12,
        vat_payer=draw(st.booleans()),
        purchase_prices=filling(draw),
        retail_prices=filling(draw),
    )
    if draw(st.integers(0, 4)) == 0:
        plain = replace(plain, retail=None, retail_prices={})
    selected = frozenset(draw(st.lists(st.sampled_from([*REFS, *IDS]), unique=True)))
    return World(items, cabinet, dict(zip(refs, ids, strict=True)), plain, selected)


def erp_item(draw: st.DrawFn, ref: str, like: CabinetItem | None) -> ErpItem:
    """Sometimes a twin of an item of the cabinet, so that equal pairs are not rare."""
    if like is None:
        return ErpItem(ref=ref, retail_vat_rate=draw(rates), **some(draw))
    fields = {name: getattr(like, name) for name in ("name", "unit", "group", "barcodes", "article", "vat_rate")}
    return ErpItem(ref=ref, **fields)


def filling(draw: st.DrawFn) -> Filling:
    found = {ref: draw(prices) for ref in REFS}
    return {
        ref: FilledPrice(price, TypedPrice(ref, price, "Розничная", SET_AT + timedelta(days=1), "1"))
        for ref, price in found.items()
        if price is not None
    }


def price_frame(found: Filling) -> pl.DataFrame:
    """As settings are read; ``found`` has nothing but settings."""
    rows = []
    for ref, one in found.items():
        assert isinstance(one.source, TypedPrice)
        effective = (one.source.effective_at - EPOCH) // timedelta(microseconds=1)
        rows.append((ref, one.price, effective, one.source.document))
    return pl.DataFrame(rows, schema=SETTING_SCHEMA, orient="row")


def by_engine(world: World, direction: Direction) -> tuple[list[DiffRow], int]:
    """The rows that are shown, and how many more are identical and bound."""
    bindings = pl.DataFrame(list(world.bindings.items()), schema=BINDING_SCHEMA, orient="row")
    sides = Catalogues(
        erp_frame(world.items),
        cabinet_frame(world.cabinet),
        bindings,
        price_frame(world.terms.purchase_prices),
        price_frame(world.terms.retail_prices) if world.terms.retail else None,
    )
    rows: list[ErpItem] | list[CabinetItem] = world.items if direction is Direction.EXPORT else world.cabinet
    keys = [one.ref if isinstance(one, ErpItem) else one.id for one in rows]
    selected = pl.Series([key in world.selected for key in keys], dtype=pl.Boolean)
    plain = replace(world.terms, purchase_prices={}, retail_prices={})

    def fillings(refs: list[str]) -> tuple[Filling, Filling]:
        found = world.terms.purchase_prices, world.terms.retail_prices
        return found[0] | {}, {ref: price for ref, price in found[1].items() if ref in refs}

    comparison = compare(Task(direction, sides, plain, selected, fillings, ZoneInfo("UTC")))
    shown = [row for chunk in comparison.rows(settled=False) for row in chunk]
    everything = [row for chunk in comparison.rows(settled=True) for row in chunk]
    for settled, told in ((False, shown), (True, everything)):
        assert [row for chunk in comparison.packed(settled=settled) for row in chunk] == [packed(row) for row in told]
    assert len(everything) == len(shown) + comparison.equal_and_bound
    assert [row for row in everything if row in shown] == shown
    return everything, comparison.equal_and_bound


def by_rule(world: World, direction: Direction) -> list[DiffRow]:
    if direction is Direction.EXPORT:
        found = export_rows(
            world.items, world.cabinet, world.bindings, world.terms, lambda item: item.ref in world.selected
        )
    else:
        inverted = {item_id: ref for ref, item_id in world.bindings.items()}
        found = import_rows(world.items, world.cabinet, inverted, world.terms, lambda item: item.id in world.selected)
    return sorted(found, key=reading_order)


def reading_order(row: DiffRow) -> tuple[str, str]:
    named = row.item or row.counterpart
    assert named is not None
    return named.name.casefold(), row.key


@settings(max_examples=1500, deadline=None, print_blob=True)
@given(worlds(), st.sampled_from(Direction))
def test_the_engine_shows_what_the_rule_shows(world: World, direction: Direction) -> None:
    rows, settled = by_engine(world, direction)

    expected = by_rule(world, direction)
    assert rows == expected
    equal = [row for row in expected if row.status is Status.IDENTICAL and row.bound]
    assert settled <= len(equal)
