"""A word nobody knew holds its document; once the configuration knows it, a second reading completes the shift."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from contract.cabinets.ikassa_by_hand import ikassa_by_hand
from contract.outside.raw_http import raw_server
from contract.sales_ingest.client import SalesClient
from contract.sales_ingest.serving import configuration, serving
from integration.sales_ingest.test_bad_input import Day, served
from sales_ingest.main import SERVICE
from smena.db.migrate import migrate
from unit.sales_ingest.till import NUMBER

PULL = {"registers": ["kassa-1"], "from": "2026-02-03", "to": "2026-02-03"}
PERIOD = {"register": "kassa-1", "from": "2026-02-03", "to": "2026-02-03"}
WEBKASSA = """operator = "webkassa"
base_url = "http://127.0.0.1:1"
token = { env = "WK_TOKEN" }"""
IKASSA = """operator = "ikassa"
base_url = "{address}"
accounts_url = "{address}/accounts"
client_id = "shop"
client_secret = {{ env = "WK_TOKEN" }}"""
Json = dict[str, Any]


@asynccontextmanager
async def webkassa() -> AsyncIterator[str]:
    day = Day.of(NUMBER)
    day.header["docTypeName"] = "Продажа со скидкой"
    async with raw_server() as server:
        server.answers = served({NUMBER: day})
        yield WEBKASSA.replace("http://127.0.0.1:1", server.address)


def ikassa_sale(number: int, kopecks: int, kind: str = "sale", payment: str = "cash") -> Json:
    line = {"name": "Молоко", "quantity": 1000, "price": kopecks, "sum": kopecks, "tax": 10}
    return ikassa_document(number, kind) | {
        "items": [line],
        "payments": [{"type": payment, "sum": kopecks}],
        "totals": {"raw": kopecks, "discount": 0, "markup": 0, "payable": kopecks, "change": 0},
    }


def ikassa_document(number: int, kind: str) -> Json:
    created = f"2026-02-03T08:{number:02}:00+03:00"
    return {"uid": f"{number:024x}", "type": kind, "number": number, "shift": 7, "created": created, "currency": "BYN"}


@asynccontextmanager
async def ikassa(**strange: str) -> AsyncIterator[str]:
    figures = {
        "shiftNumber": 7, "openDate": "2026-02-03T08:00:00+03:00", "closed": "2026-02-03T08:03:00+03:00",
        "salesCount": 2, "salesSum": 300,
    }  # fmt: skip
    async with ikassa_by_hand() as by_hand:
        closed = ikassa_document(3, "zreport") | {"report": figures}
        by_hand.documents = [ikassa_sale(1, 100), ikassa_sale(2, 200, **strange), closed]
        yield IKASSA.format(address=by_hand.server.address)


STRANGE: dict[str, tuple[Callable[[], AbstractAsyncContextManager[str]], str, str]] = {
    "webkassa, a kind": (webkassa, "продажа со скидкой", 'documents = { "продажа со Скидкой" = "sale" }'),
    "ikassa, a kind": (lambda: ikassa(kind="sale-online"), "sale-online", 'documents = { "sale-online" = "sale" }'),
    "ikassa, a payment": (lambda: ikassa(payment="bank_link"), "bank_link", 'payments = { "bank_link" = "card" }'),
}


async def look_again(api: SalesClient, entry: str) -> Json:
    run: Json = await api.run(f"/quarantine/{entry}/retry")
    assert run["state"] == "succeeded", run
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    waiting = (await api.get("/quarantine", {"register": "kassa-1"}))["data"]
    return {**run["result"], "state": shift["state"], "shift": shift["id"], "waiting": [one["id"] for one in waiting]}


@pytest.mark.parametrize("case", STRANGE)
async def test_a_word_added_to_the_configuration_lets_the_document_in_and_the_shift_is_whole(
    case: str, database_url: str, tmp_path: Path
) -> None:
    cabinet, word, codes = STRANGE[case]
    await migrate(SERVICE, database_url)
    path = tmp_path / "smena.toml"
    async with cabinet() as table:
        path.write_text(configuration().replace(WEBKASSA, table, 1))
        async with serving(path, database_url) as api:
            pulled = await api.run("/pulls", PULL)
            assert (pulled["result"]["new"], pulled["result"]["quarantined"]) == (2, 1), pulled
            (entry,) = (await api.get("/quarantine", {"register": "kassa-1"}))["data"]
            assert word in entry["reason"].lower()
            assert word in json.dumps(json.loads(entry["raw"]), ensure_ascii=False).lower()
            before = await look_again(api, entry["id"])
            assert (before["state"], before["waiting"], before["new"]) == ("incomplete", [entry["id"]], 0)

        path.write_text(configuration().replace(WEBKASSA, f"{table}\ncodes = {{ {codes} }}", 1))
        async with serving(path, database_url) as api:
            after = await look_again(api, entry["id"])
            assert (after["state"], after["waiting"], after["new"]) == ("unresolved", [], 1)
            await api.post("/resolutions", {"item_ref": "milk", "scope": PERIOD})
            published = await api.post(f"/shifts/{after['shift']}/publish")
            revision = await api.get(f"/shifts/{after['shift']}/revisions/{published['revision']}")

    assert (revision["revision"], revision["amount"], revision["counts"]["sales"]) == (1, "3.00", 2)
    paid = {one["kind"]: one["amount"] for one in revision["payments"]}
    assert paid == ({"cash": "1.00", "card": "2.00"} if case == "ikassa, a payment" else {"cash": "3.00"})
