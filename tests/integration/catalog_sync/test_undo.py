"""Apply, then undo: what stood before stands again, but for what somebody changed since."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from integration.catalog_sync.shop import OTHER_TOKEN, READ_TOKEN, Shop, barcode, data_of, item, price
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError
from smena.contracts.catalog_events import ITEMS_BOUND
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

OLD = 6
NEW = 4


def plain(n: int) -> CabinetItem:
    """An item of the cabinet in which article, group, unit and prices are empty."""
    return CabinetItem(id=f"old-{n}", name=f"Было {n}", barcodes=(barcode(n), "22"), vat_rate=VatRate.TEN)


async def applied(shop: Shop) -> tuple[dict[str, CabinetItem], Any]:
    """A cabinet of six old items; four more are made, everything of the old is changed. Answers the dump before."""
    shop.catalogue.all_items = [item(n) for n in range(1, OLD + NEW + 1)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, OLD + NEW + 1)]
    shop.cabinet.items = {one.id: one for one in map(plain, range(1, OLD + 1))}
    await shop.pull()
    before = dict(shop.cabinet.items)
    run = await shop.apply(await shop.diff())
    assert (run["result"]["updated"], run["result"]["created"]) == (OLD, NEW)
    return before, run


def active(shop: Shop) -> dict[str, CabinetItem]:
    return {key: one for key, one in shop.cabinet.items.items() if one.active}


async def test_apply_then_undo_gives_the_dump_before_and_archives_what_was_made(shop: Shop) -> None:
    before, run = await applied(shop)

    undone = await shop.undo(run)

    assert undone["state"] == "succeeded"
    assert (undone["kind"], undone["result"]["undone"]) == ("undo", run["id"])
    assert (undone["result"]["restored"], undone["result"]["archived"]) == (OLD, NEW)
    assert undone["progress"] == {"done": OLD + NEW, "total": OLD + NEW}
    assert active(shop) == before
    assert len(shop.cabinet.items) == OLD + NEW


async def test_a_field_changed_since_is_refused_with_both_values_and_the_rest_goes_back(shop: Shop) -> None:
    before, run = await applied(shop)
    shop.cabinet.items["old-1"] = replace(shop.cabinet.items["old-1"], retail_price=Kopecks(555))
    shop.cabinet.items["old-2"] = replace(shop.cabinet.items["old-2"], name="Рукой")

    undone = await shop.undo(run)

    assert (undone["result"]["partly-restored"], undone["result"]["restored"]) == (2, OLD - 2)
    rows = {row["cabinet_item_id"]: row for row in await shop.run_rows(undone, state="partly-restored")}
    assert rows["old-1"]["refused"] == [{"field": "retail_price", "written": "1.00", "found": "5.55"}]
    assert rows["old-2"]["refused"] == [{"field": "name", "written": "Товар 2", "found": "Рукой"}]
    assert "name" in rows["old-2"]["message"]
    assert shop.cabinet.items["old-1"] == replace(before["old-1"], retail_price=Kopecks(555))
    assert shop.cabinet.items["old-2"] == replace(before["old-2"], name="Рукой")


async def test_a_row_all_of_whose_fields_were_changed_since_is_kept_and_nothing_sent(shop: Shop) -> None:
    shop.catalogue.all_items, shop.catalogue.all_prices = [item(1)], [price(1, 100)]
    await shop.pull()
    await shop.apply(await shop.diff())
    shop.catalogue.all_prices = [price(1, 200, document_number="00000002")]
    await shop.pull()
    run = await shop.apply(await shop.diff())
    (held,) = shop.cabinet.items.values()
    shop.cabinet.items[held.id] = replace(held, retail_price=Kopecks(300))
    shop.cabinet.calls.clear()

    undone = await shop.undo(run)

    assert undone["result"]["kept"] == 1
    assert "save_items" not in shop.cabinet.calls
    assert shop.cabinet.items[held.id].retail_price == Kopecks(300)


async def test_what_was_put_back_by_hand_already_is_left_alone(shop: Shop) -> None:
    before, run = await applied(shop)
    made = [one for one in shop.cabinet.items.values() if one.id not in before]
    shop.cabinet.items = {**before, **{one.id: replace(one, active=False) for one in made}}
    shop.cabinet.calls.clear()

    undone = await shop.undo(run)

    assert undone["result"]["unchanged"] == OLD + NEW
    assert "save_items" not in shop.cabinet.calls


async def test_what_the_cabinet_lost_fails_alone(shop: Shop) -> None:
    before, run = await applied(shop)
    del shop.cabinet.items["old-3"]

    undone = await shop.undo(run)

    assert (undone["result"]["failed"], undone["result"]["restored"]) == (1, OLD - 1)
    assert active(shop) == {key: one for key, one in before.items() if key != "old-3"}


async def test_the_same_request_answers_the_same_undo_and_an_undo_is_not_undone(shop: Shop) -> None:
    _, run = await applied(shop)

    answers = await asyncio.gather(*(shop.send("POST", f"/runs/{run['id']}/undo", {}) for _ in range(4)))
    await shop.work()
    calls = len(shop.cabinet.calls)
    again = await shop.undo(run)
    refused = await shop.send("POST", f"/runs/{again['id']}/undo", {})

    assert {answer.json()["id"] for answer in answers} == {again["id"]}
    assert len(shop.cabinet.calls) == calls
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (422, "run-not-undoable")


async def test_a_run_that_is_still_at_work_and_one_of_others_are_refused(shop: Shop) -> None:
    shop.catalogue.all_items, shop.catalogue.all_prices = [item(1)], [price(1, 100)]
    await shop.pull()
    diff = await shop.diff()
    run = (await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})).json()
    path = f"/runs/{run['id']}/undo"

    early = await shop.send("POST", path, {})

    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (409, "run-not-ended")
    assert (await shop.send("POST", path, {}, token=OTHER_TOKEN)).status_code == 404
    assert (await shop.send("POST", path, {}, token=READ_TOKEN)).status_code == 403


async def test_ties_stay_and_the_others_are_told_the_old_values(shop: Shop) -> None:
    _, run = await applied(shop)
    bindings = (await shop.get("/bindings", cabinet="wk-main"))["data"]
    before = len(await shop.events())

    await shop.undo(run)

    assert (await shop.get("/bindings", cabinet="wk-main"))["data"] == bindings
    told = [
        one
        for event in (await shop.events())[before:]
        if event.type == ITEMS_BOUND
        for one in data_of(event)["bindings"]
    ]
    assert {one["name"] for one in told} >= {f"Было {n}" for n in range(1, OLD + 1)}
    assert all(one.get("bound", True) for one in told)


async def test_after_an_undo_the_diff_shows_the_same_changes_and_may_be_applied_again(shop: Shop) -> None:
    _, run = await applied(shop)
    await shop.undo(run)

    diff = await shop.diff()
    again = await shop.apply(diff)

    assert diff["counts"]["differs"] == OLD + NEW
    assert [[c["field"] for c in row["changes"]] for row in await shop.rows(diff)].count(["active"]) == NEW
    assert again["result"]["updated"] == OLD + NEW
    assert (await shop.diff())["counts"]["identical"] == OLD + NEW


@pytest.mark.parametrize("after_effect", [True, False])
async def test_an_unknown_outcome_is_looked_at_and_every_row_ends_once(shop: Shop, after_effect: bool) -> None:
    before, run = await applied(shop)
    real, dropped = shop.cabinet.save_items, [CabinetOutcomeUnknownError("the connection dropped")]

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        if not dropped:
            return await real(items)
        if after_effect:
            await real(items)
        raise dropped.pop()

    shop.cabinet.save_items = save  # type: ignore[method-assign]

    undone = await shop.undo(run)

    assert (undone["result"]["restored"], undone["result"]["archived"]) == (OLD, NEW)
    assert active(shop) == before


async def test_a_row_the_cabinet_rejects_fails_alone(shop: Shop) -> None:
    _, run = await applied(shop)
    real = shop.cabinet.save_items

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        done = list(await real([one for one in items if one.id != "old-2"]))
        results = []
        for index, one in enumerate(items):
            rejected = ItemWriteResult(index, ItemWriteStatus.REJECTED, one.id, "товар в открытой смене")
            results.append(rejected if one.id == "old-2" else replace(done.pop(0), index=index))
        return results

    shop.cabinet.save_items = save  # type: ignore[method-assign]

    undone = await shop.undo(run)

    assert (undone["result"]["failed"], undone["result"]["restored"]) == (1, OLD - 1)
    (row,) = await shop.run_rows(undone, state="failed")
    assert row["message"] == "товар в открытой смене"
