"""Documents of the cabinet, against fixtures typed by hand from the wire description."""

from typing import Any

import httpx
import pytest

from smena_sandbox.application import Sandbox

MIDNIGHT = 1767560400000
"""2026-01-05 00:00 in Minsk."""
DAY = 86_400_000
REGISTER = "131010705"


async def test_a_day_of_headers_has_every_kind_in_order(
    cabinet: httpx.AsyncClient, typed_by_hand: Any, text_of: Any
) -> None:
    answer = await cabinet.get("get-check-history", params={"date": MIDNIGHT, "cashRegisterId": REGISTER})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert text_of(answer.content) == typed_by_hand("check_history")


async def test_documents_of_a_period_are_split_by_kind(
    cabinet: httpx.AsyncClient, typed_by_hand: Any, text_of: Any
) -> None:
    answer = await cabinet.get("get-cashdocs-for-period", params={"dateStart": MIDNIGHT, "dateEnd": MIDNIGHT + DAY})

    assert text_of(answer.content) == typed_by_hand("cashdocs")
    assert list(answer.json()) == ["sales", "moneyBacks", "rollBacks", "deposits", "withdraws", "zreports"]


async def test_sold_lines_repeat_the_totals_of_their_receipt(
    cabinet: httpx.AsyncClient, typed_by_hand: Any, text_of: Any
) -> None:
    answer = await cabinet.get("get-sales", params={"date": MIDNIGHT, "cashRegisterId": REGISTER})

    assert text_of(answer.content) == typed_by_hand("sales")


async def test_fields_come_in_the_order_of_the_description(cabinet: httpx.AsyncClient) -> None:
    answer = await cabinet.get("get-cashdocs-for-period", params={"dateStart": MIDNIGHT, "dateEnd": MIDNIGHT + DAY})

    prefix = (
        b'{"sales":[{"docId":700003,"uid":"000000000000000000000002","docDate":1767589800000,"docNumber":5002,'
        b'"dateIn":1767589802000,"status":1,"docType":1,"shiftId":700001,"sale":{"saleId":1700003,"subTotalSum":9.32,'
        b'"subTotalDiscount":0.37,"subTotalAllowance":0.05,"totalSumCash":5.0,"totalSumNoCash":4.0,"totalSumOther":0.0,'
    )
    assert answer.content.startswith(prefix)


async def test_the_window_is_half_open(cabinet: httpx.AsyncClient) -> None:
    sold_at = 1767589800000
    inside = await cabinet.get("get-cashdocs-for-period", params={"dateStart": sold_at, "dateEnd": sold_at + 1})
    before = await cabinet.get("get-cashdocs-for-period", params={"dateStart": MIDNIGHT, "dateEnd": sold_at})

    assert [document["docNumber"] for document in inside.json()["sales"]] == [5002]
    assert before.json()["sales"] == []
    assert len(before.json()["deposits"]) == 1


async def test_what_has_not_happened_yet_is_not_shown(sandbox: Sandbox, cabinet: httpx.AsyncClient) -> None:
    from smena_sandbox.clock import instant

    sandbox.world.clock.set(instant(1767590400000))

    answer = await cabinet.get("get-check-history", params={"date": MIDNIGHT})

    assert [document["docNumber"] for document in answer.json()] == [5001, 5002, 5003]
    assert {document["endDate"] for document in answer.json()} == {None}


async def test_another_register_has_nothing(cabinet: httpx.AsyncClient) -> None:
    answer = await cabinet.get("get-check-history", params={"date": MIDNIGHT, "cashRegisterId": "131010706"})

    assert answer.json() == []


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("get-check-history", {"date": MIDNIGHT + 1, "cashRegisterId": REGISTER}),
        ("get-check-history", {"date": MIDNIGHT + 3 * 3_600_000}),
        ("get-check-history", {"date": "2026-01-05"}),
        ("get-check-history", {"date": 10**20}),
        ("get-check-history", {}),
        ("get-check-history", {"date": MIDNIGHT, "cashRegisterId": "999999999"}),
        ("get-sales", {"date": MIDNIGHT + 1}),
        ("get-cashdocs-for-period", {"dateStart": MIDNIGHT}),
        ("get-cashdocs-for-period", {"dateStart": MIDNIGHT + 1, "dateEnd": MIDNIGHT}),
        ("get-cashdocs-for-period", {"dateStart": 0, "dateEnd": 1, "cashRegisterId": "1"}),
    ],
)
async def test_a_wrong_parameter_is_refused_in_the_cabinets_form(
    cabinet: httpx.AsyncClient, call: str, params: dict[str, Any]
) -> None:
    answer = await cabinet.get(call, params=params)

    assert answer.status_code == 400
    assert set(answer.json()) == {"exception"}
    assert answer.json()["exception"]["url"] == f"/webkassa/api/{call}"


@pytest.mark.parametrize("header", ["", "Bearer wrong", "key-of-the-contract-tests", "Basic a2V5"])
async def test_a_wrong_key_is_refused(
    cabinet: httpx.AsyncClient, typed_by_hand: Any, text_of: Any, header: str
) -> None:
    answer = await cabinet.get("get-check-history", params={"date": MIDNIGHT}, headers={"Authorization": header})

    assert answer.status_code == 401
    assert text_of(answer.content) == typed_by_hand("error_token")


async def test_an_unknown_call_and_a_wrong_method_are_refused(cabinet: httpx.AsyncClient) -> None:
    unknown = await cabinet.get("get-everything")
    wrong = await cabinet.post("get-sales")

    assert (unknown.status_code, wrong.status_code) == (404, 405)
    assert set(unknown.json()["exception"]) == {
        "errCodeForClient", "errMessForClient", "errCodeOriginal", "errMessOriginal", "url",
    }  # fmt: skip


async def test_line_sums_may_be_after_discount(sandbox: Sandbox, cabinet: httpx.AsyncClient) -> None:
    """Nobody states which it is, so the sandbox can do both; the receipt's totals stay."""
    sandbox.world.cabinet.sums_after_discount = True

    answer = await cabinet.get("get-cashdocs-for-period", params={"dateStart": MIDNIGHT, "dateEnd": MIDNIGHT + DAY})

    sale = answer.json()["sales"][0]["sale"]
    assert [line["sum"] for line in sale["saleProducts"]] == [4.6, 1.62, 3.05]
    assert (sale["subTotalSum"], sale["subTotalDiscount"]) == (9.32, 0.37)
