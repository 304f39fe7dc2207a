"""The sandbox's iKassa, against what was typed by hand from the wire description."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from smena_sandbox.application import Sandbox
from smena_sandbox.server import running

REGISTER = "131010705"
DAY = {"cashbox": REGISTER, "from": "2026-01-05T00:00:00+03:00", "to": "2026-01-06T00:00:00+03:00"}


@pytest.fixture
async def ikassa(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        running(sandbox) as address,
        httpx.AsyncClient(base_url=f"{address}/ikassa/", trust_env=False) as client,
    ):
        client.headers["Authorization"] = (await ask_token(client, sandbox)).json()["access_token"]
        yield client


async def ask_token(client: httpx.AsyncClient, sandbox: Sandbox, **wrong: str) -> httpx.Response:
    form = {
        "client_id": "smena-sandbox",
        "client_secret": sandbox.accounts.secret,
        "grant_type": "client_credentials",
        "audience": "190000005",
        "scope": "api",
    }
    return await client.post("accounts/oauth/token", data=form | wrong)


async def call(client: httpx.AsyncClient, verb: str, body: Any) -> Any:
    answer = await client.post(f"api/{verb}", json=body)
    return answer.json()


async def test_documents_come_as_typed_by_hand_in_pages(
    ikassa: httpx.AsyncClient, typed_by_hand: Any, text_of: Any
) -> None:
    answer = await ikassa.post("api/workstations.docs.list", json=DAY | {"offset": 0, "limit": 2})

    assert text_of(answer.content) == typed_by_hand("ikassa_docs")
    rest = await call(ikassa, "workstations.docs.list", DAY | {"offset": 2, "limit": 200})
    assert [one["type"] for one in rest["docs"]] == ["sale", "rollback", "refund", "withdraw", "zreport"]
    assert rest["docs"][1]["target"] == rest["docs"][0]["uid"]


async def test_a_z_report_has_the_published_layout(ikassa: httpx.AsyncClient) -> None:
    found = await call(ikassa, "workstations.docs.list", DAY | {"offset": 6, "limit": 1})

    assert found["docs"][0]["report"] == {
        "shiftNumber": 106, "openDate": "2026-01-05T08:00:00+03:00", "closed": "2026-01-05T21:00:00+03:00",
        "firstSaleDocumentNumber": 5002, "lastSaleDocumentNumber": 5003, "saleDocumentsCount": 2,
        "salesCount": 2, "salesCash": 500, "salesCashless": 400, "salesOther": 230, "salesSum": 1130,
        "moneyBacksCount": 1, "moneyBacksSum": 230, "depositsCount": 1, "depositsSum": 10000,
        "withdrawsCount": 1, "withdrawsSum": 5000, "rollbacksCount": 1, "rollbacksSum": 230,
        "cancelationsCount": 0, "cancelationsSum": 0, "correctionsCount": 0, "correctionsSum": 0,
    }  # fmt: skip


async def test_one_document_by_its_uid_and_the_registers(ikassa: httpx.AsyncClient) -> None:
    found = await call(ikassa, "workstations.docs.get", {"uid": "000000000000000000000004"})

    assert (found["type"], found["totals"]["payable"]) == ("rollback", 230)
    assert (await call(ikassa, "workstations.cashboxes", {}))["cashboxes"][0] == {"number": REGISTER, "name": "kassa-1"}


async def test_create_takes_the_observed_fields_only_and_update_the_rest(ikassa: httpx.AsyncClient) -> None:
    sku = {"id": "x-1", "article": "X", "code": "4810000000049", "isGTIN": True, "name": "Хлеб", "price": 150,
           "priceHasTax": True, "type": "product"}  # fmt: skip

    assert await call(ikassa, "wms.sku.create", {"sku": [sku, sku, sku | {"id": "x-2", "unit": "шт"}]}) == {
        "sku": [
            {"id": "x-1", "status": "created", "error": None},
            {"id": "x-1", "status": "rejected", "error": "товар x-1 уже есть"},
            {"id": "x-2", "status": "rejected", "error": "create не принимает: unit"},
        ]
    }
    await call(ikassa, "wms.sku.update", {"sku": [{"id": "x-1", "unit": "кг", "tax": 10, "article": None}]})
    listed = await call(ikassa, "wms.sku.list", {"offset": 0, "limit": 500})
    assert listed["total"] == len(listed["sku"]) == 4
    assert listed["sku"][-1] == sku | {"unit": "кг", "tax": 10, "group": None, "buyPrice": None, "article": None}


async def test_the_token_is_taken_raw_and_as_bearer_and_ends(ikassa: httpx.AsyncClient, sandbox: Sandbox) -> None:
    token = ikassa.headers["Authorization"]
    for header, status in ((token, 200), (f"Bearer {token}", 200), ("Bearer other", 401), ("", 401)):
        answer = await ikassa.post("api/workstations.cashboxes", json={}, headers={"Authorization": header})
        assert answer.status_code == status

    sandbox.accounts.given[token] = 0.0
    answer = await ikassa.post("api/workstations.cashboxes", json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.token.invalid")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_secret": "x"}, "invalid_client"),
        ({"audience": "190000006"}, "invalid_target"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_wrong_credentials_are_refused(
    ikassa: httpx.AsyncClient, sandbox: Sandbox, wrong: dict[str, str], error: str
) -> None:
    answer = await ask_token(ikassa, sandbox, **wrong)

    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == error


async def test_a_fault_answers_in_the_cabinets_form_and_late_documents_are_not_counted(
    ikassa: httpx.AsyncClient,
) -> None:
    url = str(ikassa.base_url).replace("/ikassa/", "/_sandbox/faults")
    when = {"path": "docs.list"}
    await ikassa.post(url, json={"target": "ikassa", "do": "late", "when": when, "ids": ["000000000000000000000002"]})
    found = await call(ikassa, "workstations.docs.list", DAY)
    assert (found["total"], len(found["docs"])) == (6, 6)

    await ikassa.post(url, json={"target": "ikassa", "do": "status", "code": 500, "when": when})
    answer = await ikassa.post("api/workstations.docs.list", json=DAY)
    assert (answer.status_code, answer.json()) == (500, {"code": "500", "message": "Сбой по сценарию: status"})
