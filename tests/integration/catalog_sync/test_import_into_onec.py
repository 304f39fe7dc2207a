"""An import into the sandbox's 1C, as siblings differ, with an answer lost after and before every single write."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from contract.erp.bases import onec_catalogue
from contract.sandbox_onec.wire import BARCODES, ITEMS, OUTLET, START, Onec
from integration.catalog_sync.imports import PRICED, counts, fill, held, import_diff, outcome, promised
from integration.catalog_sync.shop import WAREHOUSE, Shop, barcode
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from smena_sandbox.onec.start import Warehouse

BREAD_CODE = "4810000000012"
PRICES = "Document_УстановкаЦенНоменклатуры"
BASE = replace(START, warehouses=(Warehouse(WAREHOUSE, "Склад", "wholesale"), Warehouse(OUTLET, "Б", "manual-outlet")))
SIBLINGS: dict[str, dict[str, Any]] = {
    "refs-kept": {},
    "refs-ignored": {"client_ref": "ignored", "unique_item_names": True},
    "vat-catalogue": {"vat": "catalogue", "refuse_groups": True, "if_match": "honoured"},
    "harsh": {"client_ref": "ignored", "iis_paths": True, "comment_like_rules": True, "unknown_filter_field": "empty"},
}
WRITES = 9
"""Two items made and one changed, three barcodes and one taken away, one price document made and posted."""


class Line(httpx.AsyncBaseTransport):
    """The line to 1C: notes every write, loses the answer of one of them."""

    def __init__(self, onec: Onec) -> None:
        self._inner = httpx.ASGITransport(onec._kept)
        self.writes: list[tuple[str, str]] = []
        self.lose: int | None = None
        self.before = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return await self._inner.handle_async_request(request)
        path = request.url.path.split("standard.odata/")[1]
        self.writes.append((request.method, path))
        lost = self.lose is not None and len(self.writes) == self.lose
        if lost and self.before:
            raise httpx.ReadError("the line went dead")
        response = await self._inner.handle_async_request(request)
        if lost:
            await response.aread()
            raise httpx.ReadError("the line went dead")
        return response


@pytest.fixture(params=SIBLINGS)
async def base(request: pytest.FixtureRequest, shop: Shop) -> AsyncIterator[tuple[Shop, Onec, Line]]:
    onec = Onec(BASE, **SIBLINGS[request.param])
    line = Line(onec)
    catalogue = onec_catalogue(onec, line)
    shop.replace_erp(catalogue)
    fill(
        shop,
        held(1),
        held(2, name="Чай 100% «Лисма» + мята", article=None, vat_rate=VatRate.TEN),
        held(3, id="bread", name="Хлеб белый", article="X-1", barcodes=(BREAD_CODE,), vat_rate=VatRate.TEN),
    )
    await shop.pull()
    yield shop, onec, line
    await catalogue.close()


async def what_stands(onec: Onec) -> tuple[Counter[str], dict[str, str], list[Any]]:
    items = await onec.rows(ITEMS, "$filter=IsFolder eq false")
    names = {row["Ref_Key"]: row["Description"] for row in items}
    codes = {row["Штрихкод"]: names[row["Номенклатура_Key"]] for row in await onec.rows(BARCODES)}
    ours = [row for row in await onec.rows(PRICES) if "[smena:" in row["Комментарий"]]
    documents = [(row["Posted"], sorted(line["Цена"] for line in row["Товары"])) for row in ours]
    return Counter(names.values()), codes, documents


async def test_what_was_shown_stands_in_1c_and_nothing_more(base: tuple[Shop, Onec, Line]) -> None:
    shop, onec, line = base

    run = await shop.apply(await import_diff(shop, prices=PRICED))

    names, codes, documents = await what_stands(onec)
    assert counts(run["result"]) == {"created": 2, "updated": 1}
    assert names == Counter(["Молоко", "Хлеб белый", "Товар 1", "Чай 100% «Лисма» + мята"])
    assert codes[barcode(1)] == "Товар 1"
    assert codes[BREAD_CODE] == "Хлеб белый"
    assert documents == [(True, [1, 2, 3])]
    made = [row for row in await onec.rows(ITEMS) if row["Description"] == "Товар 1"]
    assert made[0]["Parent_Key"] == "00000000-0000-0000-0000-000000000000"
    sent = len(line.writes)
    await shop.pull()
    again = await import_diff(shop, prices=PRICED)
    assert again["counts"]["identical"] == 3, await shop.rows(again)
    assert (await shop.apply(again))["result"]["rows"] == 0
    assert len(line.writes) == sent


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, WRITES + 1))
async def test_an_answer_lost_at_any_write_leaves_each_thing_once(
    base: tuple[Shop, Onec, Line], nth: int, lost: str
) -> None:
    shop, onec, line = base
    await shop.apply(await import_diff(shop, prices=PRICED))
    fill(
        shop,
        held(3, id="bread", name="Хлеб новый", article="X-1", barcodes=(barcode(33),), vat_rate=VatRate.TEN),
        held(4, name="Товар 4", retail_price=Kopecks(456)),
        held(5, name="Товар 5", retail_price=Kopecks(567)),
    )
    run = await promised(shop, await import_diff(shop, prices=PRICED))
    line.writes.clear()
    line.lose, line.before = nth, lost == "before"

    await shop.work()

    names, codes, documents = await what_stands(onec)
    assert counts(await outcome(shop, run)) == {"created": 2, "updated": 1}
    assert len(line.writes) >= WRITES
    assert set(names.values()) == {1}
    assert set(names) == {"Молоко", "Хлеб новый", "Товар 1", "Чай 100% «Лисма» + мята", "Товар 4", "Товар 5"}
    assert (codes[barcode(4)], codes[barcode(5)], codes[barcode(33)]) == ("Товар 4", "Товар 5", "Хлеб новый")
    assert BREAD_CODE not in codes
    assert sorted(prices for _, prices in documents) == [[1, 2, 3], [4.56, 5.67]]
    assert [posted for posted, _ in documents] == [True, True]
    assert (await import_diff(shop, prices=PRICED))["counts"]["identical"] == 5
