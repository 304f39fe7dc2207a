"""What a row of an export says."""

from catalog_sync.domain.rows import Change, Field, MatchedBy, Sort, Status
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import BREAD, MILK, TEA, erp, exported, filled, held


def test_absent_differing_and_equal_items_are_told_apart_with_their_values() -> None:
    items = [erp("a"), erp("b", barcodes=(BREAD,), name="Хлеб"), erp("c", barcodes=(TEA,), name="Чай")]
    cabinet = [held("2", barcodes=(BREAD,), name="Батон"), held("3", barcodes=(TEA,), name="Чай")]

    rows = exported(items, cabinet)

    assert {ref: row.status for ref, row in rows.items()} == {
        "a": Status.MISSING,
        "b": Status.DIFFERS,
        "c": Status.IDENTICAL,
    }
    assert rows["b"].changes == (Change(Field.NAME, "Батон", "Хлеб", Sort.SUBSTANTIAL),)


def test_a_upc_a_code_is_the_same_as_its_ean_13() -> None:
    rows = exported([erp(barcodes=("036000291452",))], [held(barcodes=("0036000291452",))])

    assert rows["a"].status is Status.IDENTICAL
    assert rows["a"].match is not None
    assert rows["a"].match.by is MatchedBy.BARCODE


def test_a_second_item_with_the_same_barcode_makes_both_ambiguous() -> None:
    rows = exported([erp("a"), erp("b")], [held()])

    assert [rows["a"].status, rows["b"].status] == [Status.AMBIGUOUS, Status.AMBIGUOUS]
    assert rows["a"].candidates == ("1", "b")


def test_two_cabinet_items_with_one_barcode_make_the_row_ambiguous() -> None:
    assert exported([erp()], [held("1"), held("2")])["a"].status is Status.AMBIGUOUS


def test_a_rival_outside_the_cabinet_is_ambiguous_too_so_that_no_barcode_is_made_twice() -> None:
    rows = exported([erp("a"), erp("b")], [])

    assert {row.status for row in rows.values()} == {Status.AMBIGUOUS}


def test_a_binding_wins_over_the_barcode_and_the_newcomer_is_ambiguous() -> None:
    rows = exported([erp("a"), erp("b")], [held("1")], {"a": "1"})

    assert rows["a"].status is Status.IDENTICAL
    assert rows["a"].bound
    assert rows["b"].status is Status.AMBIGUOUS


def test_a_binding_survives_a_renamed_item_with_another_barcode() -> None:
    rows = exported([erp(name="Кефир", barcodes=(TEA,))], [held()], {"a": "1"})

    assert rows["a"].match is not None
    assert rows["a"].match.by is MatchedBy.BINDING
    assert {change.field for change in rows["a"].changes} == {Field.NAME, Field.BARCODE}


def test_an_invalid_item_still_makes_the_one_sharing_its_barcode_ambiguous() -> None:
    rows = exported([erp("a", article=None), erp("b")], [held()])

    assert rows["a"].status is Status.INVALID
    assert rows["b"].status is Status.AMBIGUOUS


def test_white_space_in_names_is_cosmetic_and_still_shown() -> None:
    row = exported([erp(name="Молоко  1 л")], [held(name=" Молоко 1 л")])["a"]

    assert row.status is Status.DIFFERS
    assert row.sort is Sort.COSMETIC


def test_one_real_difference_beside_a_cosmetic_one_is_substantial() -> None:
    row = exported([erp(name="Молоко ", article="M-2")], [held()])["a"]

    assert row.sort is Sort.SUBSTANTIAL


def test_every_missing_mandatory_field_is_named() -> None:
    row = exported([erp(name=" ", unit=None, group=None, barcodes=("",), article="", vat_rate=None)], [])["a"]

    assert row.status is Status.INVALID
    assert {(problem.field, problem.code) for problem in row.problems} == {
        (Field.NAME, "missing"),
        (Field.UNIT, "missing"),
        (Field.GROUP, "missing"),
        (Field.BARCODE, "missing"),
        (Field.ARTICLE, "missing"),
        (Field.VAT_RATE, "missing"),
    }


def test_what_the_cabinet_cannot_take_is_found_before_sending() -> None:
    row = exported([erp(name="М" * 129, unit="уп", vat_rate=VatRate.TWENTY_FIVE)], [])["a"]

    assert {(problem.field, problem.code) for problem in row.problems} == {
        (Field.NAME, "too-long"),
        (Field.UNIT, "unknown"),
        (Field.VAT_RATE, "unknown"),
    }


def test_a_missing_or_zero_sale_price_is_invalid_and_never_becomes_zero() -> None:
    without = exported([erp()], [held()], retail_prices={})["a"]
    free = exported([erp()], [held()], retail_prices={"a": filled(0)})["a"]

    assert [(p.field, p.code) for p in without.problems] == [(Field.RETAIL_PRICE, "missing")]
    assert [(p.field, p.code) for p in free.problems] == [(Field.RETAIL_PRICE, "not-positive")]


def test_a_purchase_price_that_was_not_found_changes_nothing_and_says_why() -> None:
    row = exported([erp(name="Другое")], [held(purchase_price=99)])["a"]

    assert Field.PURCHASE_PRICE not in {change.field for change in row.changes}
    assert row.provenance["purchase_price"]["reason"] == "Нет цены в документах поступления на 2026-01-31"


def test_a_wrong_check_digit_warns_and_does_not_refuse() -> None:
    row = exported([erp(barcodes=("4810000000019",))], [])["a"]

    assert row.status is Status.MISSING
    assert [(problem.code, problem.blocking) for problem in row.problems] == [("check-digit", False)]


def test_the_retail_rate_is_compared_and_none_where_no_vat_is_paid() -> None:
    item = erp(vat_rate=VatRate.TWENTY, retail_vat_rate=VatRate.TEN)

    assert exported([item], [held()])["a"].status is Status.IDENTICAL
    row = exported([item], [held()], vat_payer=False)["a"]
    assert [(c.field, c.before, c.after) for c in row.changes] == [(Field.VAT_RATE, "10", "none")]


def test_a_field_the_cabinet_cannot_hold_is_not_compared() -> None:
    row = exported([erp(group="Иное")], [held()], fields=frozenset(Field) - {Field.GROUP})["a"]

    assert row.status is Status.IDENTICAL


def test_an_archived_item_archives_its_counterpart_and_changes_nothing_else() -> None:
    row = exported([erp(active=False, name="Иное", article=None)], [held()])["a"]

    assert row.changes == (Change(Field.ACTIVE, True, False),)


def test_an_archived_counterpart_is_taken_out_of_the_archive() -> None:
    row = exported([erp()], [held(active=False)])["a"]

    assert row.changes == (Change(Field.ACTIVE, False, True),)


def test_an_archived_item_without_a_counterpart_is_nobodys_business() -> None:
    assert exported([erp(active=False)], []) == {}


def test_an_archived_namesake_gives_way_to_the_active_item() -> None:
    rows = exported([erp("a", active=False), erp("b")], [held("1", active=False), held("2")])

    assert set(rows) == {"b"}
    counterpart = rows["b"].counterpart
    assert counterpart is not None
    assert counterpart.id == "2"


def test_a_new_item_shows_every_field_it_will_get() -> None:
    row = exported([erp(barcodes=(MILK, TEA))], [], purchase_prices={"a": filled(199)})["a"]

    assert {change.field: change.after for change in row.changes} == {
        Field.NAME: "Молоко",
        Field.UNIT: "шт",
        Field.GROUP: "Продукты",
        Field.BARCODE: MILK,
        Field.ARTICLE: "M-1",
        Field.VAT_RATE: "10",
        Field.PURCHASE_PRICE: "1.99",
        Field.RETAIL_PRICE: "2.50",
    }
