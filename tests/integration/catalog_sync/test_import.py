"""An import writes exactly what was shown into the ERP, each item once, whatever the ERP answers."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from integration.catalog_sync.imports import PRICED, counts, erp_item, fill, held, import_diff, outcome, promised
from integration.catalog_sync.shop import Shop, barcode, data_of, price
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND
from smena.erp.errors import ErpOutcomeUnknownError, ErpRefusedError, ErpUnavailableError
from smena.erp.item_writes import imported_ref
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

LOST = ErpOutcomeUnknownError("the connection dropped")


async def seen(shop: Shop, *items: Any) -> None:
    shop.catalogue.all_items = list(items)
    await shop.pull()


async def test_items_only_the_cabinet_has_end_in_the_erp_without_a_group(shop: Shop) -> None:
    fill(shop, held(1), held(2, unit="кг", vat_rate=VatRate.TEN))
    await seen(shop)

    run = await shop.apply(await import_diff(shop))

    assert counts(run["result"]) == {"created": 2}
    made = {one.name: one for one in shop.catalogue.all_items}
    assert set(made) == {"Товар 1", "Товар 2"}
    two = made["Товар 2"]
    assert (two.full_name, two.article, two.unit, two.barcodes) == ("Товар 2", "A-2", "кг", (barcode(2),))
    assert (two.vat_rate, two.retail_vat_rate, two.group, two.active) == (VatRate.TEN, VatRate.TEN, None, True)
    assert two.ref == imported_ref("wk-main", "good-2")
    assert shop.catalogue.price_documents == {}


async def test_after_an_import_a_new_diff_is_identical_and_a_second_apply_writes_nothing(shop: Shop) -> None:
    fill(shop, held(1), held(2, name="  Сыр  «Б» "), held(3, barcodes=()))
    await seen(shop, erp_item(2, name="Сыр"))
    await shop.apply(await import_diff(shop, prices=PRICED))
    writes = list(shop.catalogue.writes)
    at_once = await import_diff(shop, prices=PRICED)
    await shop.pull()
    before = await shop.written()

    again = await import_diff(shop, prices=PRICED)
    run = await shop.apply(again)

    assert at_once["counts"]["identical"] == again["counts"]["identical"] == 3
    assert run["result"]["rows"] == 0
    assert shop.catalogue.writes == writes
    assert await shop.written() == before
    assert {one.name for one in shop.catalogue.all_items} == {"Товар 1", "  Сыр  «Б» ", "Товар 3"}


async def test_only_the_shown_fields_are_written_and_nothing_else_moves(shop: Shop) -> None:
    fill(shop, held(1, name="Новое имя", vat_rate=VatRate.TEN), held(2, barcodes=(barcode(22),)), held(3))
    known = [erp_item(n, full_name=f"Полное {n}", retail_vat_rate=VatRate.TWENTY) for n in (1, 2, 3)]
    await seen(shop, *known)
    bound = await promised(shop, await import_diff(shop))
    await shop.work()
    assert counts(await outcome(shop, bound)) == {"bound": 1, "created": 1, "updated": 1}

    held_now = {one.ref: one for one in shop.catalogue.all_items}
    one = held_now["item-000001"]
    assert one == replace(known[0], name="Новое имя", retail_vat_rate=VatRate.TEN, version=one.version)
    assert held_now["item-000002"] == known[1]
    assert held_now["item-000003"] == known[2]


async def test_a_bound_item_whose_barcode_changed_gets_the_new_one_instead_of_the_old(shop: Shop) -> None:
    fill(shop, held(1))
    await seen(shop, erp_item(1, barcodes=(barcode(1), "2000000000008")))
    await shop.apply(await import_diff(shop))
    fill(shop, held(1, barcodes=(barcode(7),)))

    diff = await import_diff(shop)
    (row,) = await shop.rows(diff)
    run = await shop.apply(diff)

    assert [(c["field"], c["from"], c["to"]) for c in row["changes"]] == [("barcode", barcode(1), barcode(7))]
    assert counts(run["result"]) == {"updated": 1}
    assert shop.catalogue.writes == [("barcode", barcode(7)), ("no-barcode", barcode(1))]
    assert (await import_diff(shop))["counts"]["identical"] == 1


async def test_prices_go_by_one_document_of_the_run_dated_as_of(shop: Shop) -> None:
    fill(shop, *(held(n) for n in range(1, 6)), held(6, retail_price=Kopecks(0)))
    await seen(shop, erp_item(1), erp_item(2))
    shop.catalogue.all_prices = [price(1, 100), price(2, 55, effective_at=datetime.fromisoformat("2026-01-31T12:00Z"))]
    await shop.pull()
    diff = await import_diff(shop, prices=PRICED)

    run = await shop.apply(diff)

    ((setting, made),) = shop.catalogue.price_documents.values()
    assert counts(run["result"]) == {"created": 4, "updated": 1, "bound": 1}
    assert (made.posted, setting.at, setting.price_type) == (True, datetime(2026, 1, 31, 15, 0, 1), "Розничная")
    assert sorted(setting.prices.values()) == [200, 300, 400, 500]
    assert setting.marker == f"[smena:price-setting|romashka|{run['id']}|Розничная|1]"
    again = await import_diff(shop, prices=PRICED)
    assert again["counts"]["identical"] == 6


async def test_what_was_made_is_bound_and_told(shop: Shop) -> None:
    fill(shop, held(1), held(2))
    await seen(shop, erp_item(2))
    await shop.apply(await import_diff(shop))

    bindings = (await shop.get("/bindings", cabinet="wk-main"))["data"]
    told = [one for event in await shop.events() if event.type == ITEMS_BOUND for one in data_of(event)["bindings"]]
    applied = [data_of(event) for event in await shop.events() if event.type == DIFF_APPLIED]
    expected = {imported_ref("wk-main", "good-1"): "good-1", "item-000002": "good-2"}
    assert {one["item_ref"]: one["cabinet_item_id"] for one in bindings} == expected
    assert {one["item_ref"]: one["cabinet_item_id"] for one in told} == expected
    assert [(one["direction"], one["counts"]["created"]) for one in applied] == [("import", 1)]


@pytest.mark.parametrize("side", ["cabinet", "erp-item", "erp-price", "erp-barcode"])
async def test_either_side_that_moved_is_answered_409_and_nothing_is_written(shop: Shop, side: str) -> None:
    fill(shop, held(1, name="Новое"), held(2))
    await seen(shop, erp_item(1), erp_item(3))
    diff = await import_diff(shop, prices=PRICED)
    if side == "cabinet":
        fill(shop, held(1, name="Другое"))
    elif side == "erp-item":
        shop.catalogue.all_items[0] = erp_item(1, article="рукой", version="v-new")
    elif side == "erp-price":
        shop.catalogue.all_prices.append(price(1, 999))
    else:
        shop.catalogue.all_items[1] = erp_item(3, barcodes=(barcode(2),), version="v-new")

    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    await shop.work()

    assert answer.status_code == 409, answer.text
    assert answer.json()["type"].endswith("/diff-outdated")
    assert len(answer.json()["rows"]) == 1
    assert shop.catalogue.writes == []


async def test_a_save_in_the_erp_that_changed_nothing_outdates_nothing(shop: Shop) -> None:
    fill(shop, held(1, name="Новое"))
    await seen(shop, erp_item(1))
    diff = await import_diff(shop)
    shop.catalogue.all_items[0] = erp_item(1, version="v-saved-again")

    run = await shop.apply(diff)

    assert counts(run["result"]) == {"updated": 1}


async def test_a_row_that_moves_between_the_promise_and_the_writing_fails_alone(shop: Shop) -> None:
    fill(shop, held(1), held(2), held(3, name="Новое"))
    await seen(shop, erp_item(3))
    run = await promised(shop, await import_diff(shop))
    shop.catalogue.all_items[0] = erp_item(3, article="рукой", version="v-hand")
    shop.catalogue.all_items.append(erp_item(9, barcodes=(barcode(2),)))

    await shop.work()

    assert counts(await outcome(shop, run)) == {"created": 1, "outdated": 2}
    assert [one.name for one in shop.catalogue.all_items] == ["Товар 3", "Товар 9", "Товар 1"]


async def test_a_row_the_erp_refuses_fails_by_name_and_the_others_go_on(shop: Shop) -> None:
    fill(shop, held(1, unit="бочка"), held(2), held(3, name="Занято"))
    shop.catalogue.unique_names = True
    await seen(shop, erp_item(8, name="Занято"))

    run = await shop.apply(await import_diff(shop))

    rows = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    said = " ".join(row["message"] for row in rows if row["state"] == "failed")
    assert counts(run["result"]) == {"created": 1, "failed": 2}
    assert [row["message"] for row in rows if row["state"] == "created"] == [None]
    assert "бочка" in said
    assert "уже существует" in said


async def test_the_same_diff_and_rows_answer_the_same_run_and_two_at_once_get_one(shop: Shop) -> None:
    fill(shop, *(held(n) for n in range(1, 5)))
    await seen(shop)
    diff = await import_diff(shop)

    answers = await asyncio.gather(
        *(shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"}) for _ in range(3))
    )
    await shop.work()
    again = await shop.apply(diff)

    assert {answer.json()["id"] for answer in answers} == {again["id"]}
    assert len(shop.catalogue.all_items) == 4


CALLS = ["create_item", "change_item", "add_barcode", "remove_barcode", "create_prices", "post_prices"]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("call", CALLS)
async def test_a_lost_answer_is_looked_up_and_each_thing_stands_once(
    shop: Shop, call: str, after_effect: bool, keeps: bool
) -> None:
    fill(shop, held(2, name="Новое"), held(4))
    await seen(shop, erp_item(2), erp_item(4))
    await shop.apply(await import_diff(shop, prices=PRICED))
    shop.catalogue.keeps_client_ref = keeps
    fill(shop, held(1), held(2, name="Ещё новее", retail_price=Kopecks(7)), held(3), held(4, barcodes=(barcode(44),)))
    shop.catalogue.writes.clear()
    run = await promised(shop, await import_diff(shop, prices=PRICED))
    shop.catalogue.fail_next(call, LOST, after_effect=after_effect)

    await shop.work()

    assert counts(await outcome(shop, run)) == {"created": 2, "updated": 2}
    kinds = [kind for kind, _ in shop.catalogue.writes]
    assert sorted(kinds) == sorted(
        ["create"] * 2 + ["change"] + ["barcode"] * 3 + ["no-barcode"] + ["prices"] + ["post"]
    )
    assert sorted(one.name for one in shop.catalogue.all_items) == ["Ещё новее", "Товар 1", "Товар 3", "Товар 4"]
    assert len(shop.catalogue.price_documents) == 2
    assert not shop.catalogue._failures, "the fault never struck"
    assert (await import_diff(shop, prices=PRICED))["counts"]["identical"] == 4


async def test_an_erp_that_goes_down_is_waited_for(shop: Shop) -> None:
    fill(shop, held(1), held(2))
    await seen(shop)
    run = await promised(shop, await import_diff(shop))
    shop.catalogue.fail_next("create_item", ErpUnavailableError("down"))

    async with asyncio.timeout(30):
        while (await shop.get(f"/runs/{run}"))["state"] != "succeeded":
            await shop.work()

    assert len(shop.catalogue.all_items) == 2
    assert [kind for kind, _ in shop.catalogue.writes].count("create") == 2


async def test_an_erp_that_is_away_at_the_promise_is_answered_503(shop: Shop) -> None:
    fill(shop, held(1))
    await seen(shop)
    diff = await import_diff(shop)
    shop.catalogue.failure = ErpUnavailableError("down")

    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/erp-unavailable")


async def test_a_closed_period_fails_the_prices_in_1cs_words_and_keeps_the_items(shop: Shop) -> None:
    fill(shop, held(1), held(2))
    await seen(shop)
    run = await promised(shop, await import_diff(shop, prices=PRICED))
    shop.catalogue.fail_next("post_prices", ErpRefusedError("Период закрыт", code="-1"))

    await shop.work()

    assert counts(await outcome(shop, run)) == {"failed": 2}
    messages = {row["message"] for row in (await shop.get(f"/runs/{run}/rows"))["data"]}
    assert messages == {"Товар записан, цена нет: Период закрыт"}
    assert len((await shop.get("/bindings", cabinet="wk-main"))["data"]) == 2
    assert len(shop.catalogue.all_items) == 2


async def test_two_items_of_one_name_are_two_even_when_an_answer_is_lost(shop: Shop) -> None:
    shop.catalogue.keeps_client_ref = False
    fill(shop, held(1, name="Хлеб", article=None), held(2, name="Хлеб", article=None))
    await seen(shop, erp_item(9, name="Хлеб", article=None, barcodes=()))
    run = await promised(shop, await import_diff(shop))
    shop.catalogue.fail_next("create_item", LOST, after_effect=True)

    await shop.work()

    assert counts(await outcome(shop, run)) == {"created": 2}
    assert sorted(one.barcodes for one in shop.catalogue.all_items) == [(), (barcode(1),), (barcode(2),)]


async def test_an_item_archived_in_the_cabinet_is_marked_and_never_deleted(shop: Shop) -> None:
    fill(shop, held(1, active=False))
    await seen(shop, erp_item(1))

    run = await shop.apply(await import_diff(shop))

    assert counts(run["result"]) == {"updated": 1}
    assert [one.active for one in shop.catalogue.all_items] == [False]


async def test_before_values_of_the_erp_are_shown_with_the_row(shop: Shop) -> None:
    fill(shop, held(1, name="Новое"))
    await seen(shop, erp_item(1))
    shop.catalogue.all_prices = [price(1, 55)]
    await shop.pull()

    run = await shop.apply(await import_diff(shop, prices=PRICED))

    (row,) = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    assert (row["before"]["id"], row["before"]["name"], row["before"]["retail_price"]) == (
        "item-000001",
        "Товар 1",
        "0.55",
    )
