"""``$select``, ``$expand``, paging and counting (section f, 8)."""

import pytest

from contract.sandbox_onec.wire import (
    BARCODES,
    BREAD,
    FOOD,
    ITEMS,
    MILK,
    NOTHING,
    OURS,
    OUTLET,
    REPORT,
    Onec,
    refusal,
    report,
    words,
)


async def test_skip_comes_before_top(onec: Onec) -> None:
    found = await onec.rows(ITEMS, "$orderby=Ref_Key&$skip=1&$top=1")

    assert [record["Ref_Key"] for record in found] == [BREAD]


async def test_inlinecount_makes_top_and_skip_ignored(onec: Onec) -> None:
    answer = await onec.get(ITEMS, "$orderby=Ref_Key&$top=1&$skip=1&$inlinecount=allpages")

    assert [record["Ref_Key"] for record in answer.json()["value"]] == [FOOD, BREAD, MILK]
    assert answer.json()["odata.count"] == "3"


async def test_a_count_is_a_bare_number_and_takes_a_filter(onec: Onec) -> None:
    assert (await onec.call("GET", f"{ITEMS}/$count", "")).content == b"3"
    assert (await onec.call("GET", f"{ITEMS}/$count", "$filter=IsFolder eq false")).content == b"2"


async def test_records_are_ordered_by_fields_and_navigations(onec: Onec) -> None:
    down = await onec.rows(ITEMS, "$orderby=IsFolder desc,Description")
    by_parent = await onec.rows(ITEMS, "$orderby=Parent/Description asc,Description desc")

    assert [record["Ref_Key"] for record in down] == [FOOD, MILK, BREAD]
    assert [record["Ref_Key"] for record in by_parent] == [FOOD, BREAD, MILK]


async def test_select_shows_what_was_named_and_no_more(onec: Onec) -> None:
    found = await onec.rows(ITEMS, f"$filter=Ref_Key eq guid'{BREAD}'&$select=Code, Description")

    assert found == [{"Code": "00-00000001", "Description": "Хлеб"}]


async def test_two_stars_leave_tabular_sections_out(onec: Onec) -> None:
    await onec.create(REPORT, report())

    [star] = await onec.rows(REPORT, "$select=*")
    [two_stars] = await onec.rows(REPORT, "$select=**")

    assert {"Товары", "Оплата"} == set(star) - set(two_stars) - {
        name for name in star if name.endswith("navigationLinkUrl")
    }


async def test_select_reaches_into_a_section(onec: Onec) -> None:
    await onec.create(REPORT, report())

    assert (await onec.rows(REPORT, "$select=Товары/LineNumber,Товары/Сумма")) == [
        {"Товары": [{"LineNumber": "1", "Сумма": 12.3}, {"LineNumber": "2", "Сумма": 12.3}]}
    ]


async def test_a_presentation_comes_on_demand(onec: Onec) -> None:
    await onec.create(REPORT, report())

    assert (await onec.rows(REPORT, "$select=Склад____Presentation")) == [{"Склад____Presentation": "Магазин № 1"}]


@pytest.mark.parametrize("name", ["Наименование", "Товары/Наименование", "Склад/Наименование"])
async def test_an_unknown_name_in_select_is_code_6_and_echoed(onec: Onec, name: str) -> None:
    answer = await onec.get(REPORT, f"$select={name}")

    assert refusal(answer) == (400, "6")
    assert name in words(answer)


async def test_expand_without_a_selected_field_does_nothing_silently(onec: Onec) -> None:
    await onec.create(REPORT, report())

    [bare] = await onec.rows(REPORT, "$expand=Склад")
    [selected] = await onec.rows(REPORT, "$expand=Склад&$select=Number,Склад/Description")

    assert "Склад" not in bare
    assert selected == {"Number": "РМ00-000001", "Склад": {"Description": "Магазин № 1"}}


async def test_a_field_of_a_navigation_without_expand_is_left_out_silently(onec: Onec) -> None:
    await onec.create(REPORT, report())

    assert await onec.rows(REPORT, "$select=Number,Склад/Description") == [{"Number": "РМ00-000001"}]


async def test_expand_works_neither_on_one_object_nor_in_a_section(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    one = await onec.get(f"{REPORT}(guid'{OURS}')", "$expand=Склад")

    assert refusal(one) == (400, "14")
    assert refusal(await onec.get(REPORT, "$expand=Товары/Номенклатура")) == (400, "14")


@pytest.mark.parametrize("query", ["$top=x", "$skip=-1", "$inlinecount=some", "$orderby=Code downwards"])
async def test_a_bad_option_value_is_code_14(onec: Onec, query: str) -> None:
    assert refusal(await onec.get(ITEMS, query)) == (400, "14")


async def test_a_hidden_object_fails_the_whole_query_unless_only_allowed_ones_are_asked_for(onec: Onec) -> None:
    await onec.edit(do="hide", kind=ITEMS, ref=MILK)

    assert refusal(await onec.get(ITEMS)) == (401, "20")
    assert {FOOD, BREAD} == await onec.refs(ITEMS, "allowedOnly=true")
    assert refusal(await onec.get(f"{ITEMS}(guid'{MILK}')")) == (401, "20")
    await onec.edit(do="show", kind=ITEMS, ref=MILK)
    assert len(await onec.rows(ITEMS)) == 3


async def test_a_walk_in_pages_meets_every_item_once(onec: Onec) -> None:
    for number in range(25):
        await onec.create(ITEMS, {"Description": f"Товар {number}"})

    seen = [
        record["Ref_Key"]
        for skip in range(0, 30, 10)
        for record in await onec.rows(
            ITEMS, f"$filter=IsFolder eq false&$orderby=Ref_Key&$top=10&$skip={skip}&$select=Ref_Key,DataVersion"
        )
    ]

    assert 27 == len(seen) == len(set(seen))
    assert seen == sorted(seen)


async def test_a_walk_by_key_meets_every_item_once(onec: Onec) -> None:
    for number in range(25):
        await onec.create(ITEMS, {"Description": f"Товар {number}"})
    seen: list[str] = []
    after = NOTHING

    while page := await onec.rows(
        ITEMS,
        f"$filter=Ref_Key gt guid'{after}' and IsFolder eq false&$orderby=Ref_Key&$top=10&$select=Ref_Key",
    ):
        seen += [record["Ref_Key"] for record in page]
        after = seen[-1]

    assert len(seen) == len(set(seen)) == 27
    assert seen == sorted(seen)


async def test_barcodes_are_walked_by_their_key(onec: Onec) -> None:
    found = await onec.rows(BARCODES, "$filter=Штрихкод gt '0481000000002'&$orderby=Штрихкод&$top=1")

    assert [record["Штрихкод"] for record in found] == ["4810000000012"]


async def test_a_warehouse_shows_its_kind(onec: Onec) -> None:
    outlet = await onec.read("Catalog_Склады", OUTLET)

    assert outlet["ТипСклада"] == "НеавтоматизированнаяТорговаяТочка"
