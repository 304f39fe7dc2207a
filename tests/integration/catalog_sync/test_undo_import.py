"""An import taken back: the ERP holds what it held, but for what somebody changed since."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from integration.catalog_sync.imports import PRICED, erp_item, fill, held, import_diff, outcome
from integration.catalog_sync.shop import Shop, barcode, price
from smena.erp.catalogue import ErpItem
from smena.erp.errors import ErpOutcomeUnknownError
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

AT_NOON = datetime.fromisoformat("2026-01-31T09:00Z")


async def imported(shop: Shop) -> str:
    """Item 1 renamed, of another rate and price; item 2 of another barcode; item 3 new; item 4 equal."""
    shop.catalogue.all_items = [erp_item(n, retail_vat_rate=VatRate.TWENTY) for n in (1, 2, 4)]
    shop.catalogue.all_prices = [price(1, 55, effective_at=AT_NOON), price(2, 200), price(4, 400)]
    fill(shop, *(held(n) for n in (1, 2, 4)))
    shop.cabinet.items["good-1"] = held(1, retail_price=Kopecks(55))
    await shop.pull()
    await shop.apply(await import_diff(shop, prices=PRICED))
    fill(shop, held(1, name="Новое", article="N-1", vat_rate=VatRate.TEN, retail_price=Kopecks(99)))
    fill(shop, held(2, barcodes=(barcode(22),)), held(3))
    run = await shop.apply(await import_diff(shop, prices=PRICED))
    assert run["result"]["created"] == 1
    assert run["result"]["updated"] == 2
    shop.catalogue.writes.clear()
    return str(run["id"])


async def undo(shop: Shop, run: str) -> Any:
    answer = await shop.send("POST", f"/runs/{run}/undo", {})
    assert answer.status_code == 202, answer.text
    await shop.work()
    return await outcome(shop, answer.json()["id"])


def in_use(shop: Shop) -> dict[str, ErpItem]:
    return {item.ref: replace(item, version=None) for item in shop.catalogue.all_items if item.active}


async def test_an_import_undone_leaves_in_use_what_was_there_before(shop: Shop) -> None:
    run = await imported(shop)

    result = await undo(shop, run)

    before = [erp_item(n, retail_vat_rate=VatRate.TWENTY, version=None) for n in (1, 2, 4)]
    assert in_use(shop) == {item.ref: item for item in before}
    assert [item.active for item in shop.catalogue.all_items] == [True, True, True, False]
    assert (result["restored"], result["archived"], result["rows"]) == (2, 1, 3)
    assert [kind for kind, _ in shop.catalogue.writes].count("prices") == 1
    await shop.pull()
    fill(shop, held(1, retail_price=Kopecks(55)), held(2))
    del shop.cabinet.items["good-3"]
    assert (await import_diff(shop, prices=PRICED))["counts"]["identical"] == 3


async def test_a_field_changed_since_is_left_alone_and_said(shop: Shop) -> None:
    run = await imported(shop)
    first = shop.catalogue.all_items[0]
    shop.catalogue.all_items[0] = replace(first, name="Имя бухгалтера")

    result = await undo(shop, run)

    assert result["partly-restored"] == 1
    one = in_use(shop)["item-000001"]
    assert (one.name, one.article, one.retail_vat_rate) == ("Имя бухгалтера", "A-1", VatRate.TWENTY)


async def test_a_price_that_was_not_there_before_is_left_and_said(shop: Shop) -> None:
    fill(shop, held(1))
    shop.catalogue.all_items = [erp_item(1)]
    await shop.pull()
    run = await shop.apply(await import_diff(shop, prices=PRICED))

    result = await undo(shop, run["id"])

    assert result["kept"] == 1
    assert len(shop.catalogue.price_documents) == 1


async def test_an_undo_asked_again_is_the_same_and_writes_nothing_more(shop: Shop) -> None:
    run = await imported(shop)
    first = await undo(shop, run)
    writes = list(shop.catalogue.writes)

    again = await undo(shop, run)

    assert again == first
    assert shop.catalogue.writes == writes


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("after_effect", [True, False])
@pytest.mark.parametrize("call", ["change_item", "add_barcode", "remove_barcode", "create_prices", "post_prices"])
async def test_an_answer_lost_in_an_undo_is_looked_up(shop: Shop, call: str, after_effect: bool, keeps: bool) -> None:
    run = await imported(shop)
    shop.catalogue.keeps_client_ref = keeps
    shop.catalogue.fail_next(call, ErpOutcomeUnknownError("lost"), after_effect=after_effect)

    result = await undo(shop, run)

    assert (result["restored"], result["archived"]) == (2, 1)
    assert not shop.catalogue._failures, "the fault never struck"
    assert sorted(kind for kind, _ in shop.catalogue.writes) == sorted(
        ["change"] * 2 + ["barcode", "no-barcode", "prices", "post"]
    )


async def test_what_went_through_the_feed_is_not_undone_here(shop: Shop) -> None:
    shop.replace_erp(None)
    fill(shop, held(1))
    run = await shop.apply(await import_diff(shop))

    answer = await shop.send("POST", f"/runs/{run['id']}/undo", {})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/run-not-undoable")
