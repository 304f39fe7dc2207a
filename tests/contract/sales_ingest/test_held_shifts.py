"""A shift that does not prove itself is held by name, and published once a person accepted the named difference."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.sales_ingest.client import SalesClient
from smena.cabinets.documents import CabinetDocument, ZReportFigures
from smena.cabinets.memory import MemoryCabinet
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

PULL = {"registers": ["kassa-1"], "from": "2026-01-15", "to": "2026-01-15"}
PERIOD = {"register": "kassa-1", "from": "2026-01-15", "to": "2026-01-15"}


def a_shift(names: str = "id") -> list[CabinetDocument]:
    till = Till(names=names)
    for amount in ("4.10", "1.00", "7.00"):
        till.sale(line(amount))
    till.close()
    return till.documents


def z_report(documents: list[CabinetDocument], change: Callable[[ZReportFigures], ZReportFigures]) -> None:
    last = documents[-1]
    assert last.z_report is not None
    documents[-1] = replace(last, z_report=change(last.z_report))


def a_kopeck_above(documents: list[CabinetDocument]) -> None:
    z_report(documents, lambda one: replace(one, sales_sum=Kopecks((one.sales_sum or 0) + 1)))


def a_count_off_by_one(documents: list[CabinetDocument]) -> None:
    z_report(documents, lambda one: replace(one, sales_count=(one.sales_count or 0) + 1))


def a_missing_number(documents: list[CabinetDocument]) -> None:
    """The number is missing, the sums agree: what a till does that skipped a number."""
    documents[1:3] = [replace(documents[2], number=3, payable=Kopecks(800), gross=Kopecks(800))]
    documents[1] = replace(
        documents[1],
        payments=((documents[0].payments[0][0], Kopecks(800)),),
        lines=(replace(documents[1].lines[0], amount=Kopecks(800)),),
    )
    z_report(documents, lambda one: replace(one, sales_count=2))


@pytest.mark.parametrize(
    ("spoil", "state", "code", "field"),
    [
        (a_kopeck_above, "unreconciled", "sum-differs", "sales_sum"),
        (a_missing_number, "incomplete", "missing-number", "number 2"),
        (a_count_off_by_one, "incomplete", "count-differs", "sales_count"),
    ],
)
async def test_a_difference_holds_the_shift_by_name_and_is_published_once_accepted(
    api: SalesClient,
    cabinet: MemoryCabinet,
    spoil: Callable[[list[CabinetDocument]], None],
    state: str,
    code: str,
    field: str,
) -> None:
    documents = a_shift()
    spoil(documents)
    cabinet.documents.extend(documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    assert (shift["state"], [one["code"] for one in shift["reasons"]]) == (state, [code])
    assert (await api.post(f"/shifts/{shift['id']}/publish"))["new"] is False

    (difference,) = (await api.get(f"/shifts/{shift['id']}/reconciliation"))["differences"]
    assert difference["field"] == field
    named = {name: difference[name] for name in ("field", "expected", "found")}
    acceptances = f"/shifts/{shift['id']}/acceptances"
    other = {"reason": "Сверено с кассой", "differences": [{**named, "expected": "другое"}]}
    assert (await api.post(acceptances, other, status=409))["type"].endswith("/difference-changed")
    accepted = await api.post(acceptances, {"reason": "Сверено с кассой", "differences": [named]}, status=201)
    assert accepted["state"] == "ready"
    assert (await api.post(f"/shifts/{shift['id']}/publish"))["revision"] == 1

    (decision,) = (await api.get(f"/shifts/{shift['id']}/decisions"))["data"]
    assert (decision["kind"], decision["person"], decision["reason"]) == (
        "acceptance",
        "bookkeeper",
        "Сверено с кассой",
    )
    assert decision["payload"]["findings"][0]["field"] == field


async def test_an_acceptance_covers_no_other_figure_of_the_same_field(api: SalesClient, cabinet: MemoryCabinet) -> None:
    documents = a_shift()
    a_kopeck_above(documents)
    cabinet.documents.extend(documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "Копейка"}, status=201)
    await api.post(f"/shifts/{shift['id']}/publish")
    first = await api.get(f"/shifts/{shift['id']}/revisions/1")

    a_kopeck_above(documents)
    cabinet.documents[:] = [*documents[:-1], replace(documents[-1], raw=b"another kopeck")]
    await api.run("/pulls", PULL)

    (after,) = (await api.get("/shifts", PERIOD))["data"]
    assert (after["state"], after["revision"], after["final"]) == ("unreconciled", 1, False)
    assert await api.get(f"/shifts/{shift['id']}/revisions/1") == first


async def test_only_the_difference_that_is_named_is_accepted(api: SalesClient, cabinet: MemoryCabinet) -> None:
    documents = a_shift()
    a_kopeck_above(documents)
    a_count_off_by_one(documents)
    cabinet.documents.extend(documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    named = {"field": "sales_count", "expected": "4", "found": "3"}

    accepted = await api.post(
        f"/shifts/{shift['id']}/acceptances", {"reason": "Сверено", "differences": [named]}, status=201
    )

    assert (accepted["state"], [one["code"] for one in accepted["reasons"]]) == ("unreconciled", ["sum-differs"])


@pytest.mark.parametrize("names", ["id", "opening", "number"])
async def test_a_shift_whose_z_report_never_comes_is_published_as_a_person_accepted_it_and_a_late_one_makes_a_revision(
    api: SalesClient, cabinet: MemoryCabinet, names: str
) -> None:
    documents = a_shift(names)
    z_report = documents.pop()
    cabinet.documents.extend(documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    assert (shift["state"], [one["code"] for one in shift["reasons"]]) == ("open", ["no-z-report"])
    assert "примите расхождение" in shift["reasons"][0]["detail"]
    assert (await api.post(f"/shifts/{shift['id']}/publish"))["new"] is False
    (difference,) = (await api.get(f"/shifts/{shift['id']}/reconciliation"))["differences"]
    named = {name: difference[name] for name in ("field", "expected", "found")}
    assert named == {"field": "z_report", "expected": "absent", "found": "3 documents, 12.10"}

    asked = {"reason": "Касса сломалась", "differences": [named]}
    accepted = await api.post(f"/shifts/{shift['id']}/acceptances", asked, status=201)
    assert (accepted["state"], accepted["reasons"]) == ("ready", [])
    assert (await api.post(f"/shifts/{shift['id']}/publish"))["revision"] == 1

    first = await api.get(f"/shifts/{shift['id']}/revisions/1")
    assert (first["amount"], first["z_report"], first["business_date"]) == ("12.10", {}, "2026-01-15")
    assert [(one["field"], one["z_report"], one["reason"]) for one in first["accepted"]] == [
        ("z_report", "absent", "Касса сломалась")
    ]
    cabinet.documents.append(z_report)
    await api.run("/pulls", PULL)

    (after,) = (await api.get("/shifts", PERIOD))["data"]
    assert (after["state"], after["revision"], after["id"]) == ("ready", 1, accepted["shift"])
    assert (await api.post(f"/shifts/{after['id']}/publish"))["revision"] == 2
    assert await api.get(f"/shifts/{shift['id']}/revisions/1") == first
    second = await api.get(f"/shifts/{after['id']}/revisions/2")
    assert (second["z_report"]["sales_sum"], second["accepted"]) == ("12.10", [])
    assert (second["shift"], second["amount"]) == (first["shift"], first["amount"])


async def test_one_more_document_opens_a_shift_again_that_was_accepted_without_its_z_report(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    *documents, last, _ = a_shift()
    cabinet.documents.extend(documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "Касса сломалась"}, status=201)
    await api.post(f"/shifts/{shift['id']}/publish")

    cabinet.documents.append(last)
    await api.run("/pulls", PULL)

    (after,) = (await api.get("/shifts", PERIOD))["data"]
    assert (after["state"], after["revision"], after["closed_at"]) == ("open", 1, None)
    assert [one["code"] for one in after["reasons"]] == ["no-z-report"]


async def test_a_z_report_that_may_still_come_is_waited_for(api: SalesClient, cabinet: MemoryCabinet) -> None:
    opened = datetime.now(UTC) - timedelta(hours=1)
    till = Till(at=opened)
    till.sale(line("4.10"))
    cabinet.documents.extend(till.documents)
    days = {"from": str(opened.date()), "to": str(datetime.now(UTC).date() + timedelta(days=1))}
    await api.run("/pulls", {"registers": ["kassa-1"], **days})
    (shift,) = (await api.get("/shifts", {"register": "kassa-1", **days}))["data"]

    assert shift["state"] == "open"
    assert (await api.get(f"/shifts/{shift['id']}/reconciliation"))["differences"] == []
    refused = await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "Не хочу ждать"}, status=409)
    assert refused["type"].endswith("/nothing-to-accept")
    assert "24" in refused["detail"]
