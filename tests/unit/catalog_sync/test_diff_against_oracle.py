"""Every row equals what the oracle says, on random small catalogues full of clashes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_sync.domain.rows import DiffRow, Sort
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync import oracle
from unit.catalog_sync.things import exported, filled

CODES = [
    "4810000000010",
    "036000291452",
    "0036000291452",
    "10036000291459",
    "00036000291452",
    "12345670",
    "x",
    "48 1-5",
]
some_codes = st.lists(st.sampled_from(CODES), max_size=2).map(tuple)
names = st.sampled_from(["Молоко", " Молоко", "Молоко  1 л", "Молоко 1 л", ""])
articles = st.sampled_from(["A", "A ", "B", None, ""])
groups = st.sampled_from(["Продукты", "Продукты/Молочное", None])
units = st.sampled_from(["шт", "кг", "уп", None])
rates = st.sampled_from([VatRate.TWENTY, VatRate.TEN, VatRate.ZERO, None])
prices = st.sampled_from([None, 0, 100, 250])


@st.composite
def erp_items(draw: st.DrawFn) -> list[ErpItem]:
    return [
        ErpItem(
            ref=ref,
            name=draw(names),
            unit=draw(units),
            group=draw(groups),
            barcodes=draw(some_codes),
            article=draw(articles),
            vat_rate=draw(rates),
            retail_vat_rate=draw(rates),
            active=draw(st.integers(0, 3)) > 0,
        )
        for ref in "abcdef"[: draw(st.integers(0, 6))]
    ]


@st.composite
def cabinet_items(draw: st.DrawFn) -> list[CabinetItem]:
    return [
        CabinetItem(
            id=item_id,
            name=draw(names),
            unit=draw(units),
            group=draw(groups),
            barcodes=draw(some_codes),
            article=draw(articles),
            vat_rate=draw(rates),
            retail_price=None if (price := draw(prices)) is None else Kopecks(price),
            active=draw(st.integers(0, 3)) > 0,
        )
        for item_id in "123456"[: draw(st.integers(0, 6))]
    ]


@st.composite
def bindings(draw: st.DrawFn) -> dict[str, str]:
    refs = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=3))
    ids = draw(st.lists(st.sampled_from("1234567"), unique=True, min_size=len(refs), max_size=len(refs)))
    return dict(zip(refs, ids, strict=True))


def told(row: DiffRow) -> oracle.Told:
    return oracle.Told(
        row.status.value,
        row.counterpart.id if row.counterpart else None,
        frozenset((c.field.value, c.before, c.after) for c in row.changes) if row.counterpart else frozenset(),
        row.sort is Sort.COSMETIC,
    )


@settings(max_examples=1500, deadline=None, print_blob=True)
@given(erp_items(), cabinet_items(), bindings(), st.fixed_dictionaries(dict.fromkeys("abcdef", prices)))
def test_every_row_equals_the_oracles(
    items: list[ErpItem], cabinet: list[CabinetItem], bound: dict[str, str], retail: dict[str, int | None]
) -> None:
    known = {ref: price for ref, price in retail.items() if price is not None}
    changes: dict[str, Any] = {
        "retail_prices": {ref: filled(price) for ref, price in known.items()},
        "units": frozenset({"шт", "кг"}),
        "vat_rates": frozenset({"20", "10", "none"}),
    }

    rows = exported(items, cabinet, bound, **changes)

    assert {ref: told(row) for ref, row in rows.items()} == oracle.export(items, cabinet, bound, known)


@settings(max_examples=500, deadline=None, print_blob=True)
@given(erp_items(), cabinet_items(), bindings())
def test_no_cabinet_item_is_the_counterpart_of_two_rows(
    items: list[ErpItem], cabinet: list[CabinetItem], bound: dict[str, str]
) -> None:
    rows = exported(items, cabinet, bound)

    matched = [row.counterpart.id for row in rows.values() if row.counterpart is not None]
    assert len(matched) == len(set(matched))
