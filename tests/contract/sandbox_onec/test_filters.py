"""``$filter``: its real grammar (section f, 2, 7 and 9)."""

import pytest

from contract.sandbox_onec.wire import (
    BREAD,
    CARD,
    FIRST_PRICES,
    FOOD,
    ITEMS,
    LATER_PRICES,
    MILK,
    OURS,
    OUTLET,
    PRICES,
    REPORT,
    ROMASHKA,
    Onec,
    refusal,
    report,
    row,
    words,
)

PRICE_DOCUMENT = "Document_УстановкаЦенНоменклатуры"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IsFolder eq true", {FOOD}),
        ("not IsFolder", {BREAD, MILK}),
        ("not (Description eq 'Хлеб' or IsFolder eq true)", {MILK}),
        ("Description eq 'Хлеб' or Description eq 'Молоко' and Артикул eq 'нет'", {BREAD}),
        ("(Description eq 'Хлеб' or Description eq 'Молоко') and Артикул eq 'нет'", set()),
        (f"Ref_Key eq guid'{BREAD}'", {BREAD}),
        (f"Ref_Key eq guid'{BREAD}' or Ref_Key eq guid'{MILK}'", {BREAD, MILK}),
        (f"Ref_Key eq guid'{BREAD}' and DeletionMark eq true", set()),
        (f"Ref_Key gt guid'{BREAD}'", {MILK}),
        (f"Parent_Key eq guid'{FOOD}'", {BREAD, MILK}),
        (f"Parent_Key ne guid'{FOOD}'", {FOOD}),
        ("startswith(Description,'Хл')", {BREAD}),
        ("endswith(Description,'ко') eq true", {MILK}),
        ("substringof('олок',Description)", {MILK}),
        ("substringof('ОЛОК',Description)", set()),
        ("like(НаименованиеПолное,'хлеб%25')", {BREAD}),
        ("concat(Code,Description) eq '00-00000001Хлеб'", {BREAD}),
        ("substring(Description,1,2) eq 'Хл'", {BREAD}),
        ("Parent/Description eq 'Продукты'", {BREAD, MILK}),
        ("Description eq 'О''Генри'", set()),
    ],
)
async def test_a_filter_finds_items(onec: Onec, text: str, found: set[str]) -> None:
    assert found == await onec.refs(ITEMS, f"$filter={text}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Date ge datetime'2026-01-20T12:00:00' and Posted eq true", {LATER_PRICES}),
        ("Date lt datetime'2026-01-20T12:00:00'", {FIRST_PRICES}),
        ("Date gt datetime'2026-01-01T00:00:00' and Date le datetime'2026-01-20T12:00:00'", {LATER_PRICES}),
        ("day(Date) eq 20 and month(Date) eq 1 and year(Date) eq 2026 and hour(Date) eq 12", {LATER_PRICES}),
        ("Товары/any(t: t/Цена gt 1.60) and Posted", {LATER_PRICES}),
        ("Товары/all(t: t/Цена lt 1.6) and Posted eq true", {FIRST_PRICES}),
        (f"Товары/any(t: t/Номенклатура_Key eq guid'{MILK}')", set()),
        ("Товары/any(t: t/LineNumber eq 1 and Number eq '0000-000001')", {FIRST_PRICES}),
    ],
)
async def test_a_filter_finds_documents(onec: Onec, text: str, found: set[str]) -> None:
    assert found == await onec.refs(PRICE_DOCUMENT, f"$filter={text}")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("СуммаДокумента eq 24.6", 1),
        ("СуммаДокумента add 0.1 eq 24.7", 1),
        ("СуммаДокумента sub 0.6 mul 2 eq 23.4", 1),
        ("СуммаДокумента+0.4 eq 25", 1),
        ("СуммаДокумента - 0.6 eq 24 and СуммаДокумента div 2 gt 12.2", 1),
        ("round(СуммаДокумента) eq 25", 1),
        ("СуммаДокумента lt -1", 0),
    ],
)
async def test_sums_are_calculated_in_decimals(onec: Onec, text: str, count: int) -> None:
    await onec.create(REPORT, report())

    assert count == len(await onec.rows(REPORT, f"$filter={text}"))


async def test_a_plus_is_no_space(onec: Onec) -> None:
    """What ``requests`` and ``httpx`` make of ``params=``."""
    answer = await onec.get(ITEMS, "$filter=Артикул+eq+'X-1'")

    assert refusal(answer) == (500, "-1")
    assert words(answer) == 'Операция не разрешена в предложении "ГДЕ"'


@pytest.mark.parametrize(
    "call", ["length(Code)", "indexof(Code,'1')", "tolower(Code)", "trim(Code)", "floor(1)", "выдумка(Code)"]
)
async def test_a_function_1c_does_not_have_is_code_21(onec: Onec, call: str) -> None:
    assert refusal(await onec.get(ITEMS, f"$filter={call} eq 1")) == (400, "21")


@pytest.mark.parametrize(
    "text", ["Description eq", "Description eq 'x", "(IsFolder", "IsFolder)", "Ref_Key eq guid'x'", "a ? b"]
)
async def test_text_that_is_no_filter_is_code_1(onec: Onec, text: str) -> None:
    assert refusal(await onec.get(ITEMS, f"$filter={text}")) == (400, "1")


async def test_an_unknown_field_is_400_and_echoed(onec: Onec) -> None:
    answer = await onec.get(ITEMS, "$filter=Наименовние eq 'Хлеб'")

    assert refusal(answer) == (400, "6")
    assert "Наименовние" in words(answer)


async def test_an_unknown_field_finds_nothing_where_the_base_is_silent() -> None:
    assert await Onec(unknown_filter_field="empty").rows(ITEMS, "$filter=Наименовние eq 'Хлеб'") == []


async def test_a_plain_guid_on_a_composite_field_finds_nothing(onec: Onec) -> None:
    assert await onec.rows(PRICES, f"$filter=Recorder eq guid'{FIRST_PRICES}'") == []


async def test_a_cast_guid_on_a_composite_field_finds_its_records(onec: Onec) -> None:
    found = await onec.rows(PRICES, f"$filter=Recorder eq cast(guid'{FIRST_PRICES}','{PRICE_DOCUMENT}')")

    assert [record["Цена"] for record in found] == [1.5]
    assert len(await onec.rows(PRICES, f"$filter=isof(Recorder,'{PRICE_DOCUMENT}')")) == 2


async def test_the_marker_of_a_comment_is_found(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))
    await onec.create(REPORT, report(Комментарий="[smena:a|12]"))

    assert {OURS} == await onec.refs(
        REPORT,
        "$filter=substringof('[smena:a|1]',Комментарий) and Date ge datetime'2026-01-31T00:00:00'"
        " and Date le datetime'2026-01-31T23:59:59'&$select=Ref_Key,Number,Date,Posted,DeletionMark,DataVersion",
    )


async def test_under_like_rules_a_marker_finds_strangers_too() -> None:
    """``[smena:a|1]`` is then a set of characters, and case does not matter."""
    onec = Onec(comment_like_rules=True)
    ours = await onec.create(REPORT, report())
    stranger = await onec.create(REPORT, report(Комментарий="ПРИНЯТА ВЫРУЧКА: касса 1"))
    other = await onec.create(REPORT, report(Комментарий="Ok"))

    found = await onec.refs(REPORT, "$filter=substringof('[smena:a|1]',Комментарий)")

    assert {ours["Ref_Key"], stranger["Ref_Key"]} == found
    assert {other["Ref_Key"]} == await onec.refs(REPORT, "$filter=startswith(Комментарий,'o_')")


async def test_a_kept_answer_does_not_outlive_the_rules_it_was_found_by(onec: Onec) -> None:
    created = await onec.create(REPORT, report())
    question = "$filter=substringof('SMENA',Комментарий)"
    assert await onec.refs(REPORT, question) == set()

    await onec.control("POST", "switches", {"comment_like_rules": True})

    assert await onec.refs(REPORT, question) == {created["Ref_Key"]}


async def test_an_unlimited_text_cannot_be_compared(onec: Onec) -> None:
    answer = await onec.get(REPORT, "$filter=Комментарий eq '[smena:a|1]'")

    assert refusal(answer) == (500, "-1")
    assert "неограниченной длины" in words(answer)


async def test_operands_of_different_types_are_refused(onec: Onec) -> None:
    assert refusal(await onec.get(ITEMS, f"$filter=Ref_Key eq '{BREAD}'")) == (400, "4")


async def test_pages_without_an_order_come_in_another_order_each_time(onec: Onec) -> None:
    for number in range(30):
        await onec.create(ITEMS, {"Description": f"Товар {number}"})

    pages = [[r["Ref_Key"] for r in await onec.rows(ITEMS, "$top=20")] for _ in range(2)]

    assert pages[0] != pages[1]
    ordered = [[r["Ref_Key"] for r in await onec.rows(ITEMS, "$top=20&$orderby=Ref_Key")] for _ in range(2)]
    assert ordered[0] == ordered[1] == sorted(ordered[0])


async def test_rows_of_a_section_are_a_set_of_their_own(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Товары=[row("1"), row("2", Сумма=7)]))
    await onec.create(REPORT, report())

    found = await onec.rows(f"{REPORT}_Товары", f"$filter=Ref_Key eq guid'{OURS}'&$orderby=LineNumber desc")

    assert [(r["LineNumber"], r["Сумма"]) for r in found] == [("2", 7), ("1", 12.3)]
    one = await onec.get(f"{REPORT}_Товары(Ref_Key=guid'{OURS}',LineNumber=2)")
    assert one.json()["Сумма"] == 7


async def test_a_shift_is_found_by_exact_keys(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    text = f"Организация_Key eq guid'{ROMASHKA}' and Склад_Key eq guid'{OUTLET}' and СуммаДокумента eq 24.60"
    assert {OURS} == await onec.refs(REPORT, f"$filter={text}")
    assert {OURS} == await onec.refs(REPORT, f"$filter=Оплата/any(p: p/ВидОплаты_Key eq guid'{CARD}')")
