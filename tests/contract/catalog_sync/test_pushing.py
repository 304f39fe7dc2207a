"""What an ERP pushes: results per row, refusals by name, no write for what did not change."""

from typing import Any

import httpx

from integration.catalog_sync.shop import OTHER_TOKEN, READ_TOKEN, TOKEN, Shop, barcode

MILK: dict[str, Any] = {
    "ref": "milk",
    "name": "Молоко",
    "unit": "шт",
    "group": "Продукты/Молочное",
    "barcodes": [barcode(1)],
    "article": "M-1",
    "vat_rate": "10",
}


def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["status"] for row in answer.json()["results"]]


async def test_each_row_gets_its_own_result_and_a_bad_one_stops_nobody(shop: Shop) -> None:
    rows = [
        MILK,
        {**MILK, "ref": "bread", "colour": "white"},
        {"ref": "no-name"},
        {**MILK, "ref": "tea", "vat_rate": "18"},
        {**MILK, "ref": "x" * 65},
        {**MILK, "ref": "coffee", "barcodes": [5]},
        {**MILK, "name": "Второе молоко"},
        {**MILK, "ref": "nul", "name": "a\x00b"},
        "no object",
        {**MILK, "ref": "sugar"},
    ]

    answer = await shop.send("PUT", "/items", {"items": rows})

    assert statuses(answer) == ["created", *["rejected"] * 8, "created"]
    pointers = [row["errors"][0]["pointer"] for row in answer.json()["results"] if row["errors"]]
    assert pointers[2:5] == ["/items/3/vat_rate", "/items/4/ref", "/items/5/barcodes/0"]
    assert answer.json()["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 8}
    assert [one["ref"] for one in (await shop.get("/items"))["data"]] == ["milk", "sugar"]


async def test_unchanged_rows_cost_no_write(shop: Shop) -> None:
    rows = [{**MILK, "ref": f"ref-{n:04d}"} for n in range(1_000)]
    prices = [
        {"item_ref": row["ref"], "price_type": "Розничная", "price": "1.50", "effective_at": "2026-01-01T00:00:00Z"}
        for row in rows
    ]
    lines = [{"item_ref": "ref-0001", "quantity": "2.000", "price": "1.10", "vat_rate": "10"}]
    document = {"ref": "d1", "number": "1", "date": "2026-01-05", "supplier": "П", "lines": lines}

    async def push() -> list[str]:
        found: list[str] = []
        for path, key, body in (
            ("/items", "items", rows),
            ("/prices", "prices", prices),
            ("/goods-receipts", "documents", [document]),
        ):
            found += statuses(await shop.send("PUT", path, {key: body}))
        return found

    first = await push()
    before = await shop.written()
    second = await push()

    assert set(first) == {"created"}
    assert set(second) == {"unchanged"}
    assert await shop.written() == before


async def test_a_changed_row_is_updated_and_only_it(shop: Shop) -> None:
    await shop.send("PUT", "/items", {"items": [MILK, {**MILK, "ref": "tea"}]})

    answer = await shop.send("PUT", "/items", {"items": [MILK, {**MILK, "ref": "tea", "name": "Чай"}]})

    assert statuses(answer) == ["unchanged", "updated"]


async def test_prices_that_are_no_prices_are_refused_by_name(shop: Shop) -> None:
    good = {"item_ref": "milk", "price_type": "Розничная", "price": "1.50", "effective_at": "2026-01-01"}
    rows = [
        good,
        {**good, "item_ref": "b", "price": "1.5050"},
        {**good, "item_ref": "c", "price": "-1"},
        {**good, "item_ref": "d", "price": 1.5},
        {**good, "item_ref": "e", "price": "NaN"},
        {**good, "item_ref": "f", "effective_at": "2026-01-01T00:00:00"},
        {**good, "item_ref": "g", "effective_at": "yesterday"},
    ]

    answer = await shop.send("PUT", "/prices", {"prices": rows})

    assert statuses(answer) == ["created", *["rejected"] * 6]
    assert [row["errors"][0]["pointer"] for row in answer.json()["results"][1:]] == [
        *(f"/prices/{n}/price" for n in range(1, 5)),
        "/prices/5/effective_at",
        "/prices/6/effective_at",
    ]


async def test_a_goods_receipt_is_refused_whole_naming_its_line(shop: Shop) -> None:
    lines = [
        {"item_ref": "milk", "quantity": "1", "price": "1.10"},
        {"item_ref": "milk", "quantity": "1", "price": "1.1234"},
    ]
    document = {"ref": "d1", "number": "1", "date": "2026-01-05", "lines": lines}

    answer = await shop.send("PUT", "/goods-receipts", {"documents": [document]})

    assert answer.json()["results"][0]["errors"][0]["pointer"] == "/documents/0/lines/1/price"


async def test_the_shape_around_the_rows_is_refused_as_a_whole(shop: Shop) -> None:
    bodies: list[Any] = [{}, {"items": {}}, {"items": [], "more": 1}, [], {"items": [MILK] * 5_001}]
    for body in bodies:
        answer = await shop.send("PUT", "/items", body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"]
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    broken = await shop.api.put("/catalog/v1/items", content=b'{"items": [', headers=headers)
    assert broken.status_code == 422


async def test_items_are_found_by_group_text_and_any_spelling_of_a_barcode(shop: Shop) -> None:
    upc = "036000291452"
    rows = [MILK, {**MILK, "ref": "tea", "name": "Чай", "group": "Продукты", "barcodes": [upc], "article": "T"}]
    await shop.send("PUT", "/items", {"items": rows})

    async def found(**query: str) -> list[str]:
        return [one["ref"] for one in (await shop.get("/items", **query))["data"]]

    assert await found(group="Продукты") == ["milk", "tea"]
    assert await found(group="Продукты/Молочное") == ["milk"]
    assert await found(group="Прод") == []
    assert await found(q="ЧАЙ") == ["tea"]
    assert await found(barcode=f"0{upc}") == ["tea"]
    assert await found(barcode="999") == []


async def test_lists_come_page_by_page(shop: Shop) -> None:
    await shop.send("PUT", "/items", {"items": [{**MILK, "ref": f"ref-{n:03d}"} for n in range(25)]})

    first = await shop.get("/items", limit=20)
    second = await shop.get("/items", limit=20, cursor=first["next_cursor"])

    assert [one["ref"] for one in first["data"] + second["data"]] == [f"ref-{n:03d}" for n in range(25)]
    assert second["next_cursor"] is None


async def test_another_organisation_sees_and_moves_nothing_of_ours(shop: Shop) -> None:
    await shop.send("PUT", "/items", {"items": [MILK]})

    assert (await shop.get("/items", token=OTHER_TOKEN))["data"] == []
    foreign = await shop.send("PUT", "/items?organization=romashka", {"items": [MILK]}, token=OTHER_TOKEN)
    assert foreign.status_code == 403
    assert foreign.json()["type"].endswith("/other-organization")


async def test_a_reader_cannot_write(shop: Shop) -> None:
    answer = await shop.send("PUT", "/items", {"items": [MILK]}, token=READ_TOKEN)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/missing-scope")


async def test_goods_receipts_are_listed_the_latest_first_and_found_by_number_supplier_and_date(shop: Shop) -> None:
    lines = [{"item_ref": "milk", "quantity": "1", "price": "1.10"}] * 2
    documents = [
        {"ref": f"d{n}", "number": f"00{n}", "date": f"2026-01-{n:02}", "supplier": name, "lines": lines[:rows]}
        for n, name, rows in ((5, "ООО Молоко", 2), (7, None, 0), (9, "ЧУП Хлеб", 1))
    ]
    await shop.send("PUT", "/goods-receipts", {"documents": documents})

    async def found(**query: str) -> list[str]:
        return [one["ref"] for one in (await shop.get("/goods-receipts", **query))["data"]]

    first = await shop.get("/goods-receipts", limit="2")
    assert [(one["ref"], one["lines"], one["supplier"]) for one in first["data"]] == [
        ("d9", 1, "ЧУП Хлеб"),
        ("d7", 0, None),
    ]
    assert await found(limit="2", cursor=first["next_cursor"]) == ["d5"]
    assert await found(q="молоко") == ["d5"]
    assert await found(q="009") == ["d9"]
    assert await found(**{"from": "2026-01-06", "to": "2026-01-07"}) == ["d7"]
    assert (await shop.get("/goods-receipts", OTHER_TOKEN))["data"] == []


async def test_groups_are_listed_with_the_items_in_use_that_stand_in_them(shop: Shop) -> None:
    rows = [
        MILK,
        {**MILK, "ref": "kefir"},
        {**MILK, "ref": "tea", "group": "Продукты"},
        {**MILK, "ref": "old", "group": "Архив", "active": False},
        {**MILK, "ref": "bag", "group": None},
    ]
    await shop.send("PUT", "/items", {"items": rows})

    first = await shop.get("/item-groups", limit="1")
    second = await shop.get("/item-groups", cursor=first["next_cursor"])

    assert first["data"] + second["data"] == [
        {"path": "Продукты", "items": 1},
        {"path": "Продукты/Молочное", "items": 2},
    ]
    assert second["next_cursor"] is None
