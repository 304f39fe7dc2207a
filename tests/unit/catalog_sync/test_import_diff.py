"""What a row of an import says."""

from typing import Any

from catalog_sync.domain.import_diff import IMPORTED_FIELDS, import_rows
from catalog_sync.domain.rows import Change, DiffRow, Field, Sort, Status
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import BREAD, MILK, TEA, erp, filled, held, terms


def imported(
    items: list[ErpItem], cabinet: list[CabinetItem], bindings: dict[str, str] | None = None, **changes: Any
) -> dict[str, DiffRow]:
    settled = terms(**{"fields": IMPORTED_FIELDS, **changes})
    return {row.key: row for row in import_rows(items, cabinet, bindings or {}, settled, lambda _: True)}


def test_absent_differing_and_equal_items_are_told_apart() -> None:
    cabinet = [held("1"), held("2", barcodes=(BREAD,), name="Хлеб"), held("3", barcodes=(TEA,))]

    rows = imported([erp("a"), erp("b", barcodes=(BREAD,))], cabinet)

    assert {key: row.status for key, row in rows.items()} == {
        "1": Status.IDENTICAL,
        "2": Status.DIFFERS,
        "3": Status.MISSING,
    }
    assert rows["2"].changes == (Change(Field.NAME, "Молоко", "Хлеб", Sort.SUBSTANTIAL),)


def test_an_item_without_a_barcode_is_missing_until_it_is_bound() -> None:
    assert imported([erp()], [held(barcodes=())])["1"].status is Status.MISSING
    assert imported([erp()], [held(barcodes=())], {"1": "a"})["1"].status is Status.IDENTICAL


def test_two_items_of_either_side_with_one_barcode_are_ambiguous() -> None:
    assert imported([erp("a"), erp("b")], [held()])["1"].status is Status.AMBIGUOUS
    assert {row.status for row in imported([erp()], [held("1"), held("2")]).values()} == {Status.AMBIGUOUS}


def test_groups_and_purchase_prices_are_not_taken_over() -> None:
    row = imported([erp(group="Иное")], [held(group="Продукты", purchase_price=Kopecks(1))])["1"]

    assert row.status is Status.IDENTICAL


def test_the_price_is_compared_only_where_a_price_type_takes_it() -> None:
    cabinet = [held(retail_price=Kopecks(300))]

    priced = imported([erp()], cabinet, retail_prices={"a": filled(250)})["1"]
    unpriced = imported([erp()], cabinet, retail=None)["1"]

    assert [(c.before, c.after) for c in priced.changes] == [("2.50", "3.00")]
    assert unpriced.status is Status.IDENTICAL


def test_what_the_cabinet_leaves_empty_is_kept() -> None:
    cabinet = [held(article=None, unit=None, vat_rate=None, retail_price=None)]

    assert imported([erp()], cabinet)["1"].status is Status.IDENTICAL


def test_an_item_without_a_name_is_invalid() -> None:
    assert imported([], [held(name="  ")])["1"].status is Status.INVALID


def test_an_archived_item_archives_its_counterpart_and_alone_is_nobodys_business() -> None:
    assert imported([erp()], [held(active=False)])["1"].changes == (Change(Field.ACTIVE, True, False),)
    assert imported([], [held(active=False, barcodes=(MILK,))]) == {}


def test_an_organisation_without_vat_keeps_its_rates() -> None:
    assert imported([erp(vat_rate=VatRate.TWENTY)], [held()], vat_payer=False)["1"].status is Status.IDENTICAL
