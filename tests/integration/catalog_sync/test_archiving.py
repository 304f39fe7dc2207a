"""Archived and deleted on one side: a change of its own, never a deletion; what reappears comes back."""

from dataclasses import replace
from typing import Any

from integration.catalog_sync.shop import Shop, data_of, item, price
from smena.contracts.catalog_events import ITEMS_BOUND


async def synced(shop: Shop, count: int = 3) -> dict[str, str]:
    """A synchronised shop; answers name → id of the cabinet's items."""
    shop.catalogue.all_items = [item(n) for n in range(1, count + 1)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, count + 1)]
    await shop.pull()
    await shop.apply(await shop.diff())
    return {one.name: one.id for one in shop.cabinet.items.values()}


async def changes(shop: Shop, diff: Any) -> list[Any]:
    return [[(c["field"], c["from"], c["to"]) for c in row["changes"]] for row in await shop.rows(diff)]


async def test_an_archived_item_is_archived_and_shown_as_nothing_else(shop: Shop) -> None:
    ids = await synced(shop)
    shop.catalogue.all_items[0] = item(1, active=False, name="Снят с продажи", article=None)
    await shop.pull()

    diff = await shop.diff()
    run = await shop.apply(diff)

    assert [one for one in await changes(shop, diff) if one] == [[("active", True, False)]]
    assert run["result"]["updated"] == 1
    held = shop.cabinet.items[ids["Товар 1"]]
    assert (held.active, held.name) == (False, "Товар 1")
    assert len(shop.cabinet.items) == 3
    assert (await shop.diff())["counts"]["identical"] == 3


async def test_an_item_that_vanished_from_the_erp_and_came_back_is_the_same_item_again(shop: Shop) -> None:
    ids = await synced(shop)
    gone = shop.catalogue.all_items.pop(0)
    await shop.pull()
    await shop.apply(await shop.diff())
    archived = shop.cabinet.items[ids["Товар 1"]].active
    shop.catalogue.all_items.insert(0, replace(gone, name="Вернулся", version="v2"))
    await shop.pull()

    diff = await shop.diff()
    await shop.apply(diff)

    assert archived is False
    assert [one for one in await changes(shop, diff) if one] == [
        [("name", "Товар 1", "Вернулся"), ("active", False, True)]
    ]
    held = shop.cabinet.items[ids["Товар 1"]]
    assert (held.active, held.name) == (True, "Вернулся")
    assert len(shop.cabinet.items) == 3


async def test_an_item_archived_in_the_cabinet_is_shown_and_brought_back(shop: Shop) -> None:
    ids = await synced(shop)
    shop.cabinet.items[ids["Товар 2"]] = replace(shop.cabinet.items[ids["Товар 2"]], active=False)

    diff = await shop.diff()
    await shop.apply(diff)

    assert [one for one in await changes(shop, diff) if one] == [[("active", False, True)]]
    assert shop.cabinet.items[ids["Товар 2"]].active


async def test_an_item_deleted_in_the_cabinet_is_made_anew_and_its_old_tie_told_as_ended(shop: Shop) -> None:
    ids = await synced(shop)
    del shop.cabinet.items[ids["Товар 3"]]
    before = len(await shop.events())

    diff = await shop.diff()
    run = await shop.apply(diff)

    assert (diff["counts"]["missing"], run["result"]["created"]) == (1, 1)
    (made,) = [one.id for one in shop.cabinet.items.values() if one.name == "Товар 3"]
    assert made != ids["Товар 3"]
    told = [
        (one["cabinet_item_id"], one.get("bound", True))
        for event in (await shop.events())[before:]
        if event.type == ITEMS_BOUND
        for one in data_of(event)["bindings"]
    ]
    assert told == [(ids["Товар 3"], False), (made, True)]
    assert (await shop.diff())["counts"]["identical"] == 3


async def test_an_archived_item_that_never_was_in_the_cabinet_is_not_shown(shop: Shop) -> None:
    await synced(shop)
    shop.catalogue.all_items.append(item(9, active=False))
    await shop.pull()

    assert len(await shop.rows(await shop.diff())) == 3
