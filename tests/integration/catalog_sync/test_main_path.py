"""From the ERP's catalogue to bindings in the outbox, and the same again without a write."""

from datetime import date

from integration.catalog_sync.shop import Shop, data_of, item, price, receipt
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND
from smena.kinds.money import Kopecks


async def test_items_of_the_erp_reach_the_cabinet_and_their_bindings_the_bus(shop: Shop) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, 4)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 4)]
    shop.catalogue.all_goods_receipts = [receipt("7", date(2026, 1, 5), (1, 60), (2, 120))]

    pulled = await shop.pull()
    diff = await shop.diff()
    run = await shop.apply(diff)

    assert pulled["state"] == "succeeded"
    assert pulled["result"]["items"]["created"] == 3
    assert diff["state"] == "ready"
    assert diff["counts"] == {
        "missing": 3,
        "differs": 0,
        "identical": 0,
        "ambiguous": 0,
        "invalid": 0,
        "differs_by_sort": {"substantial": 0, "cosmetic": 0},
        "excluded": 0,
    }
    assert run["state"] == "succeeded"
    assert run["result"]["created"] == 3
    assert [row["name"] for row in await shop.run_rows(run)] == ["Товар 1", "Товар 2", "Товар 3"]
    held = sorted(shop.cabinet.items.values(), key=lambda one: one.name)
    assert [(one.name, one.retail_price, one.purchase_price) for one in held] == [
        ("Товар 1", Kopecks(100), Kopecks(60)),
        ("Товар 2", Kopecks(200), Kopecks(120)),
        ("Товар 3", Kopecks(300), None),
    ]
    bindings = (await shop.get("/bindings", cabinet="wk-main"))["data"]
    assert {one["item_ref"]: one["cabinet_item_id"] for one in bindings} == {
        f"item-{n:06d}": one.id for n, one in enumerate(held, start=1)
    }
    told = [event for event in await shop.events() if event.type == ITEMS_BOUND]
    assert len(told) == 1
    assert {one["item_ref"]: one["price"] for one in data_of(told[0])["bindings"]} == {
        "item-000001": "1.00",
        "item-000002": "2.00",
        "item-000003": "3.00",
    }
    assert [event.type for event in await shop.events()][-1] == DIFF_APPLIED


async def test_a_second_run_over_the_same_state_reads_everything_and_writes_nothing(shop: Shop) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, 30)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 30)]
    shop.catalogue.all_goods_receipts = [receipt("7", date(2026, 1, 5), *((n, 60) for n in range(1, 30)))]
    await shop.pull()
    await shop.apply(await shop.diff())
    await shop.diff()
    before, calls, items = await shop.written(), len(shop.cabinet.calls), dict(shop.cabinet.items)

    pulled = await shop.pull()
    diff = await shop.diff()
    run = await shop.apply(diff)

    assert pulled["result"]["items"] == {"created": 0, "updated": 0, "unchanged": 29, "gone": 0}
    assert pulled["result"]["prices"]["unchanged"] == 29
    assert pulled["result"]["goods_receipts"]["unchanged"] == 1
    assert diff["counts"]["identical"] == 29
    assert run["result"]["rows"] == 0
    assert shop.cabinet.calls[calls:] == ["list_items"]
    assert shop.cabinet.items == items
    assert await shop.written() == before
