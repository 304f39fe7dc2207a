"""Registers: barcodes, prices, slices (section f, 20)."""

import pytest

from contract.sandbox_onec.wire import (
    BARCODES,
    BREAD,
    DRAFT_PRICES,
    LATER_PRICES,
    MILK,
    PRICES,
    PURCHASE,
    RECEIPT,
    RETAIL,
    Onec,
    refusal,
)

KEY = f"{BARCODES}(Штрихкод='4810000000012')"
PRICE_DOCUMENT = "Document_УстановкаЦенНоменклатуры"


async def test_a_barcode_keeps_its_leading_zero(onec: Onec) -> None:
    found = await onec.rows(BARCODES, f"$filter=Номенклатура_Key eq guid'{MILK}'")

    assert [record["Штрихкод"] for record in found] == ["0481000000002"]
    assert "DataVersion" not in found[0]


async def test_a_record_of_an_independent_register_answers_200_to_post(onec: Onec) -> None:
    answer = await onec.call("POST", BARCODES, json={"Штрихкод": "4810000000029", "Номенклатура_Key": BREAD})

    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert answer.json()["Номенклатура_Key"] == BREAD


async def test_an_occupied_barcode_is_400(onec: Onec) -> None:
    answer = await onec.call("POST", BARCODES, json={"Штрихкод": "4810000000012", "Номенклатура_Key": MILK})

    assert refusal(answer) == (400, "15")
    assert (await onec.get(KEY)).json()["Номенклатура_Key"] == BREAD


async def test_a_record_is_changed_but_not_its_key(onec: Onec) -> None:
    answer = await onec.call("PATCH", KEY, json={"Номенклатура_Key": MILK, "Штрихкод": "1"})

    assert (
        answer.status_code,
        answer.json()["Штрихкод"],
        answer.json()["Номенклатура_Key"],
    ) == (200, "4810000000012", MILK)


async def test_a_record_is_deleted_and_then_missing(onec: Onec) -> None:
    assert (await onec.call("DELETE", KEY)).status_code == 204
    assert refusal(await onec.get(KEY)) == (404, "9")


async def test_a_single_key_may_go_unnamed(onec: Onec) -> None:
    assert (await onec.get(f"{BARCODES}('4810000000012')")).json()["Номенклатура_Key"] == BREAD


@pytest.mark.parametrize("name", [PRICES, "InformationRegister_ЦеныНоменклатуры"])
async def test_a_register_of_a_recorder_is_not_written(onec: Onec, name: str) -> None:
    assert refusal(await onec.call("POST", name, json={"Цена": 1})) == (405, "19")


async def test_only_posted_price_documents_have_records(onec: Onec) -> None:
    found = await onec.rows(PRICES, "$orderby=Period")

    assert [(record["Period"], record["Цена"]) for record in found] == [
        ("2026-01-01T00:00:00", 1.5),
        ("2026-01-20T12:00:00", 1.65),
    ]
    await onec.call("POST", f"{PRICE_DOCUMENT}(guid'{DRAFT_PRICES}')/Post")
    await onec.call("POST", f"{PRICE_DOCUMENT}(guid'{LATER_PRICES}')/Unpost")
    assert [record["Цена"] for record in await onec.rows(PRICES, "$orderby=Period")] == [1.5, 9.99]


@pytest.mark.parametrize(
    ("arguments", "prices"),
    [
        ("", [1.65]),
        ("Period=datetime'2026-01-20T11:59:59'", [1.5]),
        ("Period=datetime'2026-01-20T12:00:00'", [1.65]),
        ("Period=datetime'2025-12-31T00:00:00'", []),
        (f"Condition='ТипЦен_Key eq guid''{RETAIL}'''", [1.65]),
        (f"Period=datetime'2026-01-10T00:00:00',Condition='ТипЦен_Key eq guid''{RETAIL}'''", [1.5]),
        (f"Condition='ТипЦен_Key eq guid'{RETAIL}''", [1.65]),
        (f"Condition='ТипЦен_Key eq guid''{PURCHASE}'''", []),
        (f"Condition='Номенклатура_Key eq guid''{BREAD}'' and ТипЦен_Key eq guid''{RETAIL}'''", [1.65]),
    ],
)
async def test_the_last_slice_is_by_period_and_condition(onec: Onec, arguments: str, prices: list[float]) -> None:
    assert prices == [record["Цена"] for record in await onec.rows(f"{PRICES}/SliceLast({arguments})")]


async def test_a_slice_takes_the_usual_options(onec: Onec) -> None:
    assert await onec.rows(f"{PRICES}/SliceLast()", f"$select=Цена&$filter=Номенклатура_Key eq guid'{BREAD}'") == [
        {"Цена": 1.65}
    ]


async def test_a_function_of_another_set_is_code_21(onec: Onec) -> None:
    assert refusal(await onec.get("InformationRegister_ЦеныНоменклатуры/SliceLast()")) == (400, "21")
    assert refusal(await onec.get(f"{PRICES}/SliceFirst()")) == (400, "21")


async def test_new_prices_arrive_with_a_posted_document(onec: Onec) -> None:
    body = {
        "Date": "2026-01-30T00:00:00",
        "ТипЦен_Key": RETAIL,
        "Posted": True,
        "Товары": [{"LineNumber": "1", "Номенклатура_Key": MILK, "Цена": 2.05}],
    }

    await onec.create(PRICE_DOCUMENT, body)

    found = await onec.rows(f"{PRICES}/SliceLast()", "$orderby=Цена")
    assert [(r["Номенклатура_Key"], r["Цена"]) for r in found] == [(BREAD, 1.65), (MILK, 2.05)]


async def test_a_goods_receipt_carries_quantities_and_sums(onec: Onec) -> None:
    [receipt] = await onec.rows("Document_ПоступлениеТоваровУслуг", "$filter=Posted eq true")

    assert tuple(receipt[name] for name in ("Ref_Key", "Number", "Date", "СуммаДокумента", "СуммаВключаетНДС")) == (
        RECEIPT,
        "0000-000007",
        "2026-01-05T09:00:00",
        12.6,
        True,
    )
    [line] = receipt["Товары"]
    assert tuple(line[name] for name in ("Количество", "Цена", "Сумма", "СтавкаНДС", "СуммаНДС")) == (
        10.5,
        1.2,
        12.6,
        "НДС10",
        1.15,
    )
