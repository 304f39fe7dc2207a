"""Rules that come later, stand-ins that are sorted later, odd prices, and lists by cashier, over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from contract.sales_ingest.client import SalesClient
from integration.sales_ingest.shop import binding
from sales_ingest.adapters.unit_of_work import open_work
from sales_ingest.main import SERVICE
from sales_ingest.use_cases.keep_bindings import keep_bindings
from smena.cabinets.memory import MemoryCabinet
from smena.clock import SystemClock
from smena.db.database import open_database
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line, setup

JANUARY = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}
PERIOD = {"register": "kassa-1", "from": "2026-01-01", "to": "2026-01-31"}


async def bind(api: SalesClient, *bindings: Any) -> int:
    database = open_database(api.database_url, SERVICE.schema)
    work = open_work(database, SystemClock())
    try:
        return await keep_bindings(
            uuid4(), datetime.now(UTC), "wk-main", bindings, registers={"kassa-1": setup()}, open_work=work
        )
    finally:
        await database.close()


ONEC = """
[[erp]]
organization = "romashka"
kind = "onec-odata"
base_url = "http://127.0.0.1:1"
user = "smena"
password = { env = "ONEC_PASSWORD" }
refs = { organization = "11111111-1111-1111-1111-111111111111" }
"""


async def defaults_told(api: SalesClient) -> list[str]:
    """What the month's checklist says of every line under a default item."""
    points = (await api.get("/month-end", {"month": "2026-01"}))["points"]
    return [row["detail"] for point in points if point["name"] == "default-items" for row in point["rows"]]


def two_shifts() -> Till:
    till = Till()
    till.sale(line("4.10", item=None, name="Пакет"), line("1.00", item=None, name="Спички"))
    till.refund(line("1.00", item=None, name="Спички"))
    till.close()
    till.sale(line("4.10", item=None, name="пакет "))
    till.close()
    return till


async def test_what_stands_under_a_default_item_is_listed_and_sorting_it_makes_a_revision(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    cabinet.documents.extend(two_shifts().documents)
    await api.run("/pulls", JANUARY)

    filled = await api.post("/resolutions", {"item_ref": "default-20", "scope": PERIOD})
    assert (filled["lines"], filled["shifts"], filled["by_rule"]) == (4, 2, 0)
    await api.run("/publications", JANUARY)
    standing = (await api.get("/default-items", PERIOD))["data"]
    assert {(one["name"], one["lines"], one["quantity"], one["amount"]) for one in standing} == {
        ("Пакет", 2, "2.000", "8.20"),
        ("Спички", 2, "0.000", "0.00"),
    }
    assert {one.partition("учтено ")[2] for one in await defaults_told(api)} == {
        "под номенклатурой по умолчанию для ставки 20 %"
    }
    await bind(api, binding("another", "default-20"))
    assert {one.partition("учтено ")[2] for one in await defaults_told(api)} == {"как «Молоко 1 л»"}
    shifts = (await api.get("/shifts", PERIOD))["data"]
    before = {one["id"]: await api.get(f"/shifts/{one['id']}/revisions/1") for one in shifts}

    (bag,) = (one for one in standing if one["name"] == "Пакет")
    sorted_now = await api.post(
        "/resolutions", {"item_ref": "ref-bag", "scope": {"group": bag["group"]}, "remember": True}
    )
    assert (sorted_now["lines"], sorted_now["shifts"], sorted_now["remembered"]) == (2, 2, 1)
    published = await api.run("/publications", JANUARY)

    assert [one["revision"] for one in published["result"]["published"]] == [2, 2]
    for shift, first in before.items():
        assert await api.get(f"/shifts/{shift}/revisions/1") == first
        second = await api.get(f"/shifts/{shift}/revisions/2")
        assert (second["previous_revision"], second["amount"]) == (1, first["amount"])
    assert [one["name"] for one in (await api.get("/default-items", PERIOD))["data"]] == ["Спички"]
    pages = [(await api.get("/default-items", {**PERIOD, "limit": "1"}))["next_cursor"]]
    assert pages == [None]


async def test_a_remembered_rule_decides_at_once_what_waits_elsewhere(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = two_shifts()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    (first, *_) = [
        one for one in (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"] if one["number"] == 1
    ]
    (bag,) = [one for one in first["lines"] if one["name"] == "Пакет"]

    filled = await api.post("/resolutions", {"item_ref": "ref-bag", "scope": {"lines": [bag["id"]]}, "remember": True})

    assert filled == {"lines": 1, "shifts": 2, "remembered": 1, "by_rule": 1, "refused": []}
    shifts = {one["number"]: one["state"] for one in (await api.get("/shifts", PERIOD))["data"]}
    assert shifts == {1: "unresolved", 2: "ready"}
    by_rule = (await api.get("/receipts", {**PERIOD, "resolution": "rule"}))["data"]
    assert [(one["number"], one["lines"][0]["item_ref"]) for one in by_rule] == [(4, "ref-bag")]


async def test_a_person_may_decide_a_line_anew_and_a_binding_stays(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    till.sale(line("4.10", item=None, name="Пакет"), line("2.00"))
    till.close()
    cabinet.documents.extend(till.documents)
    await bind(api, binding())
    await api.run("/pulls", JANUARY)
    (receipt,) = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    ids = [one["id"] for one in receipt["lines"]]
    await api.post("/resolutions", {"item_ref": "wrong", "scope": PERIOD})
    await api.run("/publications", JANUARY)

    again = await api.post("/resolutions", {"item_ref": "right", "scope": {"lines": ids}})
    published = await api.run("/publications", JANUARY)

    assert again["lines"] == 1
    assert [one["revision"] for one in published["result"]["published"]] == [2]
    lines = (await api.get(f"/receipts/{receipt['id']}"))["lines"]
    assert [(one["item_ref"], one["resolution"]) for one in lines] == [("right", "manual"), ("ref-1", "binding")]


async def test_what_a_person_filled_in_stays_when_the_receipt_changes_otherwise(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    till.sale(line("4.10", item=None, name="Пакет"), line("1.00", item=None, name="Спички"))
    till.close()
    cabinet.documents.extend(till.documents)
    await bind(api, replace(binding("other", "ref-bag", price=410), unit="кг"))
    await api.run("/pulls", JANUARY)
    (receipt,) = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    bag, matches = (one["id"] for one in receipt["lines"])
    await api.post("/resolutions", {"item_ref": "ref-bag", "scope": {"lines": [bag]}})
    await api.post("/resolutions", {"item_ref": "default-20", "scope": {"lines": [matches]}})

    sale = cabinet.documents[0]
    cabinet.documents[0] = replace(sale, target_fiscal_id="note", raw=b'{"changed": true}')  # type: ignore[arg-type]
    assert (await api.run("/pulls", JANUARY))["result"]["changed"] == 1

    lines = (await api.get(f"/receipts/{receipt['id']}"))["lines"]
    assert [(one["item_ref"], one["resolution"], one["unit"], one["price_source"]) for one in lines] == [
        ("ref-bag", "manual", "кг", "list"),
        ("default-20", "default", "шт", "derived"),
    ]


async def test_receipts_are_found_by_cashier_by_price_by_free_lines_and_by_text(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    till.sale(line("4.10"), cashier="Иванова")
    till.sale(line("4.00"), cashier="Петрова")
    till.sale(replace(line("4.10"), discount=Kopecks(60)), cashier="Петрова")
    till.annul(till.sale(line("9.99", item=None, name="Свободный 100%_чек"), cashier="Петрова"))
    till.refund(line("4.10"), cashier="Иванова")
    till.close()
    cabinet.documents.extend(
        replace(one, cashier="Петрова") if one.kind == "annulment" else one for one in till.documents
    )
    await bind(api, binding(price=410))
    await api.run("/pulls", JANUARY)

    async def numbers(**query: str) -> list[int]:
        return sorted(one["number"] for one in (await api.get("/receipts", {**PERIOD, **query}))["data"])

    assert await numbers(cashier="Иванова") == [1, 6]
    assert await numbers(not_at_list_price="true") == [2]
    assert await numbers(not_at_list_price="false", kind="sale", cashier="Петрова") == [3, 4]
    assert await numbers(free_form="true") == [4]
    assert await numbers(resolution="none") == [4]
    assert await numbers(q="0%_ч") == [4]
    assert await numbers(q="0%ч") == []
    assert await numbers(q="2") == [2]
    assert await numbers(q=cabinet.documents[2].fiscal_id or "") == [3]
    await api.get("/receipts", {"q": "\x00"}, status=422)
    await api.get("/receipts", {"resolution": "guess"}, status=422)

    first = await api.get("/cashiers", {**PERIOD, "limit": "1"})
    (last,) = (await api.get("/cashiers", {**PERIOD, "limit": "1", "cursor": first["next_cursor"]}))["data"]
    assert [(one["cashier"], one["sales"], one["refunds"]) for one in (*first["data"], last)] == [
        ("Иванова", {"count": 1, "sum": "4.10"}, {"count": 1, "sum": "4.10"}),
        ("Петрова", {"count": 3, "sum": "17.49"}, {"count": 0, "sum": "0.00"}),
    ]
    assert (last["annulments"], last["free_form"], last["not_at_list_price"]) == (
        {"count": 1, "sum": "9.99"},
        {"count": 1, "sum": "9.99"},
        {"count": 1, "sum": "4.00"},
    )
    assert (await api.get("/cashiers", PERIOD, token="other", status=422))["type"].endswith("unknown-register")


@pytest.mark.parametrize("erp", [ONEC])
async def test_a_reference_1c_can_not_have_is_refused_before_any_line_takes_it(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    cabinet.documents.extend(two_shifts().documents)
    await api.run("/pulls", JANUARY)

    refused = await api.post("/resolutions", {"item_ref": "milk", "scope": PERIOD, "remember": True}, status=422)

    assert refused["type"].endswith("/item-not-of-the-erp")
    assert "«milk» — не ссылка 1С" in refused["detail"]
    assert sum(one["lines"] for one in (await api.get("/unresolved", PERIOD))["data"]) == 4
    filled = await api.post("/resolutions", {"item_ref": str(uuid4()), "scope": PERIOD})
    assert filled["lines"] == 4
