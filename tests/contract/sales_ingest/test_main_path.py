"""The accountant's path over HTTP: pull, look, fill, accept, publish, trace."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from contract.sales_ingest.client import SalesClient
from smena.cabinets.documents import PaymentKind
from smena.cabinets.memory import MemoryCabinet
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

JANUARY = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}
PERIOD = {"register": "kassa-1", "from": "2026-01-01", "to": "2026-01-31"}


def a_day(till: Till) -> None:
    milk = till.sale(line("12.30", quantity="3"), line("1.05", item="good-2", name="Хлеб", vat="10"))
    till.sale(line("4.10"), by=PaymentKind.CASHLESS)
    till.annul(till.sale(line("7.77")))
    till.refund(line("4.10"), target_fiscal_id=milk.fiscal_id)
    till.close()


async def test_from_pull_to_published_revision(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    a_day(till)
    cabinet.documents.extend(till.documents)

    pulled = await api.run("/pulls", JANUARY)
    assert pulled["state"] == "succeeded", pulled
    assert (pulled["result"]["read"], pulled["result"]["new"], pulled["result"]["quarantined"]) == (6, 6, 0)
    assert pulled["result"]["registers"][0]["register"] == "kassa-1"

    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    assert (shift["state"], shift["business_date"], shift["final"]) == ("unresolved", "2026-01-15", False)
    assert shift["reasons"][0]["code"] == "lines-without-item"
    held = await api.run("/publications", {**JANUARY, "registers": "all"})
    assert held["result"]["published"] == []
    assert (held["result"]["held"][0]["shift"], held["result"]["held"][0]["state"]) == (shift["id"], "unresolved")

    groups = (await api.get("/unresolved", PERIOD))["data"]
    assert [(one["name"], one["lines"], one["amount"]) for one in sorted(groups, key=lambda one: one["name"])] == [
        ("Молоко", 3, "20.50"),
        ("Хлеб", 1, "1.05"),
    ]
    (milk,) = (one for one in groups if one["name"] == "Молоко")
    assert milk["offered"] == {"20": "default-20"}
    filled = await api.post(
        "/resolutions", {"item_ref": "ref-milk", "scope": {"group": milk["group"]}, "remember": True}
    )
    assert filled == {"lines": 4, "shifts": 1, "remembered": 1, "by_rule": 0, "refused": []}
    await api.post("/resolutions", {"item_ref": "ref-bread", "scope": PERIOD})

    published = await api.run("/publications", JANUARY)
    assert [one["revision"] for one in published["result"]["published"]] == [1]
    assert published["result"]["held"] == []
    assert published["result"]["counts"] == {"published": 1, "unchanged": 0, "held": 0}
    (shift,) = (await api.get("/shifts", {**PERIOD, "state": "published"}))["data"]
    assert (shift["revision"], shift["final"], shift["day_final"]) == (1, True, True)

    revision = await api.get(f"/shifts/{shift['id']}/revisions/1")
    assert (revision["amount"], revision["previous_revision"]) == ("13.35", None)
    unsigned = {name: value for name, value in revision.items() if name != "sha256"}
    text = json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert revision["sha256"] == sha256(text.encode()).hexdigest()
    for one in revision["lines"]:
        behind = await api.get(f"/shifts/{shift['id']}/revisions/1/lines/{one['key']}/receipts")
        assert sum(round(float(each["amount"]) * 100) for each in behind["data"]) == round(float(one["amount"]) * 100)
    await api.get(f"/shifts/{shift['id']}/revisions/2", status=404)
    again = await api.post(f"/shifts/{shift['id']}/publish")
    assert (again["new"], again["revision"]) == (False, 1)


async def test_turnover_and_reconciliation_show_every_figure(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    a_day(till)
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)

    (day,) = (await api.get("/turnover", PERIOD))["data"]
    assert (day["date"], day["net"]) == ("2026-01-15", "13.35")
    assert (day["sales"], day["refunds"], day["annulments"]) == (
        {"count": 3, "sum": "25.22"},
        {"count": 1, "sum": "4.10"},
        {"count": 1, "sum": "7.77"},
    )
    assert day["payments"] == [
        {"kind": "cash", "sales": "21.12", "annulments": "7.77", "refunds": "4.10", "net": "9.25"},
        {"kind": "cashless", "sales": "4.10", "annulments": "0.00", "refunds": "0.00", "net": "4.10"},
    ]
    assert day["vat"] == [
        {"rate": "10", "sales": "1.05", "annulments": "0.00", "refunds": "0.00", "net": "1.05"},
        {"rate": "20", "sales": "24.17", "annulments": "7.77", "refunds": "4.10", "net": "12.30"},
    ]
    assert day["not_revenue"] == "0.00"
    (shift,) = (await api.get("/shifts"))["data"]
    found = await api.get(f"/shifts/{shift['id']}/reconciliation")
    assert (found["reconciled"], found["differences"], found["gaps"]) == (True, [], [])
    both = {name: (found["receipts"][name], found["z_report"][name]) for name in found["receipts"]}
    assert both["net_sum"] == ("13.35", "13.35")
    assert both["sales_cash"] == ("21.12", "21.12")
    assert both["refunds_cash"] == ("4.10", "not-given")
    assert both["net_cashless"] == ("4.10", "not-given")
    assert both["vat_20"] == ("2.05", "not-given")
    assert both["amount_vat_10"] == ("1.05", "not-given")


async def test_a_difference_is_accepted_with_a_reason_and_both_figures_stand(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.close(sales_sum=Kopecks(411))
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts"))["data"]
    assert shift["state"] == "unreconciled"
    held = await api.post(f"/shifts/{shift['id']}/publish")
    assert (held["new"], held["state"], held["reasons"][0]["code"]) == (False, "unreconciled", "sum-differs")

    await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "  "}, status=422)
    accepted = await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "Копейка в кабинете"}, status=201)
    assert (accepted["state"], accepted["accepted"][0]["field"]) == ("ready", "sales_sum")
    await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "ещё"}, status=409)
    assert (await api.post(f"/shifts/{shift['id']}/publish"))["revision"] == 1

    revision = await api.get(f"/shifts/{shift['id']}/revisions/1")
    assert revision["accepted"] == [
        {"field": "sales_sum", "receipts": "4.10", "z_report": "4.11", "reason": "Копейка в кабинете"}
    ]
    (difference,) = (await api.get(f"/shifts/{shift['id']}/reconciliation"))["differences"]
    assert (difference["expected"], difference["found"], difference["amount"]) == ("4.11", "4.10", "-0.01")
    assert (difference["accepted"], difference["reason"]) == (True, "Копейка в кабинете")


async def test_a_shift_over_the_months_end_waits_for_a_day(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till(at=datetime(2026, 1, 31, 18, tzinfo=UTC))
    till.sale(line("4.10"))
    till.close(at=datetime(2026, 2, 1, 7, tzinfo=UTC))
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    await api.post("/resolutions", {"item_ref": "ref", "scope": {**PERIOD, "to": "2026-02-28"}})
    (shift,) = (await api.get("/shifts"))["data"]
    assert (shift["state"], shift["business_date"]) == ("date_to_choose", "2026-02-01")
    choice = f"/shifts/{shift['id']}/business-date"

    await api.post(choice, {"date": "2026-02-02", "reason": "x"}, status=422)
    chosen = await api.post(choice, {"date": "2026-01-31", "reason": "Выручка января"})

    assert (chosen["state"], chosen["business_date"]) == ("ready", "2026-01-31")
    assert len((await api.get("/shifts", PERIOD))["data"]) == 1

    assert (await api.post(f"/shifts/{shift['id']}/publish"))["state"] == "published"
    await api.post(choice, {"date": "2026-02-01", "reason": "Передумали"}, status=409)
    assert (await api.get(f"/shifts/{shift['id']}"))["business_date"] == "2026-01-31"


async def test_a_shift_without_sales_is_final_without_publishing(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    till.deposit("50.00")
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)

    (shift,) = (await api.get("/shifts"))["data"]

    assert (shift["state"], shift["final"], shift["day_final"]) == ("ready", True, True)


async def test_a_free_line_of_an_annulled_sale_is_not_asked_for(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    till.annul(till.sale(line("4.10", item=None, name="Свободный чек")))
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)

    assert (await api.get("/unresolved", PERIOD))["data"] == []
    assert (await api.get("/receipts", {**PERIOD, "unresolved": "true"}))["data"] == []
    assert (await api.get("/shifts"))["data"][0]["state"] == "ready"


async def test_quarantine_shows_the_text_and_a_retry_reads_again(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    sale = till.sale(line("4.10"))
    till.close()
    cabinet.documents.extend([replace(sale, payable=Kopecks(9)), *till.documents[1:]])
    pulled = await api.run("/pulls", JANUARY)
    assert pulled["result"]["quarantined"] == 1
    (entry,) = (await api.get("/quarantine"))["data"]
    assert (entry["raw"], entry["number"]) == (sale.raw.decode(), 1)

    assert (await api.run(f"/quarantine/{entry['id']}/retry"))["state"] == "succeeded"
    (told,) = (await api.get("/audit", {"what": "quarantine.retry"}))["data"]
    assert (told["who"], told["subject"]) == ("bookkeeper", f"quarantine/{entry['id']}")
    assert len((await api.get("/quarantine"))["data"]) == 1
    cabinet.documents[0] = sale
    retried = await api.run(f"/quarantine/{entry['id']}/retry")

    assert retried["result"]["new"] == 1
    assert (await api.get("/quarantine"))["data"] == []


async def test_receipts_are_listed_page_by_page_with_their_lines(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till()
    a_day(till)
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        found = await api.get("/receipts", {"limit": 2, **cursor})
        seen += [one["number"] for one in found["data"]]
        if not found["next_cursor"]:
            break
        cursor = {"cursor": found["next_cursor"]}
    assert seen == [6, 5, 4, 3, 2, 1]
    sales = (await api.get("/receipts", {"kind": "sale", "unresolved": True}))["data"]
    assert [(one["amount"], one["annulled"]) for one in sales] == [("4.10", False), ("13.35", False)]
    one = await api.get(f"/receipts/{sales[1]['id']}")
    assert [(each["name"], each["quantity"], each["resolution"]) for each in one["lines"]] == [
        ("Молоко", "3.000", "none"),
        ("Хлеб", "1.000", "none"),
    ]


async def test_wrong_requests_are_answered_by_name(api: SalesClient) -> None:
    assert (await api.post("/pulls", {**JANUARY, "registers": ["kassa-9"]}, status=422))["type"].endswith(
        "/unknown-register"
    )
    await api.post("/pulls", {**JANUARY, "from": "2026-02-01"}, status=422)
    await api.post("/pulls", {**JANUARY, "much": 1}, status=422)
    await api.post("/pulls", JANUARY, token="reader", status=403)
    await api.get("/shifts", token="nobody", status=401)
    await api.get("/shifts", {"limit": 501}, status=422)
    await api.get("/shifts", {"cursor": "zzz"}, status=422)
    await api.get("/quarantine", {"from": "2026-01-01"}, status=422)
    await api.get("/shifts/00000000-0000-0000-0000-000000000000", status=404)
    await api.post("/resolutions", {"item_ref": "x", "scope": {}}, status=422)
    await api.post("/resolutions", {"item_ref": "x", "scope": {**PERIOD, "group": "0" * 24}}, status=422)


async def test_another_organisations_shift_is_not_there(api: SalesClient, cabinet: MemoryCabinet) -> None:
    till = Till(number="9")
    till.sale(line("4.10"))
    till.close()
    cabinet.documents.extend(till.documents)
    theirs = {"registers": "all", "from": "2026-01-01", "to": "2026-01-31"}
    await api.run("/pulls", theirs, token="other")

    (shift,) = (await api.get("/shifts", token="other"))["data"]
    (receipt, *_) = (await api.get("/receipts", token="other"))["data"]
    assert [one["id"] for one in (await api.get("/shifts", token="reader"))["data"]] == [shift["id"]]
    assert (await api.get("/shifts"))["data"] == []
    await api.get("/shifts", {"register": "kassa-9"}, status=422)
    for path in ("", "/reconciliation", "/revisions/1"):
        await api.get(f"/shifts/{shift['id']}{path}", status=404)
    await api.get(f"/receipts/{receipt['id']}", status=404)
    await api.post(f"/shifts/{shift['id']}/publish", status=404)
    scope = {"lines": [receipt["id"] + ":1"]}
    assert (await api.post("/resolutions", {"item_ref": "x", "scope": scope}))["lines"] == 0


async def test_the_same_key_starts_one_pull(api: SalesClient) -> None:
    first = await api.post("/pulls", JANUARY, status=202, key="k1")

    assert (await api.post("/pulls", JANUARY, status=202, key="k1"))["id"] == first["id"]
    await api.post("/pulls", {**JANUARY, "to": "2026-01-30"}, status=422, key="k1")
