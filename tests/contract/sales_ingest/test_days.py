"""The days' calendar over HTTP: one answer to "is it final?" per register and day, and what people say of a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contract.sales_ingest.client import SalesClient
from smena.cabinets.memory import MemoryCabinet
from unit.sales_ingest.till import Till, line

WEEK = {"register": "kassa-1", "from": "2026-01-12", "to": "2026-01-16"}
PULL = {"registers": ["kassa-1"], "from": "2026-01-12", "to": "2026-01-16"}


def a_week() -> Till:
    """Sold on the 13th, only a deposit on the 14th, on the 15th a kopeck too much; nothing on the 12th and 16th."""
    till = Till(at=datetime(2026, 1, 13, 7, tzinfo=UTC))
    till.sale(line("4.10"))
    till.sale(line("1.00"))
    till.refund(line("1.00"))
    till.close()
    _next_morning(till)
    till.deposit("50.00")
    till.close()
    _next_morning(till)
    till.sale(line("7.00"))
    till.close(sales_sum=701)
    return till


def _next_morning(till: Till) -> None:
    till.at = (till.at + timedelta(days=1)).replace(hour=7)
    till.opened_at = till.at


def states(found: dict[str, Any]) -> dict[str, tuple[str, str, bool]]:
    return {one["date"][-2:]: (one["state"], one["answer"], one["final"]) for one in found["data"]}


async def test_every_day_has_one_answer_with_its_reason(api: SalesClient, cabinet: MemoryCabinet) -> None:
    assert set(states(await api.get("/days", WEEK)).values()) == {("waiting", "open", False)}
    cabinet.documents.extend(a_week().documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": WEEK})

    found = await api.get("/days", WEEK)
    assert [one["date"] for one in found["data"]] == [f"2026-01-{day}" for day in (16, 15, 14, 13, 12)]
    assert states(found) == {
        "12": ("without-sales", "final", True),
        "13": ("waiting", "incomplete", False),
        "14": ("without-sales", "final", True),
        "15": ("held", "incomplete", False),
        "16": ("without-sales", "final", True),
    }
    held = found["data"][1]
    assert [one["code"] for one in held["reasons"]] == ["sum-differs"]
    assert [one["state"] for one in held["shifts"]] == ["unreconciled"]

    (shift,) = found["data"][3]["shifts"]
    await api.post(f"/shifts/{shift['id']}/publish")
    (day,) = (await api.get("/days", {**WEEK, "from": "2026-01-13", "to": "2026-01-13"}))["data"]
    assert (day["state"], day["answer"], day["final"]) == ("final", "final", True)
    assert (day["sales"], day["refunds"], day["net"]) == (
        {"count": 2, "sum": "5.10"},
        {"count": 1, "sum": "1.00"},
        "4.10",
    )
    answers = {one["date"]: one["final"] for one in (await api.get("/days", WEEK))["data"]}
    for one in (await api.get("/shifts", WEEK))["data"]:
        assert one["day_final"] == answers[one["business_date"]], one


async def test_a_person_marks_a_day_and_takes_it_back(api: SalesClient, cabinet: MemoryCabinet) -> None:
    day = {"register": "kassa-1", "date": "2026-01-12"}
    marked = await api.post("/days", {**day, "state": "closed", "reason": "Выходной"}, status=201)
    assert (marked["state"], marked["final"], marked["decision"]["person"]) == ("day-off", True, "bookkeeper")
    repair = {**day, "state": "without-register", "reason": "Касса в ремонте"}
    assert (await api.post("/days", repair, status=201))["state"] == "without-register"
    (shown,) = (await api.get("/days", {**WEEK, "to": "2026-01-12"}))["data"]
    assert (shown["state"], shown["decision"]["reason"]) == ("without-register", "Касса в ремонте")

    back = await api.post("/days", {**day, "state": "working", "reason": "Ошибка"}, status=201)
    assert (back["state"], back["answer"], back["reasons"][0]["code"]) == ("waiting", "open", "not-read")

    cabinet.documents.extend(a_week().documents)
    await api.run("/pulls", PULL)
    worked = {**day, "date": "2026-01-13", "state": "closed", "reason": "Выходной"}
    assert (await api.post("/days", worked, status=409))["type"].endswith("/day-has-shifts")


async def test_wrong_days_are_refused_by_name(api: SalesClient) -> None:
    day = {"register": "kassa-1", "date": "2026-01-12", "state": "closed", "reason": "Выходной"}

    for wrong in ({"state": "open"}, {"reason": " "}, {"date": "12.01.2026"}, {"date": "9999-12-31"}):
        await api.post("/days", {**day, **wrong}, status=422)
    await api.post("/days", day, token="reader", status=403)
    await api.post("/days", {**day, "register": "kassa-9"}, status=422)
    await api.get("/days", {"register": "kassa-1"}, status=422)
    await api.get("/days", {**WEEK, "to": "9999-12-31"}, status=422)
    await api.get("/days", {**WEEK, "from": "2026-01-17"}, status=422)


async def test_days_are_listed_page_by_page_for_every_register(api: SalesClient) -> None:
    """The viewer sees both organisations' registers; a register that is not yet in use has no days."""
    seen: list[tuple[str, str]] = []
    query: dict[str, Any] = {"from": "2026-01-12", "to": "2026-01-14", "limit": 2}
    while True:
        found = await api.get("/days", query, token="reader")
        seen += [(one["date"], one["register"]) for one in found["data"]]
        if not found["next_cursor"]:
            break
        query["cursor"] = found["next_cursor"]

    assert seen == [(f"2026-01-{day}", register) for day in (14, 13, 12) for register in ("kassa-1", "kassa-9")]
    await api.get("/days", {**query, "cursor": "zzz"}, status=422)


async def test_registers_tell_when_they_reported_and_how_far_they_are_read(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    (before,) = (await api.get("/registers"))["data"]
    assert (before["id"], before["last_document_at"], before["read_until"]) == ("kassa-1", None, None)
    till = a_week()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", PULL)

    (found,) = (await api.get("/registers"))["data"]

    assert datetime.fromisoformat(found["last_document_at"]) == till.documents[-1].at
    assert found["read_until"] == "2026-01-17T21:00:00Z"
    assert (found["reporting"], found["silence"]) == ("not-watched", None)
    assert [one["id"] for one in (await api.get("/registers", {"limit": 1}, token="reader"))["data"]] == ["kassa-1"]
