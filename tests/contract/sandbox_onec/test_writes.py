"""POST, PATCH, PUT and DELETE: what live bases accept, drop, cut and refuse (section f, 11 to 15, 18)."""

from datetime import date
from typing import Any

import pytest

from contract.sandbox_onec.wire import (
    BREAD,
    CASH_IN,
    FOOD,
    ITEMS,
    MILK,
    NOTHING,
    OURS,
    OUTLET,
    PIECE,
    REPORT,
    Onec,
    cash_order,
    refusal,
    report,
    row,
    words,
)

ELSEWHERE = "ffffffff-0000-4000-8000-00000000dead"


async def test_post_answers_201_with_the_whole_object(onec: Onec) -> None:
    created = await onec.create(REPORT, report())

    assert created["DataVersion"] == "AAAAAAAAAAA="
    assert created["Number"] == "РМ00-000001"
    assert created["Posted"] is False
    assert created["СуммаДокумента"] == 24.6
    assert [line["LineNumber"] for line in created["Товары"]] == ["1", "2"]
    assert created["Оплата"][0]["СуммаОплаты"] == 10
    shown = await onec.read(REPORT, created["Ref_Key"])
    assert {k: v for k, v in created.items() if k != "odata.metadata"} == {
        k: v for k, v in shown.items() if k != "odata.metadata"
    }


async def test_a_clients_key_is_kept_and_its_repeat_is_code_15(onec: Onec) -> None:
    created = await onec.create(REPORT, report(Ref_Key=OURS.upper()))

    assert created["Ref_Key"] == OURS
    assert refusal(await onec.call("POST", REPORT, json=report(Ref_Key=OURS))) == (400, "15")
    assert len(await onec.rows(REPORT)) == 1


async def test_a_clients_key_is_ignored_where_the_base_makes_its_own() -> None:
    onec = Onec(client_ref="ignored")

    refs = {(await onec.create(REPORT, report(Ref_Key=OURS)))["Ref_Key"] for _ in range(2)}

    assert len(refs) == 2
    assert OURS not in refs


async def test_the_same_calls_make_the_same_keys() -> None:
    keys = [(await Onec().create(REPORT, report()))["Ref_Key"] for _ in range(2)]

    assert keys[0] == keys[1]


async def test_a_refused_write_uses_up_no_key_and_no_number() -> None:
    """Only what was written counts on: the same writes make the same keys, whatever was refused between them."""
    plain, troubled = Onec(), Onec()
    refused = await troubled.call("POST", REPORT, json=report(Posted=True, Склад_Key=NOTHING))
    assert refused.status_code == 500

    made = [await onec.create(REPORT, report()) for onec in (plain, troubled)]

    assert made[0]["Ref_Key"] == made[1]["Ref_Key"]
    assert [document["Number"] for document in made] == ["РМ00-000001", "РМ00-000001"]


async def test_unknown_fields_and_annotations_are_dropped_without_a_word(onec: Onec) -> None:
    created = await onec.create(
        REPORT,
        report(
            НетТакого=1,
            Товары=[row("1", Лишнее="x")],
            **{"Товары@odata.type": f"Collection(StandardODATA.{REPORT}_Товары_RowType)"},
        ),
    )

    assert "НетТакого" not in created
    assert "Лишнее" not in created["Товары"][0]


@pytest.mark.parametrize(
    ("field", "length"), [("Description", 100), ("Артикул", 25), ("НаименованиеПолное", 1000), ("Code", 11)]
)
async def test_an_over_long_text_is_cut_silently(onec: Onec, field: str, length: int) -> None:
    created = await onec.create(ITEMS, {field: "я" * 1001})

    assert "я" * length == created[field]


async def test_a_comment_has_no_length(onec: Onec) -> None:
    assert len((await onec.create(REPORT, report(Комментарий="я" * 5000)))["Комментарий"]) == 5000


async def test_a_dangling_reference_is_stored_as_it_is(onec: Onec) -> None:
    assert (await onec.create(REPORT, report(Склад_Key=ELSEWHERE)))["Склад_Key"] == ELSEWHERE


async def test_a_text_into_a_number_is_ignored_silently(onec: Onec) -> None:
    created = await onec.create(REPORT, report(СуммаДокумента="24.60", Товары=[row("1", Количество="1.5")]))

    assert created["СуммаДокумента"] == 0
    assert created["Товары"][0]["Количество"] == 0


async def test_numbers_are_rounded_to_the_scale_of_the_field(onec: Onec) -> None:
    created = await onec.create(REPORT, report(СуммаДокумента=12.345, Товары=[row("1", Количество=0.12349)]))

    assert created["СуммаДокумента"] == 12.35
    assert created["Товары"][0]["Количество"] == 0.123


@pytest.mark.parametrize(
    "bad",
    [
        {"Склад_Key": "не guid"},
        {"Склад_Key": 5},
        {"СуммаВключаетНДС": "да"},
        {"Date": "31.01.2026"},
        {"Date": "2026-02-30T00:00:00"},
        {"Ref_Key": "x"},
        {"Posted": "true"},
        {"Товары": {"LineNumber": "1"}},
    ],
)
async def test_a_value_of_the_wrong_type_is_code_1(onec: Onec, bad: dict[str, Any]) -> None:
    assert refusal(await onec.call("POST", REPORT, json=report(**bad))) == (400, "1")
    assert await onec.rows(REPORT) == []


async def test_a_list_for_a_text_is_500(onec: Onec) -> None:
    assert refusal(await onec.call("POST", REPORT, json=report(Комментарий=["x"]))) == (500, "-1")


@pytest.mark.parametrize("body", [b'{"Date":', b"", b"[]", b"\xff"])
async def test_broken_json_is_500(onec: Onec, body: bytes) -> None:
    assert refusal(await onec.call("POST", REPORT, content=body)) == (500, "-1")


async def test_an_unknown_enumeration_value_is_refused_or_emptied() -> None:
    body = report(ВидОперации="ОтчетВообще")

    assert refusal(await Onec().call("POST", REPORT, json=body)) == (400, "4")
    assert (await Onec(unknown_enum_value="empty").create(REPORT, body))["ВидОперации"] == ""


@pytest.mark.parametrize(
    ("switch", "written"),
    [("ignore", "2026-01-31T20:00:00"), ("accept", "2026-01-31T23:00:00")],
)
async def test_an_offset_in_a_date_is_ignored_or_accepted(switch: str, written: str) -> None:
    created = await Onec(offset_dates=switch).create(REPORT, report(Date="2026-01-31T20:00:00Z"))

    assert written == created["Date"]


@pytest.mark.parametrize("text", ["2026-01-31T20:00:00Z", "2026-01-31T23:00:00+03:00"])
async def test_an_offset_in_a_date_is_rejected_by_default(onec: Onec, text: str) -> None:
    assert refusal(await onec.call("POST", REPORT, json=report(Date=text))) == (400, "1")


async def test_a_row_without_a_line_number_is_500(onec: Onec) -> None:
    bare = row("1")
    del bare["LineNumber"]

    answer = await onec.call("POST", REPORT, json=report(Товары=[bare]))

    assert refusal(answer) == (500, "-1")
    assert "внутренняя ошибка OData сервиса" in words(answer)


@pytest.mark.parametrize("lines", [["2"], ["1", "3"], ["0", "1"], ["1", "1"]])
async def test_line_numbers_not_from_one_or_with_gaps_are_400(onec: Onec, lines: list[str]) -> None:
    answer = await onec.call("POST", REPORT, json=report(Товары=[row(line) for line in lines]))

    assert answer.status_code == 400


async def test_line_numbers_may_be_sent_as_numbers(onec: Onec) -> None:
    created = await onec.create(REPORT, report(Товары=[row("1") | {"LineNumber": 1}]))

    assert created["Товары"][0]["LineNumber"] == "1"


async def test_a_row_cannot_be_created_by_itself(onec: Onec) -> None:
    assert refusal(await onec.call("POST", f"{REPORT}_Товары", json=row("1"))) == (400, "13")


async def test_patch_answers_200_with_the_whole_object(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    answer = await onec.call("PATCH", f"{REPORT}(guid'{OURS}')", json={"СуммаДокумента": 5, "Ref_Key": ELSEWHERE})

    assert answer.status_code == 200
    assert tuple(answer.json()[name] for name in ("Ref_Key", "СуммаДокумента", "Комментарий")) == (
        OURS,
        5,
        "[smena:a|1]",
    )
    assert len(answer.json()["Товары"]) == 2


async def test_patch_replaces_a_section_as_a_whole(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    answer = await onec.call("PATCH", f"{REPORT}(guid'{OURS}')", json={"Товары": [row("1", Сумма=1)]})

    assert [line["Сумма"] for line in answer.json()["Товары"]] == [1]
    assert len(answer.json()["Оплата"]) == 1


async def test_every_write_counts_the_version_on_even_one_that_changes_nothing(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))
    path = f"{REPORT}(guid'{OURS}')"
    versions = [(await onec.call("PATCH", path, json={})).json()["DataVersion"]]
    await onec.call("POST", f"{path}/Post")
    versions.append((await onec.read(REPORT, OURS))["DataVersion"])
    await onec.call("POST", f"{path}/Unpost")
    versions.append((await onec.call("PATCH", path, json={"DeletionMark": True})).json()["DataVersion"])

    assert versions == ["AAAAAQAAAAA=", "AAAAAgAAAAA=", "AAAABAAAAAA="]


@pytest.mark.parametrize("stale", ["AAAACQAAAAA=", '"AAAACQAAAAA="', 'W/"AAAACQAAAAA="'])
async def test_if_match_is_ignored_whatever_it_holds(onec: Onec, stale: str) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    answer = await onec.call("PATCH", f"{REPORT}(guid'{OURS}')", json={}, headers={"If-Match": stale})

    assert answer.status_code == 200


async def test_if_match_is_honoured_where_the_base_does_what_the_manual_says() -> None:
    onec = Onec(if_match="honoured")
    await onec.create(REPORT, report(Ref_Key=OURS))
    path = f"{REPORT}(guid'{OURS}')"

    stale = await onec.call("PATCH", path, json={}, headers={"If-Match": "AAAACQAAAAA="})
    fresh = await onec.call("PATCH", path, json={}, headers={"If-Match": "AAAAAAAAAAA="})

    assert (stale.status_code, fresh.status_code) == (412, 200)


async def test_put_empties_what_is_missing(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    answer = await onec.call("PUT", f"{REPORT}(guid'{OURS}')", json={"СуммаДокумента": 5})

    emptied = answer.json()
    assert (
        answer.status_code,
        emptied["Комментарий"],
        emptied["Склад_Key"],
        emptied["Товары"],
    ) == (200, "", NOTHING, [])


async def test_a_reference_can_be_bound_by_its_address(onec: Onec) -> None:
    created = await onec.create(
        REPORT,
        {"Склад@odata.bind": f"Catalog_Склады(guid'{OUTLET}')"}
        | {"Товары": [{"LineNumber": "1", "Номенклатура@odata.bind": f"{ITEMS}(guid'{MILK}')"}]},
    )

    assert created["Склад_Key"] == OUTLET
    assert created["Товары"][0]["Номенклатура_Key"] == MILK


async def test_delete_removes_physically(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    answer = await onec.call("DELETE", f"{REPORT}(guid'{OURS}')")

    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(await onec.get(f"{REPORT}(guid'{OURS}')")) == (404, "9")
    assert refusal(await onec.call("DELETE", f"{REPORT}(guid'{OURS}')")) == (404, "9")


async def test_numbers_count_on_per_organisation_and_year(onec: Onec) -> None:
    numbers = [
        (await onec.create(CASH_IN, cash_order(**changes)))["Number"]
        for changes in ({}, {}, {"Date": "2025-12-31T00:00:00"}, {"Организация_Key": NOTHING})
    ]

    assert numbers == ["РМ00-000001", "РМ00-000002", "РМ00-000001", "0000-000001"]


async def test_a_number_that_was_sent_is_kept_and_a_taken_one_refused(onec: Onec) -> None:
    kept = await onec.create(CASH_IN, cash_order(Number="РМ00-000007"))
    taken = await onec.call("POST", CASH_IN, json=cash_order(Number="РМ00-000007"))
    following = await onec.create(CASH_IN, cash_order())

    assert kept["Number"] == "РМ00-000007"
    assert refusal(taken) == (500, "-1")
    assert following["Number"] == "РМ00-000008"


async def test_an_item_gets_a_free_code(onec: Onec) -> None:
    assert (await onec.create(ITEMS, {"Description": "Сыр"}))["Code"] == "00-00000003"


async def test_an_item_without_a_unit_is_stored(onec: Onec) -> None:
    """The check of filling does not run on a plain write."""
    assert (await onec.create(ITEMS, {"Description": "Сыр"}))["БазоваяЕдиницаИзмерения_Key"] == NOTHING


async def test_handlers_refuse_groups_and_repeated_names_where_they_do() -> None:
    onec = Onec(refuse_groups=True, unique_item_names=True)

    group = await onec.call("POST", ITEMS, json={"Description": "Напитки", "IsFolder": True})
    same = await onec.call("POST", ITEMS, json={"Description": "Молоко"})

    assert refusal(group) == (500, "-1")
    assert refusal(same) == (500, "-1")
    assert "Молоко" in words(same)


async def test_a_mark_for_deletion_goes_both_ways(onec: Onec) -> None:
    for mark in (True, False):
        answer = await onec.call("PATCH", f"{ITEMS}(guid'{BREAD}')", json={"DeletionMark": mark})
        assert mark is answer.json()["DeletionMark"]


async def test_an_unposted_document_of_a_closed_day_is_accepted() -> None:
    onec = Onec(closed_until=date(2026, 1, 31))

    assert (await onec.create(REPORT, report()))["Posted"] is False


async def test_a_write_leaves_before_and_after_for_the_journal(onec: Onec) -> None:
    created = await onec.create(REPORT, report(Ref_Key=OURS))
    assert (onec.journal["before"], onec.journal["after"]["Ref_Key"]) == (None, OURS)

    await onec.call("PATCH", f"{REPORT}(guid'{OURS}')", json={"СуммаДокумента": 1})
    assert tuple(onec.journal[side]["СуммаДокумента"] for side in ("before", "after")) == (24.6, 1)

    await onec.call("DELETE", f"{REPORT}(guid'{OURS}')")
    assert (created["Number"], None) == (onec.journal["before"]["Number"], onec.journal["after"])

    await onec.get(ITEMS)
    assert onec.journal is None


async def test_vat_as_a_catalogue_is_a_reference() -> None:
    onec = Onec(vat="catalogue", refunds_section=True)
    rates = {r["Description"]: r["Ref_Key"] for r in await onec.rows("Catalog_СтавкиНДС")}

    created = await onec.create(
        REPORT,
        report(Товары=[row("1", СтавкаНДС_Key=rates["10%"])], Возвраты=[row("1", СтавкаНДС_Key=rates["20%"])]),
    )

    assert "СтавкаНДС" not in created["Товары"][0]
    assert rates["10%"] == created["Товары"][0]["СтавкаНДС_Key"]
    assert rates["20%"] == created["Возвраты"][0]["СтавкаНДС_Key"]
    assert rates["10%"] == (await onec.read(ITEMS, BREAD))["СтавкаНДСВРознице_Key"]


async def test_items_carry_their_unit_group_and_rates(onec: Onec) -> None:
    bread = await onec.read(ITEMS, BREAD)

    assert tuple(
        bread[name]
        for name in (
            "БазоваяЕдиницаИзмерения_Key",
            "Parent_Key",
            "СтавкаНДС",
            "СтавкаНДСВРознице",
            "ВидНоменклатуры",
            "Услуга",
        )
    ) == (PIECE, FOOD, "НДС10", "НДС10", "Товар", False)
