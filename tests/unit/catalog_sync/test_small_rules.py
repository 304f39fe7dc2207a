"""Warehouse kinds, selections, and the cutting of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_sync.domain.applying import RowState, counts_of, undo_counts_of
from catalog_sync.domain.binding_events import in_events
from catalog_sync.domain.registers import sync_refusal
from catalog_sync.domain.selection import Selection, SelectionKind, in_group, is_selected, split_left_out
from unit.catalog_sync.things import erp


@pytest.mark.parametrize(
    ("configured", "in_erp", "asked", "code"),
    [
        ("wholesale", "wholesale", True, None),
        ("wholesale", None, False, None),
        (None, None, False, "warehouse-missing"),
        ("wholesale", None, True, "warehouse-unknown"),
        ("wholesale", "retail", True, "warehouse-kind-mismatch"),
        ("retail", "wholesale", True, "warehouse-kind-mismatch"),
        ("retail", "retail", True, "warehouse-not-wholesale"),
        ("manual-outlet", None, False, "warehouse-not-wholesale"),
    ],
)
def test_only_a_wholesale_warehouse_is_synchronised(
    configured: str | None, in_erp: str | None, asked: bool, code: str | None
) -> None:
    refusal = sync_refusal(configured, in_erp, asked=asked, name="Основной")

    assert (refusal.code if refusal else None) == code


def test_a_mismatch_names_both_kinds() -> None:
    refusal = sync_refusal("wholesale", "retail", asked=True, name="Основной")

    assert refusal is not None
    assert "оптовый склад" in refusal.message
    assert "розничный магазин" in refusal.message


def test_a_group_holds_its_subgroups_and_no_namesake() -> None:
    assert in_group("Продукты", "Продукты")
    assert in_group("Продукты/Молочное/Сыр", "Продукты")
    assert in_group("Продукты/Молочное", "Продукты/")
    assert not in_group("Продукты питания", "Продукты")
    assert not in_group(None, "Продукты")


def test_services_materials_and_fixed_assets_are_left_out() -> None:
    kinds = ["goods", "service", "certificate", "material", "fixed-asset"]

    kept, left_out = split_left_out([erp(kind, kind=kind) for kind in kinds])

    assert [item.kind for item in kept] == ["goods", "certificate"]
    assert [item.kind for item in left_out] == ["service", "material", "fixed-asset"]


def test_each_selection_shows_its_own() -> None:
    def shows(kind: SelectionKind, ref: str) -> bool:
        selection = Selection(kind, group="Продукты")
        return is_selected(erp(ref), selection, synced={"s"}, received={"r"})

    assert [ref for ref in "srx" if shows(SelectionKind.SYNCED, ref)] == ["s"]
    assert [ref for ref in "srx" if shows(SelectionKind.GOODS_RECEIPTS, ref)] == ["r"]
    assert all(shows(kind, "x") for kind in (SelectionKind.ALL, SelectionKind.GROUP))


@given(st.lists(st.integers(1, 120)), st.integers(1, 7), st.integers(50, 200))
def test_no_event_is_larger_than_allowed_and_nothing_is_lost(sizes: list[int], count_max: int, bytes_max: int) -> None:
    batches = list(in_events(sizes, count_max=count_max, bytes_max=bytes_max, size=lambda size: size))

    assert [size for batch in batches for size in batch] == sizes
    assert all(0 < len(batch) <= count_max for batch in batches)
    assert all(len(batch) == 1 or sum(batch) <= bytes_max for batch in batches)


def test_every_state_of_a_row_is_counted_by_name() -> None:
    applied, undone = counts_of({"created": 2}), undo_counts_of({})
    assert {*applied, *undone} == {state.value for state in RowState}
    assert (applied["created"], sum(applied.values()), sum(undone.values())) == (2, 2, 0)
    assert [state for state in RowState if not state.ended] == [RowState.PLANNED, RowState.SENT]
