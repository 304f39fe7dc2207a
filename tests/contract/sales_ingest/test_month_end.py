"""The month-end checklist over HTTP: every point with done or not done, counts, sums, and where to go."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contract.sales_ingest.client import SalesClient
from smena.cabinets.memory import MemoryCabinet
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

MONTH = {"month": "2026-01", "register": "kassa-1"}
JANUARY = {"register": "kassa-1", "from": "2026-01-01", "to": "2026-01-31"}


async def checklist(api: SalesClient) -> tuple[dict[str, Any], dict[str, Any]]:
    found = await api.get("/month-end", MONTH)
    return found, {one["name"]: one for one in found["points"]}


def two_months() -> Till:
    """A sale of December, refunded in January; in January two VAT rates, and a kopeck too much in the Z-report."""
    till = Till(at=datetime(2025, 12, 30, 7, tzinfo=UTC))
    sold = till.sale(line("9.00"))
    till.close()
    till.at = till.opened_at = datetime(2026, 1, 15, 7, tzinfo=UTC)
    till.sale(line("12.00"), line("1.10", item="good-2", name="Хлеб", vat="10"))
    till.annul(till.sale(line("5.00")))
    till.refund(line("9.00"), target_fiscal_id=sold.fiscal_id)
    till.close()
    till.at += timedelta(days=1)
    till.opened_at = till.at
    till.sale(line("3.00"))
    till.close(sales_sum=Kopecks(301))
    return till


async def test_the_checklist_names_what_is_left_and_is_done_when_nothing_is(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    cabinet.documents.extend(two_months().documents)
    await api.run("/pulls", {"registers": ["kassa-1"], "from": "2025-12-28", "to": "2026-01-31"})
    await api.post("/resolutions", {"item_ref": "ref", "scope": {**JANUARY, "from": "2025-12-01"}})

    found, points = await checklist(api)
    assert (found["done"], found["from"], found["to"]) == (False, "2026-01-01", "2026-01-31")
    shifts = points["shifts-not-final"]
    assert (shifts["done"], shifts["count"]) == (False, 2)
    ids = {one["id"] for one in (await api.get("/shifts", JANUARY))["data"]}
    assert {one["id"] for one in shifts["rows"]} == ids
    days = points["days-not-final"]
    assert [one["id"] for one in days["rows"]] == ["kassa-1|2026-01-15", "kassa-1|2026-01-16"]
    assert found["turnover"] == [
        {"vat_rate": "10", "sales": "1.10", "refunds": "0.00", "net": "1.10"},
        {"vat_rate": "20", "sales": "15.00", "refunds": "9.00", "net": "6.00"},
    ]
    assert (points["turnover-by-vat-rate"]["amount"], points["turnover-by-vat-rate"]["done"]) == ("7.10", False)
    (refund,) = points["refunds-of-earlier-months"]["rows"]
    assert (refund["amount"], points["refunds-of-earlier-months"]["amount"]) == ("9.00", "9.00")
    assert (await api.get(f"/receipts/{refund['receipt']}"))["kind"] == "refund"
    assert (points["accepted-differences"]["count"], points["default-items"]["done"]) == (0, True)

    (held,) = (one for one in shifts["rows"] if "Z-отчёте" in one["detail"])
    await api.post(f"/shifts/{held['id']}/acceptances", {"reason": "Копейка кассы"}, status=201)
    for shift in ids:
        assert (await api.post(f"/shifts/{shift}/publish"))["revision"] == 1

    found, points = await checklist(api)
    assert found["done"], points
    (accepted,) = points["accepted-differences"]["rows"]
    assert (accepted["shift"], "в чеках 3.00, в Z-отчёте 3.01" in accepted["detail"]) == (held["id"], True)
    assert points["shifts-not-final"]["rows"] == points["days-not-final"]["rows"] == []


async def test_a_month_that_was_not_read_is_not_done(api: SalesClient) -> None:
    found, points = await checklist(api)

    assert (found["done"], points["days-not-final"]["count"]) == (False, 31)
    for wrong in ("2026-13", "2026-1", "01.2026", "9999-12", ""):
        await api.get("/month-end", {"month": wrong}, status=422)
    await api.get("/month-end", {**MONTH, "register": "kassa-9"}, status=422)


async def test_a_refund_whose_sale_nobody_knows_is_listed_and_marked(api: SalesClient, cabinet: MemoryCabinet) -> None:
    """Empty only when there is none: a refund without a named sale may be of an earlier month."""
    till = Till()
    sold = till.sale(line("9.00"))
    till.refund(line("2.00"), target_fiscal_id=sold.fiscal_id)
    till.refund(line("3.00"))
    till.refund(line("4.00"), target_fiscal_id="0000SALE")
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", {"registers": ["kassa-1"], "from": "2026-01-15", "to": "2026-01-15"})

    _, points = await checklist(api)

    refunds = points["refunds-of-earlier-months"]
    unnamed, unread = refunds["rows"]
    assert (refunds["count"], refunds["amount"], unnamed["amount"], unread["amount"]) == (2, "7.00", "3.00", "4.00")
    assert "чек продажи не назван" in unnamed["detail"]
    assert ("0000SALE" in unread["detail"], "не прочитан" in unread["detail"]) == (True, True)
