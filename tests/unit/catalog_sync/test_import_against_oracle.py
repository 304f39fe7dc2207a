"""Every row of an import equals what the oracle says, and applying it leaves nothing to say."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_sync.domain.import_diff import IMPORTED_FIELDS, import_rows
from catalog_sync.domain.import_writes import import_write_of, written_item
from catalog_sync.domain.rows import DiffRow, Sort
from catalog_sync.domain.writes import WRITTEN
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from unit.catalog_sync import import_oracle, oracle
from unit.catalog_sync.test_diff_against_oracle import cabinet_items, erp_items, prices
from unit.catalog_sync.things import filled, terms

known_prices = st.fixed_dictionaries(dict.fromkeys("abcdef", prices))


@st.composite
def bindings(draw: st.DrawFn) -> dict[str, str]:
    ids = draw(st.lists(st.sampled_from("123456"), unique=True, max_size=3))
    refs = draw(st.lists(st.sampled_from("abcdefg"), unique=True, min_size=len(ids), max_size=len(ids)))
    return dict(zip(ids, refs, strict=True))


def rows_of(
    items: list[ErpItem], cabinet: list[CabinetItem], bound: dict[str, str], known: dict[str, int], **changes: Any
) -> dict[str, DiffRow]:
    retail = {ref: filled(price) for ref, price in known.items()}
    settled = terms(fields=IMPORTED_FIELDS, retail_prices=retail, **changes)
    return {row.key: row for row in import_rows(items, cabinet, bound, settled, lambda _: True)}


def told(row: DiffRow) -> oracle.Told:
    return oracle.Told(
        row.status.value,
        row.item.ref if row.item else None,
        frozenset((change.field.value, change.before, change.after) for change in row.changes),
        row.sort is Sort.COSMETIC,
    )


@settings(max_examples=1500, deadline=None, print_blob=True)
@given(erp_items(), cabinet_items(), bindings(), known_prices, st.booleans())
def test_every_row_equals_the_oracles(
    items: list[ErpItem],
    cabinet: list[CabinetItem],
    bound: dict[str, str],
    retail: dict[str, int | None],
    vat_payer: bool,
) -> None:
    known = {ref: price for ref, price in retail.items() if price is not None}
    plain = items if vat_payer else [replace(item, vat_rate=None, retail_vat_rate=None) for item in items]

    rows = rows_of(plain, cabinet, bound, known, vat_payer=vat_payer)

    assert {key: told(row) for key, row in rows.items()} == import_oracle.imported(
        plain, cabinet, bound, known, vat_payer=vat_payer
    )


@settings(max_examples=700, deadline=None, print_blob=True)
@given(erp_items(), cabinet_items(), bindings(), known_prices)
def test_what_is_written_is_identical_in_the_next_diff(
    items: list[ErpItem], cabinet: list[CabinetItem], bound: dict[str, str], retail: dict[str, int | None]
) -> None:
    known = {ref: price for ref, price in retail.items() if price is not None}
    written = {row.key: row for row in rows_of(items, cabinet, bound, known).values() if row.status in WRITTEN}
    by_ref, tied, priced = {item.ref: item for item in items}, dict(bound), dict(known)
    for key, row in written.items():
        write = import_write_of(row)
        held = write.known or ErpItem(ref=f"new-{key}", name="")
        names = ("name", "full_name", "article", "unit", "vat_rate", "retail_vat_rate", "active")
        given_fields = {name: value for name in names if (value := getattr(write.change, name)) is not None}
        by_ref[held.ref] = written_item(replace(held, **given_fields), write)
        tied = {one: ref for one, ref in tied.items() if ref != held.ref} | {key: held.ref}
        if write.price is not None:
            priced[held.ref] = write.price

    again = rows_of(list(by_ref.values()), cabinet, tied, priced)

    assert {key: again[key].changes for key in written} == dict.fromkeys(written, ())
