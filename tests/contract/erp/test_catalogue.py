"""What an ERP's catalogue promises, read from the sandbox's 1C as siblings differ."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from contract.erp.bases import onec_catalogue
from contract.sandbox_onec.wire import BARCODES, BREAD, ITEMS, MILK, OUTLET, PIECE, START, Onec
from smena.erp.catalogue import ErpCatalogue, ErpItem, ErpPrice, GoodsReceipt, GoodsReceiptLine
from smena.erp.errors import ErpSetupError
from smena.erp.memory import MemoryCatalogue
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate
from smena_sandbox.onec.start import Group, Item, OnecStart

T = TypeVar("T")
BREAD_ITEM = ErpItem(
    ref=BREAD, name="Хлеб", code="00-00000001", full_name="Хлеб ржаной", unit="шт", group="Продукты",
    barcodes=("4810000000012",), article="X-1", vat_rate=VatRate.TEN, retail_vat_rate=VatRate.TEN,
)  # fmt: skip
MILK_ITEM = ErpItem(
    ref=MILK, name="Молоко", code="00-00000002", full_name="Молоко 3,2 %", unit="шт", group="Продукты",
    barcodes=("0481000000002",), article="M_1", vat_rate=VatRate.TEN, retail_vat_rate=VatRate.TWENTY, active=False,
)  # fmt: skip


def price(kopecks: int, at: datetime, number: str) -> ErpPrice:
    return ErpPrice(BREAD, "Розничная", Kopecks(kopecks), at.replace(tzinfo=UTC), number)


PRICES = [
    price(150, datetime(2025, 12, 31, 21), "0000-000001"),
    price(165, datetime(2026, 1, 20, 9), "0000-000002"),
]
RECEIPT = GoodsReceipt(
    "d0000000-0000-4000-8000-000000000001", "0000-000007", date(2026, 1, 5), "ОАО Банк",
    (GoodsReceiptLine(BREAD, Thousandths(10_500), Kopecks(120), VatRate.TEN),),
)  # fmt: skip
SIBLINGS: dict[str, dict[str, Any]] = {
    "vat-enum": {},
    "vat-catalogue": {"vat": "catalogue"},
    "harsh": {"unknown_filter_field": "empty", "iis_paths": True, "charset": "windows-1251"},
}


@pytest.fixture(params=[*SIBLINGS, "memory"])
async def catalogue(request: pytest.FixtureRequest) -> AsyncIterator[ErpCatalogue]:
    opened: ErpCatalogue
    if request.param == "memory":
        opened = MemoryCatalogue(
            items=[BREAD_ITEM, MILK_ITEM], prices=PRICES, goods_receipts=[RECEIPT], warehouses={OUTLET: "manual-outlet"}
        )
    else:
        opened = onec_catalogue(Onec(**SIBLINGS[request.param]))
    yield opened
    await opened.close()


async def everything(pages: AsyncIterator[Sequence[T]]) -> list[T]:
    return [row async for page in pages for row in page]


async def test_items_come_whole_and_groups_do_not(catalogue: ErpCatalogue) -> None:
    items = await everything(catalogue.items())

    assert [replace(item, version=None) for item in items] == [BREAD_ITEM, MILK_ITEM]


async def test_only_posted_prices_count_at_the_bases_local_time(catalogue: ErpCatalogue) -> None:
    found = await everything(catalogue.prices())

    assert [replace(price, document_ref=None) for price in found] == PRICES


async def test_goods_receipts_name_their_supplier(catalogue: ErpCatalogue) -> None:
    assert await everything(catalogue.goods_receipts()) == [RECEIPT]


async def test_a_warehouse_has_a_kind_and_an_unknown_one_none(catalogue: ErpCatalogue) -> None:
    assert await catalogue.warehouse_kind(OUTLET) == "manual-outlet"
    assert await catalogue.warehouse_kind(str(uuid4())) is None


def many(count: int) -> OnecStart:
    groups = (Group(str(UUID(int=1)), "Верх"), Group(str(UUID(int=2)), "Низ", parent=str(UUID(int=1))))
    items = tuple(
        Item(str(uuid4()), f"Товар {n}", f"{n:011}", f"Товар {n}", f"A{n}", str(UUID(int=2)), PIECE, "20", "20")
        for n in range(count)
    )
    return OnecStart(units=START.units, groups=groups, items=items)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smena.erp.onec.catalogue.ITEMS_PER_REQUEST", 7)


@pytest.mark.usefixtures("small_pages")
async def test_a_walk_of_many_pages_gives_every_item_once_with_its_path() -> None:
    start = many(45)
    catalogue = onec_catalogue(Onec(start))

    items = await everything(catalogue.items())

    assert sorted(item.ref for item in items) == sorted(item.ref for item in start.items)
    assert {item.group for item in items} == {"Верх/Низ"}
    await catalogue.close()


class _Spoiled(httpx.AsyncBaseTransport):
    """A base that refuses to go on from a reference, or goes on with too little."""

    def __init__(self, onec: Onec, how: str) -> None:
        self.inner = httpx.ASGITransport(onec._kept)
        self.how = how
        self.skipped: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(urlsplit(str(request.url)).query)
        self.skipped += query.get("$skip", [])
        if "Ref_Key gt" in query.get("$filter", [""])[0]:
            if self.how == "refuses":
                refusal = b'{"odata.error": {"code": "14", "message": {"lang": "ru", "value": "no"}}}'
                return httpx.Response(400, stream=httpx.ByteStream(refusal))
            return httpx.Response(200, stream=httpx.ByteStream(b'{"value": []}'))
        return await self.inner.handle_async_request(request)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("spoiled", ["refuses", "loses"])
async def test_a_base_that_cannot_go_on_from_a_reference_loses_nothing(spoiled: str) -> None:
    start = many(30)
    onec = Onec(start)
    transport = _Spoiled(onec, spoiled)
    catalogue = onec_catalogue(onec, transport)

    items = await everything(catalogue.items())

    assert sorted(item.ref for item in items) == sorted(item.ref for item in start.items)
    assert transport.skipped
    await catalogue.close()


async def test_several_barcodes_of_an_item_keep_their_zeros() -> None:
    onec = Onec()
    await onec.call("POST", BARCODES, json={"Штрихкод": "00012", "Номенклатура_Key": BREAD})
    catalogue = onec_catalogue(onec)

    items = {item.ref: item for item in await everything(catalogue.items())}

    assert set(items[BREAD].barcodes) == {"4810000000012", "00012"}
    await catalogue.close()


async def test_kinds_of_items_are_told_apart() -> None:
    kinds = {"material": "m", "fixed-asset": "f", "service": "s", "certificate": "c", "goods": "g"}
    items = tuple(replace(START.items[0], ref=str(uuid4()), name=name, kind=kind) for kind, name in kinds.items())
    catalogue = onec_catalogue(Onec(replace(START, items=items, barcodes=(), price_settings=(), goods_receipts=())))

    found = await everything(catalogue.items())

    assert {item.kind: item.name for item in found} == kinds
    await catalogue.close()


async def test_an_unpublished_catalogue_is_named() -> None:
    catalogue = onec_catalogue(Onec(unpublished=frozenset({ITEMS})))

    with pytest.raises(ErpSetupError, match=ITEMS):
        await everything(catalogue.items())
    await catalogue.close()
