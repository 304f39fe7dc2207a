"""Goods of the cabinet: listing, filtering, saving."""

from typing import Any

import httpx
import pytest


async def listed(cabinet: httpx.AsyncClient, **asked: Any) -> Any:
    answer = await cabinet.post("warehouse/list", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def saved(cabinet: httpx.AsyncClient, *goods: Any) -> Any:
    answer = await cabinet.post("warehouse/save", json={"goods": list(goods)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


@pytest.mark.parametrize(("is_open", "fixture"), [(1, "goods_open"), (0, "goods_hidden")])
async def test_open_and_hidden_goods_are_listed_apart(
    cabinet: httpx.AsyncClient, typed_by_hand: Any, text_of: Any, is_open: int, fixture: str
) -> None:
    answer = await cabinet.post("warehouse/list", json={"isOpen": is_open, "cashRegisterId": "131010705"})

    assert text_of(answer.content) == typed_by_hand(fixture)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"goodId": 40002}, [40002]),
        ({"vendorCode": "A-1"}, [40001]),
        ({"gtin": "4810000000018"}, [40001]),
        ({"gtin": "4810000000025"}, [40001]),
        ({"gtin": "1"}, []),
        ({"vendorCode": "A-1", "goodId": 40002}, []),
    ],
)
async def test_filters_are_joined_by_and(cabinet: httpx.AsyncClient, asked: Any, found: list[int]) -> None:
    assert [good["goodId"] for good in await listed(cabinet, isOpen=1, **asked)] == found


async def test_a_new_good_gets_the_id_reserved_for_its_barcode_once(cabinet: httpx.AsyncClient) -> None:
    good = {"goodName": "Сыр", "gtin": "4810000000032", "sellPrice": 7.9, "sellVat": 1, "unit": 0}

    first, second = await saved(cabinet, good, good)

    assert first == {"index": 0, "status": "created", "goodId": 40003, "errMess": None}
    assert second == {"index": 1, "status": "created", "goodId": 900001, "errMess": None}
    assert len(await listed(cabinet, isOpen=1, gtin="4810000000032")) == 2


async def test_a_new_good_gets_the_id_reserved_for_its_article(cabinet: httpx.AsyncClient) -> None:
    (result,) = await saved(cabinet, {"goodName": "Сыр", "vendorCode": "A-3"})

    assert result["goodId"] == 40003


async def test_an_absent_field_is_kept_and_null_clears(cabinet: httpx.AsyncClient) -> None:
    (result,) = await saved(cabinet, {"goodId": 40001, "sellPrice": 2.45, "groupName": None})

    (good,) = await listed(cabinet, isOpen=1, goodId=40001)
    assert result == {"index": 0, "status": "updated", "goodId": 40001, "errMess": None}
    assert (good["sellPrice"], good["groupName"], good["buyPrice"], good["goodName"]) == (2.45, None, 1.5, "Молоко")


async def test_hiding_a_good_moves_it_to_the_other_list(cabinet: httpx.AsyncClient) -> None:
    await saved(cabinet, {"goodId": 40001, "isOpen": 0})

    assert 40001 in [good["goodId"] for good in await listed(cabinet, isOpen=0)]


@pytest.mark.parametrize(
    "row",
    [
        {"goodId": 1, "goodName": "нет такого"},
        {"goodName": ""},
        {"vendorCode": "без имени"},
        {"goodName": "x", "sellPrice": 1.005},
        {"goodName": "x", "sellPrice": "1.00"},
        {"goodName": "x", "sellPrice": -1},
        {"goodName": "x", "sellVat": 4},
        {"goodName": "x", "unit": 9},
        {"goodName": "x" * 256},
        {"goodName": 5},
        {"goodId": 40001, "goodName": None},
        "no object",
    ],
)
async def test_a_bad_row_is_rejected_alone(cabinet: httpx.AsyncClient, row: Any) -> None:
    bad, good = await saved(cabinet, row, {"goodId": 40002, "sellPrice": 5})

    assert bad["status"] == "rejected"
    assert bad["errMess"]
    assert good["status"] == "updated"


async def test_a_price_as_binary_float_is_read_by_its_decimal_form(cabinet: httpx.AsyncClient) -> None:
    await saved(cabinet, {"goodId": 40001, "sellPrice": 1.1, "quantity": 0.1})

    (good,) = await listed(cabinet, isOpen=1, goodId=40001)
    assert (good["sellPrice"], good["quantity"]) == (1.1, 0.1)


@pytest.mark.parametrize("body", ["[]", "{}", '{"goods": 1}', "{"])
async def test_a_body_that_is_no_list_of_goods_is_refused(cabinet: httpx.AsyncClient, body: str) -> None:
    answer = await cabinet.post("warehouse/save", content=body)

    assert answer.status_code == 400
    assert "exception" in answer.json()


async def test_more_than_500_goods_are_refused_whole(cabinet: httpx.AsyncClient) -> None:
    answer = await cabinet.post("warehouse/save", json={"goods": [{"goodName": "x"}] * 501})

    assert answer.status_code == 400
    assert len(await listed(cabinet, isOpen=1)) == 2
