"""Matching by hand and in bulk: nothing is tied without a person, and what she ties lasts."""

import asyncio
from dataclasses import replace
from typing import Any

from integration.catalog_sync.shop import OTHER_TOKEN, READ_TOKEN, Shop, barcode, data_of, item, price
from smena.cabinets.items import CabinetItem
from smena.contracts.catalog_events import ITEMS_BOUND
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate


def held(item_id: str, n: int, **changes: Any) -> CabinetItem:
    """The cabinet's item that is the ERP's item ``n`` but for its barcode."""
    fields: dict[str, Any] = {
        "id": item_id,
        "name": f"Товар {n}",
        "unit": "шт",
        "group": "Продукты/Разное",
        "article": f"A-{n}",
        "vat_rate": VatRate.TWENTY,
        "retail_price": Kopecks(100 * n),
    }
    return CabinetItem(**{**fields, **changes})


async def filled(shop: Shop, *items: CabinetItem, count: int = 4) -> Any:
    shop.catalogue.all_items = [item(n) for n in range(1, count + 1)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, count + 1)]
    shop.cabinet.items = {one.id: one for one in items}
    await shop.pull()
    return await shop.diff()


async def row_of(shop: Shop, diff: Any, n: int) -> Any:
    (row,) = [one for one in await shop.rows(diff) if one["item"] and one["item"]["ref"] == f"item-{n:06d}"]
    return row


async def decide(shop: Shop, diff: Any, body: Any, status: int = 200) -> Any:
    answer = await shop.send("POST", f"/diffs/{diff['id']}/matches", body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def proposals(shop: Shop, diff: Any, **query: Any) -> Any:
    path = f"/diffs/{diff['id']}/proposals" + "".join(f"?{name}={value}" for name, value in query.items())
    answer = await shop.send("POST", path, {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def bound(shop: Shop) -> dict[str, tuple[str, str]]:
    rows = (await shop.get("/bindings", cabinet="wk-main"))["data"]
    return {one["item_ref"]: (one["cabinet_item_id"], one["by"]) for one in rows}


async def told(shop: Shop) -> list[tuple[str, str, bool]]:
    return [
        (one["item_ref"], one["cabinet_item_id"], one.get("bound", True))
        for event in await shop.events()
        if event.type == ITEMS_BOUND
        for one in data_of(event)["bindings"]
    ]


async def test_proposals_tell_unique_pairs_from_several_candidates_and_write_nothing(shop: Shop) -> None:
    diff = await filled(
        shop,
        held("a", 1),
        held("b", 2, article=None, name="товар  2 "),
        held("c", 3),
        held("d", 3, name="Иное"),
        held("e", 9, article="A-404", name="Чужой"),
    )
    before = await shop.written()

    found = await proposals(shop, diff)

    assert found["counts"] == {"unique": 2, "several": 1}
    by_name = {one["item"]["name"]: one for one in found["data"]}
    assert (by_name["Товар 1"]["by"], by_name["Товар 1"]["unique"]) == ("article", True)
    assert (by_name["Товар 2"]["by"], by_name["Товар 2"]["unique"]) == ("name", True)
    assert [one["id"] for one in by_name["Товар 3"]["candidates"]] == ["c", "d"]
    assert by_name["Товар 3"]["unique"] is False
    assert "Товар 4" not in by_name
    assert await shop.written() == before
    assert await bound(shop) == {}


async def test_proposals_come_in_pages(shop: Shop) -> None:
    diff = await filled(shop, *(held(str(n), n) for n in range(1, 5)))

    first = await proposals(shop, diff, limit=3)
    answer = await shop.send("POST", f"/diffs/{diff['id']}/proposals?cursor={first['next_cursor']}", {})

    assert [len(first["data"]), len(answer.json()["data"])] == [3, 1]
    assert answer.json()["next_cursor"] is None


async def test_all_unique_are_accepted_at_once_and_the_diff_follows(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1), held("b", 2, article=None), held("c", 3), held("d", 3, name="Иное"))

    answer = await decide(shop, diff, {"accept": "all-unique"})

    assert (answer["matched"], answer["taken_back"]) == (2, 0)
    assert await bound(shop) == {"item-000001": ("a", "article"), "item-000002": ("b", "name")}
    assert await told(shop) == [("item-000001", "a", True), ("item-000002", "b", True)]
    assert (await shop.get("/bindings", cabinet="wk-main"))["data"][0]["bound_by"] == "Бухгалтер"
    rows = {one["item"]["ref"]: one for one in await shop.rows(diff)}
    first, second = rows["item-000001"], rows["item-000002"]
    assert (first["status"], first["match"]["by"], first["counterpart"]["id"]) == ("differs", "article", "a")
    assert [change["field"] for change in first["changes"]] == ["barcode"]
    assert [change["field"] for change in second["changes"]] == ["barcode", "article"]
    shown = (await shop.get(f"/diffs/{diff['id']}"))["counts"]
    assert shown == answer["counts"]
    assert (shown["missing"], shown["differs"]) == (2, 2)

    run = await shop.apply(diff)

    assert (run["result"]["updated"], run["result"]["created"]) == (2, 2)
    assert (shop.cabinet.items["a"].barcodes, shop.cabinet.items["b"].article) == ((barcode(1),), "A-2")
    again = await shop.diff()
    assert again["counts"]["identical"] == 4
    assert (await row_of(shop, again, 1))["match"]["by"] == "binding"


async def test_a_pair_that_shares_nothing_is_manual_and_may_be_taken_back(shop: Shop) -> None:
    diff = await filled(shop, held("x", 7, name="Другое", article="Z"))
    row = await row_of(shop, diff, 2)

    await decide(shop, diff, [{"row": row["id"], "counterpart": "x"}])
    matched = await row_of(shop, diff, 2)
    answer = await decide(shop, diff, [{"row": row["id"], "counterpart": None}])

    assert (matched["status"], matched["match"]["by"]) == ("differs", "manual")
    assert "Бухгалтер" in matched["match"]["explain"]
    assert (answer["matched"], answer["taken_back"]) == (0, 1)
    after = await row_of(shop, diff, 2)
    assert (after["status"], after["match"], after["changes"]) == (row["status"], None, row["changes"])
    assert (await shop.get(f"/diffs/{diff['id']}"))["counts"] == diff["counts"]
    assert await bound(shop) == {}
    assert await told(shop) == [("item-000002", "x", True), ("item-000002", "x", False)]


async def test_a_chosen_rival_makes_an_ambiguous_row_writable(shop: Shop) -> None:
    twins = (held("a", 1, barcodes=(barcode(1),)), held("b", 1, name="Двойник", barcodes=(barcode(1),)))
    diff = await filled(shop, *twins, count=1)
    row = await row_of(shop, diff, 1)

    await decide(shop, diff, [{"row": row["id"], "counterpart": "b"}])

    decided = await row_of(shop, diff, 1)
    assert (row["status"], row["candidates"]) == ("ambiguous", ["a", "b"])
    assert (decided["status"], decided["match"]["by"]) == ("differs", "manual")
    await shop.apply(diff)
    assert (shop.cabinet.items["a"].name, shop.cabinet.items["b"].name) == ("Товар 1", "Товар 1")
    assert (await bound(shop))["item-000001"] == ("b", "manual")


async def test_a_row_whose_barcode_counterpart_was_given_away_becomes_ambiguous(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1, barcodes=(barcode(1),)))
    other = await row_of(shop, diff, 2)

    await decide(shop, diff, [{"row": other["id"], "counterpart": "a"}])

    first = await row_of(shop, diff, 1)
    assert (first["status"], first["candidates"]) == ("ambiguous", ["a", "item-000002"])


async def test_decisions_are_refused_by_name_and_none_of_them_taken(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1), held("b", 2), held("c", 3))
    rows = [(await row_of(shop, diff, n))["id"] for n in (1, 2, 3, 4)]
    await decide(shop, diff, [{"row": rows[0], "counterpart": "a"}])
    before = await shop.written()

    problem = await decide(
        shop,
        diff,
        [
            {"row": rows[1], "counterpart": "a"},
            {"row": rows[2], "counterpart": "c"},
            {"row": rows[3], "counterpart": "c"},
            {"row": rows[3], "counterpart": "b"},
            {"row": "999", "counterpart": "b"},
            {"row": rows[0], "counterpart": "of-another-organisation"},
        ],
        409,
    )

    assert problem["type"].endswith("/matches-refused")
    assert {(one["row"], one["code"], one["bound_to"]) for one in problem["rows"]} == {
        (rows[1], "counterpart-bound", "item-000001"),
        (rows[3], "counterpart-repeated", None),
        (rows[3], "row-repeated", None),
        ("999", "unknown-row", None),
        (rows[0], "unknown-counterpart", None),
    }
    assert await shop.written() == before


async def test_a_row_under_way_to_the_cabinet_is_not_decided(shop: Shop) -> None:
    diff = await filled(shop, held("a", 9, article="Z", name="Иное"))
    row = await row_of(shop, diff, 1)
    await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": [row["id"]]})

    problem = await decide(shop, diff, [{"row": row["id"], "counterpart": "a"}], 409)

    assert [one["code"] for one in problem["rows"]] == ["being-applied"]


async def test_two_who_decide_at_once_leave_one_tie_per_item(shop: Shop) -> None:
    diff = await filled(shop, held("a", 9, article="Z", name="Иное"))
    rows = [(await row_of(shop, diff, n))["id"] for n in (1, 2, 3, 4)]

    answers = await asyncio.gather(
        *(shop.send("POST", f"/diffs/{diff['id']}/matches", [{"row": row, "counterpart": "a"}]) for row in rows)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await bound(shop)) == 1
    assert [one[2] for one in await told(shop)] == [True]


async def test_a_match_survives_a_new_name_and_a_changed_barcode(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1))
    await decide(shop, diff, {"accept": "all-unique"})
    await shop.apply(diff)
    shop.catalogue.all_items[0] = item(1, name="Новое имя", barcodes=(barcode(77),), article="B-1")
    shop.cabinet.items["a"] = replace(shop.cabinet.items["a"], name="Рукой", barcodes=("22",), article="C")
    await shop.pull()

    row = await row_of(shop, await shop.diff(), 1)

    assert (row["status"], row["counterpart"]["id"], row["match"]["by"]) == ("differs", "a", "binding")
    assert {change["field"] for change in row["changes"]} == {"name", "barcode", "article"}


async def test_what_was_decided_after_an_apply_leaves_the_rest_to_be_applied(shop: Shop) -> None:
    diff = await filled(shop, held("x", 9, name="Другое", article="Z"))
    first, second = await row_of(shop, diff, 1), await row_of(shop, diff, 2)
    await shop.apply(diff, [first["id"]])

    await decide(shop, diff, [{"row": second["id"], "counterpart": "x"}])
    run = await shop.apply(diff)

    assert (await row_of(shop, diff, 1))["status"] == "identical"
    assert (run["result"]["updated"], run["result"]["created"], run["result"]["outdated"]) == (1, 2, 0)
    assert len(shop.cabinet.items) == 4


async def test_an_item_that_takes_anothers_place_tells_that_the_other_tie_ended(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1), held("b", 2))
    await decide(shop, diff, {"accept": "all-unique"})
    row = await row_of(shop, diff, 1)
    shop.cabinet.items["c"] = held("c", 9, article="Z", name="Иное")
    again = await shop.diff()

    await decide(shop, again, [{"row": (await row_of(shop, again, 1))["id"], "counterpart": "c"}])

    assert row["counterpart"]["id"] == "a"
    assert (await told(shop))[2:] == [("item-000001", "a", False), ("item-000001", "c", True)]


async def test_an_import_is_matched_by_the_erps_reference(shop: Shop) -> None:
    await filled(shop, held("a", 1))
    diff = await shop.diff(direction="import")
    (row,) = await shop.rows(diff)

    found = await proposals(shop, diff)
    await decide(shop, diff, [{"row": row["id"], "counterpart": "item-000001"}])

    assert [one["id"] for one in found["data"][0]["candidates"]] == ["item-000001"]
    assert (await shop.rows(diff))[0]["match"]["by"] == "article"
    assert await bound(shop) == {"item-000001": ("a", "article")}


async def test_readers_neither_propose_nor_decide_and_others_see_nothing(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1))
    path = f"/diffs/{diff['id']}"

    assert (await shop.send("POST", f"{path}/proposals", {}, token=READ_TOKEN)).status_code == 403
    assert (await shop.send("POST", f"{path}/matches", {"accept": "all-unique"}, token=READ_TOKEN)).status_code == 403
    assert (await shop.send("POST", f"{path}/proposals", {}, token=OTHER_TOKEN)).status_code == 404
    assert (await shop.send("POST", f"{path}/matches", {"accept": "all-unique"}, token=OTHER_TOKEN)).status_code == 404
    assert (await shop.send("POST", f"{path}/matches", {"accept": "everything"})).status_code == 422
    assert (await shop.send("POST", f"{path}/matches", [])).status_code == 422
