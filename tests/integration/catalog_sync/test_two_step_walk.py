"""A catalogue that did not change costs the walk over its keys; of one that did, only the changed details are read."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import httpx
import pytest

from contract.erp.bases import onec_catalogue
from contract.sandbox_onec.wire import BARCODES, BREAD, ITEMS, PIECE, RETAIL, START, Onec
from integration.catalog_sync.shop import Shop, item, price
from smena.erp.errors import ErpUnavailableError
from smena_sandbox.onec.start import Barcode, Group, Item, OnecStart

COUNT = 2_500
PRICES = "Document_УстановкаЦенНоменклатуры"
RECEIPTS = "Document_ПоступлениеТоваровУслуг"
GROUP = str(UUID(int=7))


def many() -> OnecStart:
    items = tuple(
        Item(ref(n), f"Товар {n}", f"{n:011}", f"Товар {n}", f"A{n}", GROUP, PIECE, "20", "20") for n in range(COUNT)
    )
    return replace(
        START,
        groups=(*START.groups, Group(GROUP, "Разное")),
        items=(*START.items, *items),
        barcodes=(*START.barcodes, *(Barcode(f"20{n:010}7", ref(n)) for n in range(COUNT))),
    )


def ref(n: int) -> str:
    return str(UUID(int=1_000_000 + n))


class Counting(httpx.AsyncBaseTransport):
    """Counts requests: keys of items, details of items, and everything else by its set."""

    def __init__(self, onec: Onec) -> None:
        self._inner = httpx.ASGITransport(onec._kept)
        self.seen: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address = urlsplit(str(request.url))
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        name = unquote(address.path).split("standard.odata/")[1]
        if name == ITEMS:
            groups = "IsFolder eq true" in query.get("$filter", "")
            name = "groups" if groups else "keys" if "Description" not in query.get("$select", "") else "details"
        elif name in {PRICES, RECEIPTS}:
            name += " keys" if query.get("$select") == "Ref_Key,DataVersion" else " details"
        self.seen[name] += 1
        return await self._inner.handle_async_request(request)


@pytest.fixture
async def walked(shop: Shop) -> AsyncIterator[tuple[Shop, Onec, Counting]]:
    onec = Onec(many())
    counting = Counting(onec)
    catalogue = onec_catalogue(onec, counting)
    shop.replace_erp(catalogue)
    assert (await shop.pull())["result"]["items"]["created"] == COUNT + 2
    counting.seen.clear()
    yield shop, onec, counting
    await catalogue.close()


async def items_of(shop: Shop, **query: Any) -> list[Any]:
    return list((await shop.get("/items", limit=500, **query))["data"])


async def test_an_unchanged_catalogue_costs_only_the_walk_over_keys(walked: tuple[Shop, Onec, Counting]) -> None:
    shop, _, counting = walked
    before = await shop.written()

    result = (await shop.pull())["result"]

    assert counting.seen["details"] == counting.seen[f"{PRICES} details"] == counting.seen[f"{RECEIPTS} details"] == 0
    assert counting.seen["keys"] == counting.seen[BARCODES] == 1
    assert counting.seen.total() <= 10
    assert result["items"] == {"created": 0, "updated": 0, "unchanged": COUNT + 2, "gone": 0}
    assert result["prices"] == {"created": 0, "updated": 0, "unchanged": 2, "gone": 0}
    assert result["goods_receipts"] == {"created": 0, "updated": 0, "unchanged": 1, "gone": 0}
    assert await shop.written() == before


async def test_only_what_changed_is_read_in_detail(walked: tuple[Shop, Onec, Counting]) -> None:
    shop, onec, counting = walked
    await onec.edit(do="change-field", kind=ITEMS, ref=ref(7), field="Description", value="Новое имя")
    await onec.edit(do="mark", kind=ITEMS, ref=ref(8))
    await onec.call("POST", BARCODES, json={"Штрихкод": "4810000009992", "Номенклатура_Key": ref(9)})

    result = (await shop.pull())["result"]

    assert result["items"]["updated"] == 3
    assert counting.seen["details"] == 1
    assert [one["ref"] for one in await items_of(shop, q="Новое имя")] == [ref(7)]
    assert [one["active"] for one in await items_of(shop, q="A8") if one["ref"] == ref(8)] == [False]
    assert [one["ref"] for one in await items_of(shop, barcode="4810000009992")] == [ref(9)]


async def test_a_renamed_group_moves_its_items_though_their_versions_stand(walked: tuple[Shop, Onec, Counting]) -> None:
    shop, onec, counting = walked
    await onec.edit(do="change-field", kind=ITEMS, ref=GROUP, field="Description", value="Переименованная")

    result = (await shop.pull())["result"]

    assert result["items"]["updated"] == COUNT
    assert counting.seen["details"] <= COUNT // 1_000 + 2, "a whole walk is cheaper than many small ones"
    assert len(await items_of(shop, group="Переименованная")) == 500


async def test_a_renamed_unit_changes_every_item_of_it(walked: tuple[Shop, Onec, Counting]) -> None:
    shop, onec, _ = walked
    units = "Catalog_КлассификаторЕдиницИзмерения"
    await onec.edit(do="change-field", kind=units, ref=PIECE, field="Description", value="штука")

    await shop.pull()

    assert {one["unit"] for one in await items_of(shop)} == {"штука"}


async def test_a_changed_price_document_is_read_again_and_its_lost_lines_are_withdrawn(
    walked: tuple[Shop, Onec, Counting],
) -> None:
    shop, onec, counting = walked
    body: dict[str, Any] = {
        "Date": "2026-01-30T00:00:00",
        "ТипЦен_Key": RETAIL,
        "Posted": True,
        "Товары": [
            {"LineNumber": 1, "Номенклатура_Key": BREAD, "Цена": 2.5},
            {"LineNumber": 2, "Номенклатура_Key": ref(1), "Цена": 3.5},
        ],
    }
    made = await onec.create(PRICES, body)
    first = (await shop.pull())["result"]["prices"]
    await onec.call("PATCH", f"{PRICES}(guid'{made['Ref_Key']}')", json={"Товары": body["Товары"][:1]})

    second = (await shop.pull())["result"]["prices"]
    await onec.edit(do="unpost", kind=PRICES, ref=made["Ref_Key"])
    third = (await shop.pull())["result"]["prices"]

    assert (first["created"], first["unchanged"], first["gone"]) == (2, 2, 0)
    assert (second["created"], second["gone"]) == (0, 1)
    assert third["gone"] == 1
    assert counting.seen[f"{PRICES} details"] == 2


async def test_what_vanished_in_1c_is_archived(walked: tuple[Shop, Onec, Counting]) -> None:
    shop, onec, counting = walked
    await onec.edit(do="delete", kind=ITEMS, ref=ref(3))

    result = (await shop.pull())["result"]

    assert result["items"]["gone"] == 1
    assert counting.seen["details"] == 0
    assert [one["active"] for one in await items_of(shop, q="A3") if one["ref"] == ref(3)] == [False]


async def test_an_item_that_comes_back_is_in_use_again(shop: Shop) -> None:
    shop.catalogue.all_items = [item(1), item(2)]
    await shop.pull()
    away = shop.catalogue.all_items.pop()
    await shop.pull()
    shop.catalogue.all_items.append(away)

    result = (await shop.pull())["result"]["items"]

    assert (result["updated"], result["unchanged"]) == (1, 1)
    assert [one["active"] for one in await items_of(shop)] == [True, True]


async def test_a_walk_that_broke_off_archives_nothing(shop: Shop) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, 4)]
    shop.catalogue.all_prices = [price(1, 100)]
    await shop.pull()
    shop.catalogue.all_items = []
    shop.catalogue.all_prices = []
    real = shop.catalogue.item_keys

    async def broken() -> AsyncIterator[Any]:
        async for page in real():
            yield page
        raise ErpUnavailableError("the line went dead")

    shop.catalogue.item_keys = broken  # type: ignore[method-assign]
    answer = await shop.send("POST", "/erp-pulls", {"organization": "romashka"})
    await shop.work()

    assert answer.status_code == 202
    assert [one["active"] for one in await items_of(shop)] == [True] * 3
