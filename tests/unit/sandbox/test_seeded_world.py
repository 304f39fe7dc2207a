"""The seeded world: same seed, same bytes; every total consistent; every line has an item."""

from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from smena_sandbox.application import create_application
from smena_sandbox.clock import MINSK, instant, minsk_ms
from smena_sandbox.world.barcodes import comparable, is_valid
from smena_sandbox.world.model import Document, Kind
from smena_sandbox.world.onec_start import onec_start
from smena_sandbox.world.seeded import seeded_world
from smena_sandbox.world.world import World

DAY = 86_400_000
START = minsk_ms(datetime(2026, 1, 5))


@pytest.fixture(scope="module")
def world() -> World:
    return seeded_world()


def documents(world: World) -> list[Document]:
    return [document for till in world.cabinet.tills.values() for document in till.documents]


async def answers(seed: int) -> list[bytes]:
    app = create_application(seeded_world(seed=seed, days=3, receipts=20), tokens=["key"])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://sandbox", headers={"Authorization": "Bearer key"}
    ) as client:
        window = {"dateStart": str(START), "dateEnd": str(START + 4 * DAY)}
        return [
            (await client.get("/webkassa/api/get-cashdocs-for-period", params=window)).content,
            (await client.get("/webkassa/api/get-check-history", params={"date": str(START)})).content,
            (await client.get("/webkassa/api/get-sales", params={"date": str(START)})).content,
            (await client.post("/webkassa/api/warehouse/list", json={"isOpen": 1})).content,
            (await client.get("/_sandbox/config")).content,
        ]


async def test_same_seed_same_bytes() -> None:
    first, second, other = await answers(1), await answers(1), await answers(2)

    assert first == second
    assert first[0] != other[0]
    assert first[4] == other[4]
    assert onec_start(seeded_world(seed=3)) == onec_start(seeded_world(seed=3))


def test_every_kind_of_document_and_payment_occurs(world: World) -> None:
    found = documents(world)

    assert {document.kind for document in found} == set(Kind)
    sales = [document for document in found if document.kind is Kind.SALE]
    assert {(s.cash > 0, s.no_cash > 0, s.other > 0) for s in sales} == {
        (True, False, False), (False, True, False), (True, True, False), (False, False, True),
    }  # fmt: skip
    assert any(line.discount for sale in sales for line in sale.lines)
    assert any(line.allowance for sale in sales for line in sale.lines)
    assert any(line.quantity % 1000 for sale in sales for line in sale.lines)
    assert any(sale.discount > sum(line.discount for line in sale.lines) for sale in sales)


def test_payable_is_lines_minus_discounts_plus_markups(world: World) -> None:
    for document in documents(world):
        if document.kind in {Kind.SALE, Kind.REFUND}:
            assert document.subtotal == sum(line.amount for line in document.lines)
            assert document.payable == document.subtotal - document.discount + document.allowance
            assert document.payable > 0
            assert min(document.cash, document.no_cash, document.other) >= 0


def test_numbers_are_consecutive_and_the_z_report_spans_the_others(world: World) -> None:
    for till in world.cabinet.tills.values():
        assert all(later.number == earlier.number + 1 for earlier, later in pairwise(till.documents))
        assert all(earlier.at < later.at for earlier, later in pairwise(till.documents))
        for shift in till.shifts:
            z = shift.documents[-1].z
            assert z is not None
            assert (z.first_number, z.last_number) == (shift.documents[0].number, shift.documents[-1].number - 1)
            sales = [document for document in shift.documents if document.kind is Kind.SALE]
            assert (z.sales_count, z.sales_sum) == (len(sales), sum(sale.payable for sale in sales))


def test_an_annulment_follows_its_sale_at_once(world: World) -> None:
    for till in world.cabinet.tills.values():
        for earlier, later in pairwise(till.documents):
            if later.kind is Kind.ANNULMENT:
                assert (earlier.kind, earlier.uid) == (Kind.SALE, later.target)


def test_a_refund_gives_back_what_was_sold_before(world: World) -> None:
    for till in world.cabinet.tills.values():
        sold: list[object] = []
        for document in till.documents:
            if document.kind is Kind.SALE:
                sold += [id(line) for line in document.lines]
            if document.kind is Kind.REFUND:
                assert {id(line) for line in document.lines} <= set(sold)


def test_there_is_a_shift_each_day_and_the_last_register_crosses_midnight(world: World) -> None:
    for till in world.cabinet.tills.values():
        assert len(till.shifts) == 7
    last = list(world.cabinet.tills.values())[-1]
    crossing = [
        shift
        for shift in last.shifts
        if shift.closed is not None
        and instant(shift.closed).astimezone(MINSK).date() > instant(shift.opened).astimezone(MINSK).date()
    ]
    assert crossing
    assert all(instant(shift.closed or 0).astimezone(MINSK).hour < 6 for shift in crossing)


def test_no_shift_crosses_the_end_of_a_month() -> None:
    world = seeded_world(start=datetime(2026, 1, 20), days=20, receipts=3)

    for till in world.cabinet.tills.values():
        for shift in till.shifts:
            closed = instant(shift.closed or 0).astimezone(MINSK)
            assert closed.month == instant(shift.opened).astimezone(MINSK).month


def test_every_line_has_an_item_unless_free_lines_are_asked_for(world: World) -> None:
    items = {item.good_id for item in world.items}
    lines = [line for document in documents(world) for line in document.lines]

    assert all(line.good_id in items for line in lines)


@pytest.mark.parametrize("wanted", [1, 7, 500])
def test_exactly_so_many_free_lines_are_rung(wanted: int) -> None:
    world = seeded_world(days=2, receipts=25, free_lines=wanted)
    sales = [document for document in documents(world) if document.kind is Kind.SALE]

    assert sum(line.good_id is None for sale in sales for line in sale.lines) == wanted


def test_the_catalogue_can_be_exported(world: World) -> None:
    codes = {comparable(item.barcode) for item in world.items}

    assert len(codes) == len(world.items)
    assert len({item.article for item in world.items}) == len(world.items)
    for item in world.items:
        assert is_valid(item.barcode)
        assert item.article
        assert item.group
        assert 0 < item.purchase_price < item.retail_price


def test_a_diff_has_red_yellow_and_green(world: World) -> None:
    goods = world.cabinet.goods
    equal = [
        item
        for item in world.items
        if (good := goods.get(item.good_id)) and (good.name, good.sell_price) == (item.name, item.retail_price)
    ]
    missing = [item for item in world.items if item.good_id not in goods]
    spaces = [
        item
        for item in world.items
        if (good := goods.get(item.good_id)) and good.name != item.name and " ".join(good.name.split()) == item.name
    ]

    assert len(equal) > len(world.items) // 2
    assert missing
    assert spaces
    prices = {good.good_id: good.sell_price for good in goods.values()}
    assert any(prices.get(item.good_id, item.retail_price) != item.retail_price for item in world.items)


def test_the_clock_stands_after_the_last_shift(world: World) -> None:
    last = max(document.at for document in documents(world))

    assert world.clock.now_ms() > last
    assert world.clock.now() - instant(last) < timedelta(days=1)


def test_1c_holds_every_item_with_its_prices(world: World) -> None:
    start = onec_start(world)
    refs = {item.ref for item in start.items}

    assert len(refs) == len(start.items)
    assert {line.item for setting in start.price_settings for line in setting.lines} <= refs
    assert {line.item for receipt in start.goods_receipts for line in receipt.lines} <= refs
    assert {barcode.item for barcode in start.barcodes} <= refs
    assert {item.kind for item in start.items} == {"goods", "service", "material", "fixed-asset"}
    assert all(len(item.code) <= 11 for item in start.items)
