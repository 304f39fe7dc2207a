"""The control routes: state, configuration, clock, log, ringing and closing."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from smena_sandbox.application import Sandbox
from smena_sandbox.clock import MINSK, instant, milliseconds, minsk_ms
from smena_sandbox.world.model import Kind, Shift
from smena_sandbox.world.onec_start import onec_start
from smena_sandbox.world.till import Till

MIDNIGHT = minsk_ms(datetime(2026, 1, 5))
DAY = 86_400_000


def first_till(sandbox: Sandbox) -> Till:
    return next(iter(sandbox.world.cabinet.tills.values()))


async def ring(http: httpx.AsyncClient, status: int = 201, **asked: Any) -> dict[str, Any]:
    answer = await http.post("/_sandbox/cabinets/wk-main/receipts", json={"register": "kassa-1"} | asked)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def shift(http: httpx.AsyncClient, status: int = 201, **asked: Any) -> dict[str, Any]:
    answer = await http.post("/_sandbox/cabinets/wk-main/shifts", json={"register": "kassa-1"} | asked)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def documents(http: httpx.AsyncClient, register: str = "131010705") -> dict[str, list[dict[str, Any]]]:
    window: dict[str, str | int] = {"dateStart": MIDNIGHT, "dateEnd": MIDNIGHT + 30 * DAY, "cashRegisterId": register}
    return dict((await http.get("/webkassa/api/get-cashdocs-for-period", params=window)).json())


def consistent(till: Till, closed: Shift) -> None:
    """Numbers without a gap and a Z-report that equals its documents."""
    z = next(document for document in closed.documents if document.kind is Kind.Z_REPORT)
    others = sorted(document.number for document in closed.documents if document.kind is not Kind.Z_REPORT)
    assert z.z is not None
    assert others == list(range(others[0], others[-1] + 1))
    assert (z.z.first_number, z.z.last_number) == (others[0], others[-1])
    sales = [document.payable for document in closed.documents if document.kind is Kind.SALE]
    assert (z.z.sales_count, z.z.sales_sum) == (len(sales), sum(sales))


async def test_state_names_all_that_a_caller_needs(http: httpx.AsyncClient) -> None:
    state = (await http.get("/_sandbox/state")).json()

    assert state["organization"] == "romashka"
    assert state["period"] == {"from": "2026-01-05", "to": "2026-01-06"}
    assert [register["id"] for register in state["registers"]] == ["kassa-1", "kassa-2"]
    assert state["cabinets"][0]["tokens"] == [state["secrets"]["SMENA_SANDBOX_WEBKASSA_TOKEN"]]
    assert state["secrets"]["SMENA_SANDBOX_ONEC_PASSWORD"] == state["onec"]["password"]
    assert {row["kind"] for row in state["report"]} <= {kind.value for kind in Kind}


async def test_the_configuration_names_this_world(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    config = tomllib.loads((await http.get("/_sandbox/config")).text)
    start = onec_start(sandbox.world)

    assert config["cabinets"][0]["base_url"] == f"{str(http.base_url).rstrip('/')}/webkassa"
    assert config["erp"][0]["base_url"].endswith("/onec/odata/standard.odata")
    assert config["erp"][0]["refs"]["organization"] == start.organizations[0].ref
    assert [register["number"] for register in config["registers"]] == list(sandbox.world.cabinet.tills)
    for register in config["registers"]:
        made = register["documents"]
        assert str(made["documents_from"]) == "2026-01-04"
        assert register["warehouse"]["ref"] in {w.ref for w in start.warehouses if w.kind == "wholesale"}
        assert made["outlet"]["ref"] in {w.ref for w in start.warehouses if w.kind == "manual-outlet"}
        assert set(made["payments"]) == {"cash", "cashless", "other", "certificate"}
        assert made["payments"]["cash"]["cash_desk"] in {desk.ref for desk in start.cash_desks}
        assert made["payments"]["cash"]["cash_flow_item"] in {item.ref for item in start.cash_flow_items}
        assert made["payments"]["cashless"]["type"] in {kind.ref for kind in start.payment_types}
        assert made["payments"]["cashless"]["contract"] in {contract.ref for contract in start.contracts}
        assert set(register["default_items"].values()) <= {item.ref for item in start.items}
        assert set(register["price_types"].values()) <= {kind.name for kind in start.price_types}


async def test_every_operator_has_an_organisation_of_its_own(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """Two registers are dealt to the first two of the four; a register, its cabinet and its base never part."""
    config = tomllib.loads((await http.get("/_sandbox/config", params={"operator": "every"})).text)
    in_onec = {each.ref: each.unp for each in onec_start(sandbox.world).organizations}

    owners = {cabinet["id"]: cabinet["organization"] for cabinet in config["cabinets"]}
    assert [cabinet["operator"] for cabinet in config["cabinets"]] == ["webkassa", "ikassa"]
    assert {register["id"]: owners[register["cabinet"]] for register in config["registers"]} == {
        "kassa-1": "romashka",
        "kassa-2": "vasilek",
    }
    unps = {organization["id"]: organization["unp"] for organization in config["organizations"]}
    assert {erp["organization"]: in_onec[erp["refs"]["organization"]] for erp in config["erp"]} == unps
    assert len(set(unps.values())) == 2
    assert (await http.get("/_sandbox/config", params={"operator": "all"})).status_code == 400


async def test_the_clock_is_set_advanced_and_frozen(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.post("/_sandbox/clock", json={"set": "2026-03-01T10:00:00+03:00", "freeze": True})
    await http.post("/_sandbox/clock", json={"advance": 90})

    now = (await http.get("/_sandbox/clock")).json()

    assert now == {"now": "2026-03-01T07:01:30Z", "frozen": True}
    await http.post("/_sandbox/clock", json={"freeze": False})
    assert sandbox.world.clock.now() >= datetime(2026, 3, 1, 7, 1, 30, tzinfo=UTC)
    assert (await http.post("/_sandbox/clock", json={"set": "2026-03-01T10:00:00"})).status_code == 400


async def test_the_log_keeps_the_order_and_filters(http: httpx.AsyncClient) -> None:
    await http.get("/webkassa/api/get-sales", params={"date": MIDNIGHT, "cashRegisterId": "131010705"})
    await http.get("/onec/odata/standard.odata/$metadata")
    await http.post("/webkassa/api/warehouse/list", json={"isOpen": 1})

    every = (await http.get("/_sandbox/requests")).json()
    cabinet = (await http.get("/_sandbox/requests", params={"target": "webkassa", "since": 1})).json()

    assert [entry["number"] for entry in every["data"]] == [1, 2, 3]
    assert [entry["target"] for entry in every["data"]] == ["webkassa", "onec", "webkassa"]
    assert every["data"][0]["query"] == f"date={MIDNIGHT}&cashRegisterId=131010705"
    assert every["last"] == 3
    (entry,) = cabinet["data"]
    assert (entry["method"], entry["path"], entry["body"]) == ("POST", "/webkassa/api/warehouse/list", {"isOpen": 1})
    assert (entry["status"], entry["answered"]) == (200, 3)
    assert entry["response_bytes"] > entry["request_bytes"] > 0


async def test_a_receipt_rung_now_opens_a_shift_and_is_seen(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    good = next(good for good in sandbox.world.cabinet.goods.values() if good.is_open)

    rung = await ring(
        http,
        lines=[{"good_id": good.good_id, "quantity": "2"}, {"name": "Свободный чек", "sum": "1.50"}],
        payments={"no_cash": rubles(2 * (good.sell_price or 0) + 150)},
    )

    seen = (await documents(http))["sales"][-1]
    assert (seen["uid"], seen["docNumber"]) == (rung["uid"], rung["number"])
    assert [line["goodId"] for line in seen["sale"]["saleProducts"]] == [good.good_id, None]
    assert rung["shift_closed"] is False
    closed = await shift(http)
    assert closed["z"]["sales_count"] == 1
    assert (await documents(http))["zreports"][-1]["zreport"]["salesSumNoCash"] == float(rung["sum"])


def rubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"


async def test_every_kind_can_be_rung(http: httpx.AsyncClient) -> None:
    await ring(http, kind="deposit", amount="10.00")
    sale = await ring(http, lines=[{"name": "Товар", "sum": "5.00", "discount": "0.50"}], discount="0.10")
    await ring(http, kind="annulment", target=sale["uid"])
    other = await ring(http, lines=[{"name": "Товар", "price": "2.00", "quantity": "1.5"}])
    refund = await ring(http, kind="refund", target=other["uid"])
    await ring(http, kind="withdrawal", amount="1.00")
    closed = await shift(http)

    assert (sale["sum"], refund["sum"], other["sum"]) == ("4.40", "3.00", "3.00")
    assert closed["net"] == "0.00"
    assert closed["z"]["sales_cash"] == "7.40"
    assert (closed["z"]["annulments_sum"], closed["z"]["refunds_sum"]) == ("4.40", "3.00")
    assert await ring(http, kind="annulment", target=sale["uid"], status=409)


async def test_a_late_receipt_in_the_last_shift_keeps_it_consistent(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    till = first_till(sandbox)
    closed = till.shifts[-1]
    before = (await documents(http))["zreports"][-1]
    at = instant(closed.opened + 3_600_000).astimezone(MINSK).isoformat()

    rung = await ring(http, at=at, lines=[{"name": "Опоздавший", "sum": "3.00"}])

    after = (await documents(http))["zreports"][-1]
    consistent(till, closed)
    assert rung["shift"] == closed.number
    assert after["uid"] == before["uid"]
    assert after["docNumber"] == before["docNumber"] + 1
    assert after["zreport"]["salesCount"] == before["zreport"]["salesCount"] + 1
    late = next(document for document in (await documents(http))["sales"] if document["uid"] == rung["uid"])
    assert late["dateIn"] == milliseconds(sandbox.world.clock.now())
    assert closed.closed is not None
    assert late["docDate"] < closed.closed


async def test_a_late_receipt_in_an_earlier_shift_leaves_later_numbers_alone(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    till = first_till(sandbox)
    first, second = till.shifts[0], till.shifts[1]
    numbers = [document.number for document in second.documents]

    rung = await ring(http, shift=first.number, lines=[{"name": "Опоздавший", "sum": "3.00"}])

    consistent(till, first)
    assert rung["shift_closed"] is True
    assert [document.number for document in second.documents] == numbers


async def test_a_late_receipt_without_a_recount_disagrees_with_the_z_report(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    before = (await documents(http))["zreports"][-1]
    closed = first_till(sandbox).shifts[-1]

    await ring(http, shift=closed.number, recount=False, lines=[{"name": "Опоздавший", "sum": "3.00"}])

    assert (await documents(http))["zreports"][-1] == before


async def test_figures_of_a_z_report_can_be_made_wrong(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    closed = first_till(sandbox).shifts[-1]

    await shift(http, shift=closed.number, z={"sales_cash": "0.01", "sales_count": 1})

    z = (await documents(http))["zreports"][-1]["zreport"]
    assert (z["salesSumCash"], z["salesCount"]) == (0.01, 1)
    assert await shift(http, shift=closed.number, z={"sales": "1"}, status=400)


async def test_a_shift_is_opened_and_closed_at_an_instant(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    now = sandbox.world.clock.now()
    opened = await shift(http, action="open")
    await ring(http, kind="deposit", amount="1.00")
    closed = await shift(http, at=(now + timedelta(hours=5)).isoformat())

    assert opened["closed"] is None
    assert closed["number"] == opened["number"]
    assert len((await documents(http))["zreports"]) == 2
    sandbox.world.clock.advance(6 * 3600)
    assert len((await documents(http))["zreports"]) == 3
    assert await shift(http, status=409)


async def test_shifts_are_listed_with_their_net(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    rows = (await http.get("/_sandbox/cabinets/wk-main/shifts", params={"register": "kassa-2"})).json()["data"]

    assert len(rows) == 2
    assert {row["register_number"] for row in rows} == {"131010706"}
    assert (await http.get("/_sandbox/cabinets/other/shifts")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"register": "kassa-9"}, 404),
        ({"lines": []}, 400),
        ({"lines": [{"sum": "1.00"}]}, 400),
        ({"lines": [{"name": "x"}]}, 400),
        ({"lines": [{"name": "x", "sum": "1.005"}]}, 400),
        ({"lines": [{"name": "x", "sum": "one"}]}, 400),
        ({"lines": [{"article": "нет такого"}]}, 404),
        ({"lines": [{"name": "x", "sum": "1.00"}], "payments": {"cash": "2.00"}}, 409),
        ({"lines": [{"name": "x", "sum": "1.00"}], "at": "2020-01-01T00:00:00Z"}, 409),
        ({"lines": [{"name": "x", "sum": "1.00"}], "at": "2026-01-05T10:00:00"}, 400),
        ({"kind": "annulment"}, 400),
        ({"kind": "annulment", "target": "00"}, 404),
        ({"shift": 1, "lines": [{"name": "x", "sum": "1.00"}]}, 404),
        ({"wrong": 1}, 400),
    ],
)
async def test_a_receipt_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, sandbox: Sandbox, asked: dict[str, Any], status: int
) -> None:
    before = [len(till.documents) for till in sandbox.world.cabinet.tills.values()]

    assert (await ring(http, status=status, **asked))["error"]
    assert [len(till.documents) for till in sandbox.world.cabinet.tills.values()] == before
