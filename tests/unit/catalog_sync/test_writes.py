"""A write is what the row showed: what stands in the cabinet with the shown changes laid over it."""

from dataclasses import replace

import pytest

from catalog_sync.domain.applying import CabinetIndex
from catalog_sync.domain.fingerprint import row_fingerprint, version_of
from catalog_sync.domain.outcomes import answered
from catalog_sync.domain.writes import RowNotWrittenError, holds, write_of, written_item
from smena.cabinets.items import ItemWriteResult, ItemWriteStatus
from smena.kinds.money import Kopecks
from unit.catalog_sync.things import BREAD, MILK, TEA, erp, exported, filled, held


def test_only_the_shown_fields_change() -> None:
    counterpart = held(name="Кефир", purchase_price=Kopecks(7), barcodes=(MILK, TEA), kind="certificate")

    write = write_of(exported([erp()], [counterpart])["a"])

    assert written_item("1", write) == replace(counterpart, name="Молоко")


def test_another_main_barcode_replaces_the_main_one_and_keeps_the_rest() -> None:
    write = write_of(exported([erp(barcodes=(BREAD,))], [held(barcodes=(MILK, TEA))], {"a": "1"})["a"])

    assert write.barcodes == (BREAD, TEA)


def test_a_new_item_gets_every_barcode_once_and_its_prices() -> None:
    row = exported([erp(barcodes=(MILK, "", TEA))], [], purchase_prices={"a": filled(199)})["a"]

    write = write_of(row)

    assert (write.id, write.barcodes) == (None, (MILK, TEA))
    assert (write.purchase_price, write.retail_price) == (199, 250)


def test_archiving_sends_what_stands_there() -> None:
    counterpart = held(name="Старое имя")

    write = write_of(exported([erp(active=False)], [counterpart])["a"])

    assert written_item("1", write) == replace(counterpart, active=False)


@pytest.mark.parametrize("item", [erp(article=None), erp(name="Молоко")])
def test_a_row_that_is_invalid_or_identical_is_never_a_write(item: object) -> None:
    with pytest.raises(RowNotWrittenError):
        write_of(exported([item], [held()])["a"])  # type: ignore[list-item]


def test_an_ambiguous_row_is_never_a_write() -> None:
    with pytest.raises(RowNotWrittenError):
        write_of(exported([erp("a"), erp("b")], [held()])["a"])


def test_the_diff_after_the_write_is_identical() -> None:
    for items, cabinet in (
        ([erp(name="Новое", barcodes=("036000291452",), unit="шт.")], [held(group=None)]),
        ([erp()], []),
        ([erp()], [held(active=False, retail_price=None)]),
    ):
        bindings = {"a": "1"} if cabinet else {}
        write = write_of(exported(items, cabinet, bindings)["a"])
        after = exported(items, [written_item("1", write)], {"a": "1"})["a"]
        assert after.changes == ()


def test_the_fingerprint_moves_with_either_side_and_with_nothing_else() -> None:
    shown = row_fingerprint(exported([erp()], [held(name="Кефир")])["a"])

    assert row_fingerprint(exported([erp(code="9", version="v2")], [held(name="Кефир")])["a"]) == shown
    assert row_fingerprint(exported([erp(name="Молоко 2")], [held(name="Кефир")])["a"]) != shown
    assert row_fingerprint(exported([erp()], [held(name="Кефир", purchase_price=Kopecks(1))])["a"]) != shown
    assert row_fingerprint(exported([erp()], [])["a"]) != shown


def test_a_new_item_is_found_by_its_barcode_and_a_changed_one_by_its_content() -> None:
    made = write_of(exported([erp()], [])["a"])
    changed = write_of(exported([erp(name="Новое")], [held()])["a"])

    assert CabinetIndex([held("7")]).look(made) == held("7")
    assert CabinetIndex([held("7", barcodes=(TEA,))]).look(made) is None
    assert CabinetIndex([held("1", name="Новое")]).look(changed) == held("1", name="Новое")
    assert CabinetIndex([held("1")]).look(changed) is None
    assert holds(held("1", name="Новое"), changed)


def test_an_answer_without_an_id_for_a_new_item_is_no_outcome() -> None:
    row = exported([erp()], [])["a"]
    write = write_of(row)

    assert answered(1, row, write, ItemWriteResult(0, ItemWriteStatus.CREATED, None)) is None
    rejected = answered(1, row, write, ItemWriteResult(0, ItemWriteStatus.REJECTED, None))
    assert rejected is not None
    assert rejected.message


def test_the_version_of_a_catalogue_does_not_depend_on_the_order_of_its_items() -> None:
    digests = [bytes([n]) * 16 for n in range(5)]

    assert version_of(digests) == version_of(reversed(digests))
    assert version_of(digests) != version_of(digests[1:])
    assert version_of([]) != version_of([bytes(16)])
