"""Diffs as a resource: selections, prices, refusals, and what each caller may see."""

import json
from datetime import date
from typing import Any

import pytest

from integration.catalog_sync.shop import OTHER_TOKEN, SHOP_WAREHOUSE, TOKEN, WAREHOUSE, Shop, item, price, receipt
from smena.erp.errors import ErpUnavailableError


async def refusal(shop: Shop, **changes: Any) -> Any:
    body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}, **changes}
    answer = await shop.send("POST", "/diffs", body)
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1], answer.json()


async def filled(shop: Shop) -> None:
    shop.catalogue.all_items = [
        item(1),
        item(2, group="Продукты/Разное/Чай"),
        item(3, group="Хозтовары"),
        item(4, kind="service"),
        item(5, kind="certificate"),
    ]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 6)]
    shop.catalogue.all_goods_receipts = [
        receipt("1", date(2026, 1, 5), (1, 50), (3, 60)),
        receipt("2", date(2026, 1, 5), (1, 55)),
    ]
    await shop.pull()


async def refs(shop: Shop, diff: Any) -> list[str]:
    return sorted(row["item"]["ref"][-1] for row in await shop.rows(diff))


async def test_each_selection_shows_its_items_and_counts_what_is_left_out(shop: Shop) -> None:
    await filled(shop)

    everything = await shop.diff()
    group = await shop.diff(selection={"kind": "group", "group": "Продукты/Разное"})
    received = await shop.diff(selection={"kind": "goods-receipts", "documents": ["receipt-1"]})
    await shop.apply(group)
    synced = await shop.diff(selection={"kind": "synced"})

    assert await refs(shop, everything) == ["1", "2", "3", "5"]
    assert everything["counts"]["excluded"] == 1
    assert await refs(shop, group) == ["1", "2", "5"]
    assert await refs(shop, received) == ["1", "3"]
    assert await refs(shop, synced) == ["1", "2", "5"]
    assert synced["counts"]["identical"] == 3


async def test_each_price_tells_where_it_comes_from(shop: Shop) -> None:
    await filled(shop)

    diff = await shop.diff(prices={"purchase": {"source": "goods-receipts"}, "as_of": "2026-01-31"})

    row = next(row for row in await shop.rows(diff) if row["item"]["ref"] == "item-000001")
    assert row["provenance"]["purchase_price"] == {
        "source": "goods-receipts",
        "price": "0.55",
        "document": "receipt-2",
        "number": "2",
        "date": "2026-01-05",
        "line": "1",
        "note": "Несколько поступлений за день: взят документ с большим номером",
    }
    assert row["provenance"]["retail_price"] == {
        "source": "price-type",
        "price": "1.00",
        "price_type": "Розничная",
        "effective_at": "2026-01-01T03:00:00+03:00",
        "number": "00000001",
    }
    assert {change["field"]: change["to"] for change in row["changes"]}["purchase_price"] == "0.55"


async def test_a_price_of_the_future_and_one_that_is_missing_make_invalid_rows(shop: Shop) -> None:
    await filled(shop)

    diff = await shop.diff(prices={"as_of": "2025-12-31"})

    assert diff["counts"]["invalid"] == 4
    row = (await shop.rows(diff))[0]
    assert [(problem["field"], problem["code"]) for problem in row["problems"]] == [("retail_price", "missing")]


async def test_a_goods_receipt_that_vanished_takes_its_price_back(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    del shop.catalogue.all_goods_receipts[1]
    await shop.pull()

    diff = await shop.diff()

    (row,) = await shop.rows(diff, status="differs")
    assert [(c["field"], c["from"], c["to"]) for c in row["changes"]] == [("purchase_price", "0.55", "0.50")]


async def test_rows_are_filtered_by_status_and_text(shop: Shop) -> None:
    await filled(shop)
    shop.catalogue.all_items[0] = item(1, article=None)
    await shop.pull()
    diff = await shop.diff()

    assert [row["item"]["ref"] for row in await shop.rows(diff, status="invalid")] == ["item-000001"]
    assert [row["item"]["ref"] for row in await shop.rows(diff, q="ТОВАР 3")] == ["item-000003"]
    assert await shop.rows(diff, q="товар 3", status="invalid") == []
    answer = await shop.get(f"/diffs/{diff['id']}/rows", limit=1)
    assert answer["next_cursor"] is not None


async def test_identical_rows_can_be_read_while_they_are_few(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())

    diff = await shop.diff()

    assert diff["identical_rows_listed"] is True
    assert len(await shop.rows(diff, status="identical")) == 4


async def test_versions_stay_while_nothing_changes_and_move_with_either_side(shop: Shop) -> None:
    await filled(shop)
    first, second = (await shop.diff())["versions"], (await shop.diff())["versions"]
    await shop.apply(await shop.diff())
    third = (await shop.diff())["versions"]
    shop.catalogue.all_items[0] = item(1, name="Иное")
    await shop.pull()
    fourth = (await shop.diff())["versions"]

    assert first == second
    assert (third["erp"], third["cabinet"] == first["cabinet"]) == (first["erp"], False)
    assert (fourth["erp"] == third["erp"], fourth["cabinet"]) == (False, third["cabinet"])


async def test_a_diff_writes_nothing_to_either_side(shop: Shop) -> None:
    await filled(shop)
    before = dict(shop.cabinet.items)

    await shop.diff()

    assert shop.cabinet.items == before
    assert "save_items" not in shop.cabinet.calls


async def test_what_cannot_be_asked_is_refused_by_name(shop: Shop) -> None:
    retail: Any = {"retail": {"source": "goods-receipts"}}
    untyped: Any = {"purchase": {"source": "price-type"}}
    unknown = {"kind": "goods-receipts", "documents": ["receipt-404"]}

    assert (await refusal(shop, prices=retail))[:2] == (422, "price-source-not-allowed")
    assert (await refusal(shop, prices=untyped))[:2] == (422, "price-type-missing")
    assert (await refusal(shop, selection=unknown))[:2] == (422, "unknown-goods-receipts")
    assert (await refusal(shop, selection={"kind": "group"}))[:2] == (422, "invalid-payload")
    assert (await refusal(shop, direction="sideways"))[:2] == (422, "invalid-payload")
    assert (await refusal(shop, colour="red"))[:2] == (422, "invalid-payload")
    assert (await refusal(shop, register="kassa-404"))[:2] == (404, "not-found")
    assert (await refusal(shop, register="kassa-9"))[:2] == (404, "not-found")


async def test_a_register_whose_warehouse_is_not_wholesale_is_refused_with_the_reason(shop: Shop) -> None:
    status, name, problem = await refusal(shop, register="kassa-2")
    shown = await shop.get("/registers/kassa-2")

    assert (status, name) == (409, "sync-not-allowed")
    assert problem["reason"] == "warehouse-not-wholesale"
    assert shown["sync_allowed"] is False
    assert "розничный магазин" in shown["sync_refusal"]["message"]


async def test_a_warehouse_that_is_another_in_the_erp_is_refused_with_both_values(shop: Shop) -> None:
    shop.catalogue.warehouses[WAREHOUSE] = "retail"

    _, _, problem = await refusal(shop)
    shown = await shop.get("/registers/kassa-1")

    assert problem["reason"] == "warehouse-kind-mismatch"
    assert (shown["warehouse"]["kind"], shown["warehouse"]["kind_in_erp"]) == ("wholesale", "retail")


async def test_an_erp_that_is_away_leaves_the_configurations_word(shop: Shop) -> None:
    await filled(shop)
    shop.catalogue.failure = ErpUnavailableError("down")

    assert (await shop.diff())["state"] == "ready"
    assert (await shop.get("/registers/kassa-1"))["warehouse"]["kind_in_erp"] is None


async def test_registers_show_their_cabinets_operations_with_provenance(shop: Shop) -> None:
    listed = await shop.get("/registers")
    one = await shop.get("/registers/kassa-1")

    assert [register["id"] for register in listed["data"]] == ["kassa-1", "kassa-2"]
    calls = ("list_registers", "list_items", "save_items", "read_documents")
    assert one["operations"] == [{"name": f"{call}: memory", "provenance": "assumed"} for call in calls]
    assert one["cabinet_health"]["state"] == "never-read"
    assert one["sync_allowed"] is True
    assert listed["data"][1]["warehouse"]["ref"] == SHOP_WAREHOUSE


async def test_an_import_is_shown_and_written_into_the_erp(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    first = next(iter(shop.cabinet.items))
    shop.cabinet.items.pop(first)
    shop.catalogue.all_items.pop()
    await shop.pull()

    diff = await shop.diff(direction="import", prices={"retail": {"source": "price-type"}})
    run = await shop.apply(diff)

    assert diff["state"] == "ready"
    assert sum(diff["counts"][status] for status in ("missing", "differs", "identical")) == 3
    assert diff["not_compared"] == ["group", "purchase_price"]
    assert run["state"] == "succeeded"
    assert run["result"]["created"] == diff["counts"]["missing"]


async def test_an_import_does_not_wait_for_a_shift(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff(direction="import")

    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "when": "after-shift"})

    assert answer.json()["type"].endswith("/after-shift-not-offered")


async def test_rows_are_applied_by_status(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff(selection={"kind": "group", "group": "Хозтовары"}))
    shop.catalogue.all_items[2] = item(3, group="Хозтовары", name="Иное")
    await shop.pull()
    diff = await shop.diff()

    differs = await shop.apply(diff, {"status": ["differs"]})
    missing = await shop.apply(diff, {"status": ["missing", "identical"]})
    unknown = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": {"status": ["ambiguous"]}})

    assert (differs["result"]["rows"], differs["result"]["updated"]) == (1, 1)
    assert (missing["result"]["rows"], missing["result"]["created"]) == (3, 3)
    assert unknown.status_code == 422


async def test_a_diff_that_is_still_computing_cannot_be_applied(shop: Shop) -> None:
    body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}}
    created = await shop.send("POST", "/diffs", body)

    answer = await shop.send("POST", f"/diffs/{created.json()['id']}/apply", {"rows": "all"})

    assert created.json()["state"] == "computing"
    assert created.headers["Location"] == f"/catalog/v1/diffs/{created.json()['id']}"
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/diff-not-ready")


@pytest.mark.parametrize("path", ["/diffs/{diff}", "/diffs/{diff}/rows", "/runs/{run}", "/runs/{run}/rows"])
async def test_another_organisation_finds_none_of_our_diffs_and_runs(shop: Shop, path: str) -> None:
    await filled(shop)
    diff = await shop.diff()
    run = await shop.apply(diff)
    address = path.format(diff=diff["id"], run=run["id"])

    answer = await shop.send("GET", address, None, token=OTHER_TOKEN)

    assert answer.status_code == 404
    assert (
        await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"}, token=OTHER_TOKEN)
    ).status_code == 404
    assert (await shop.send("GET", "/bindings?cabinet=wk-main", None, token=OTHER_TOKEN)).status_code == 404


async def test_the_same_idempotency_key_makes_one_diff(shop: Shop) -> None:
    body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}}

    first = await shop.send("POST", "/diffs", body, **{"Idempotency-Key": "k1"})
    again = await shop.send("POST", "/diffs", body, **{"Idempotency-Key": "k1"})

    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Hit"] == "true"


async def test_an_erp_that_answers_with_nothing_archives_nothing(shop: Shop) -> None:
    await filled(shop)
    shop.catalogue.all_items = []

    run = await shop.pull()

    assert run["state"] == "failed"
    assert run["error"]["type"].endswith("/erp-refused")
    assert all(one["active"] for one in (await shop.get("/items"))["data"])


async def test_a_diffs_progress_is_told_until_it_is_ready(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    mine, stranger = ({"Authorization": f"Bearer {token}"} for token in (TOKEN, OTHER_TOKEN))

    told = await shop.api.get(f"/catalog/v1/diffs/{diff['id']}/events", headers=mine)
    refused = await shop.api.get(f"/catalog/v1/diffs/{diff['id']}/events", headers=stranger)

    fields = dict(line.split(": ", 1) for line in told.text.split("\r\n") if ": " in line)
    assert fields["event"] == "end"
    assert json.loads(fields["data"]) == diff
    assert refused.status_code == 404
