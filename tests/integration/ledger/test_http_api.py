"""The ledger over HTTP, on a real database."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from integration.ledger.conftest import Bench, config_with
from integration.ledger.desk import Desk
from ledger import bootstrap
from ledger.domain.reconciliation import SalesFigures
from ledger.http_api import rollbacks
from ledger.main import SERVICE
from ledger.use_cases.check_stored import check_stored
from smena.http.services_app import services_app
from smena.kinds.money import Kopecks
from smena.runtime.service import Runtime
from smena.settings import ProcessSettings
from unit.ledger.making import line, payment, revision

TOKEN = "token-of-the-accountant"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
LINES = [line("milk", 2000, 500, key="m"), line("bread", 1000, 150, key="b")]
FACTS = revision(LINES, [payment("cash", 400), payment("card", 250)])
SHIFT = FACTS.shift.id
FIGURES = {"sales_sum": "6.50", "annulments_sum": "0.00", "refunds_sum": "0.00"}
PERIOD: dict[str, Any] = {"from": "2026-01-01", "to": "2026-01-31"}


@dataclass
class Office:
    """The API beside the bench whose database and ERP it shares."""

    bench: Bench
    desk: Desk
    client: httpx.AsyncClient
    worker: Any
    loop: Any = None

    def start_worker(self) -> None:
        self.worker = asyncio.ensure_future(self.loop())

    async def get(self, path: str, status: int = 200, /, **query: Any) -> Any:
        answer = await self.client.get(f"/ledger/v1{path}", params=query, headers=HEADERS)
        assert status == answer.status_code, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = await self.client.post(f"/ledger/v1{path}", json=body, headers=HEADERS)
        assert status == answer.status_code, answer.text
        return answer.json()

    async def replay(self, *, dry_run: bool) -> dict[str, Any]:
        run = await self.post("/replays", {"registers": "all", **PERIOD, "dry_run": dry_run}, 202)
        while run["state"] not in {"succeeded", "failed"}:
            await asyncio.sleep(0.02)
            run = await self.get(f"/replays/{run['id']}")
        assert run["state"] == "succeeded", run
        return dict(run["result"])

    async def roll_back(self, *, dry_run: bool) -> dict[str, Any]:
        body = {"registers": "all", **PERIOD, "dry_run": dry_run, "reason": "внесено вручную"}
        run = await self.post("/rollbacks", body, 202)
        return dict((await self.ended(f"/rollbacks/{run['id']}"))["result"])

    async def ended(self, path: str) -> dict[str, Any]:
        """A run once it has succeeded; the test's own limit of time is the deadline."""
        run = await self.get(path)
        while run["state"] not in {"succeeded", "failed"}:
            await asyncio.sleep(0.02)
            run = await self.get(path)
        assert run["state"] == "succeeded", run
        return dict(run)

    async def posted(self) -> list[dict[str, Any]]:
        await self.bench.publish(FACTS)
        await self.bench.deliver()
        return list((await self.get("/documents"))["data"])


@pytest.fixture
async def office(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    desk = Desk({SHIFT: SalesFigures(dict(FIGURES), dict(FIGURES))})
    monkeypatch.setattr(bootstrap, "HttpSalesDesk", lambda _: _Closing(desk))
    bench.use(_with_token(bench))
    runtime = Runtime(ProcessSettings(), bench.config, bench.database, bench.notifications, bench.clock, {})
    parts = bootstrap.assemble(runtime, {"romashka": bench.erp})
    app = services_app([(SERVICE, bench.database, parts)], bench.config)
    runs = next(loop for loop in parts.loops if loop.name == "runs")
    worker = asyncio.ensure_future(runs.run())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client:
        office = Office(bench, desk, client, worker, runs.run)
        yield office
    office.worker.cancel()
    await asyncio.gather(office.worker, return_exceptions=True)
    await parts.close()


class _Closing:
    def __init__(self, desk: Desk) -> None:
        self.figures, self.receipt_lines = desk.figures, desk.receipt_lines

    async def close(self) -> None:
        return None


def _with_token(bench: Bench, **documents: Any) -> Any:
    token = {
        "name": "1c",
        "sha256": sha256(TOKEN.encode()).hexdigest(),
        "person": "Бухгалтер",
        "organizations": ["romashka"],
        "scopes": ["ledger:write"],
    }
    return config_with(documents, api_tokens=[token])


async def test_a_document_reads_as_the_contract_says_and_hashes_to_its_sha256(office: Office) -> None:
    report, cash, card = await office.posted()

    assert [one["kind"] for one in (report, cash, card)] == ["retail-report", "cash-receipt-order", "card-payment"]
    assert report["key"] == "retail-report|romashka|131010705|17|20260131T060000Z#1"
    assert (str(SHIFT), 1, "romashka", "kassa-1", "2026-01-31") == tuple(
        report[name] for name in ("shift", "revision", "organization", "register", "business_date")
    )
    assert report["lines"][1] == {
        "n": 2,
        "item_ref": "milk",
        "name": "Товар milk",
        "unit": "шт",
        "quantity": "2.000",
        "price": "2.50",
        "amount": "5.00",
        "vat_rate": "10",
        "vat_amount": "0.45",
        "direction": "sale",
        "discount": False,
        "price_derived": False,
    }
    assert (report["vat"], report["amount"], report["state"]) == ([{"rate": "10", "amount": "0.59"}], "6.50", "posted")
    assert report["payments"] == [{"kind": "card", "amount": "2.50"}, {"kind": "cash", "amount": "4.00"}]
    assert (report["id"], True) == (report["erp"]["ref"], report["erp"]["posted"])
    assert report["erp"]["verified_at"].endswith("Z")
    added = {"number", "state", "erp", "reason", "differences", "sha256"}
    content = {name: value for name, value in report.items() if name not in added}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert sha256(text.encode()).hexdigest() == report["sha256"]


async def test_documents_are_filtered_and_paged_by_position(office: Office) -> None:
    every = await office.posted()

    first = await office.get("/documents", limit=2)
    second = await office.get("/documents", limit=2, cursor=first["next_cursor"])

    assert [one["id"] for one in every] == [one["id"] for one in first["data"] + second["data"]]
    assert second["next_cursor"] is None
    assert [every[1]] == (await office.get("/documents", kind="cash-receipt-order", state="posted"))["data"]
    assert (await office.get("/documents", to="2026-01-30"))["data"] == []
    assert every[2] == await office.get(f"/documents/{every[2]['id']}")
    for wrong in (
        {"limit": 501},
        {"colour": "red"},
        {"register": "kassa-9"},
        {"state": "lost"},
        {"from": "31.01.2026"},
    ):
        await office.get("/documents", 422, **wrong)
    await office.get(f"/documents/{uuid4()}", 404)
    assert (await office.client.get("/ledger/v1/documents")).status_code == 401


async def test_four_places_that_agree_are_balanced_and_the_callers_token_is_forwarded(office: Office) -> None:
    await office.posted()

    found = await office.get(f"/shifts/{SHIFT}/reconciliation")

    assert (found["balanced"], found["differences"]) == (True, [])
    assert dict.fromkeys(("z_report", "receipts", "published", "erp"), "6.50") == found["sums"]
    revenue = next(figure for figure in found["figures"] if figure["field"] == "revenue")
    assert (revenue["z_report"], revenue["erp"]) == ("not-given", "6.50")
    assert [HEADERS["Authorization"]] == office.desk.asked_with
    assert [found] == (await office.get("/reconciliation", **PERIOD, register="kassa-1"))["data"]
    assert await office.get("/progress", **PERIOD) == {"shifts": 1, "documents": {"posted": 3}, "verified": 3}


@pytest.mark.parametrize("place", ["z_report", "receipts", "published", "erp"])
async def test_one_changed_number_is_named_with_its_place_and_amount(office: Office, place: str) -> None:
    await office.posted()
    other = {**FIGURES, "sales_sum": "6.51"}
    if place == "z_report":
        office.desk.shifts[SHIFT] = SalesFigures(other, FIGURES)
    elif place == "receipts":
        office.desk.shifts[SHIFT] = SalesFigures(FIGURES, other)
    elif place == "published":
        changed = replace(FACTS, number=2, previous=1, lines=(*LINES, line("tea", 1000, 1)), amount=Kopecks(651))
        changed = replace(changed, payments=(payment("cash", 401), payment("card", 250)), z_report=other)
        await office.bench.publish(changed)
        await office.bench.deliver()
        office.bench.erp.documents = {
            ref: held for ref, held in office.bench.erp.documents.items() if "#1" in held.comment
        }
    else:
        ref = next(ref for ref, held in office.bench.erp.documents.items() if held.kind == "cash-receipt-order")
        office.bench.erp.change(ref, amount=401, edited={"amount": "4.01"})

    found = await office.get(f"/shifts/{SHIFT}/reconciliation")

    assert found["balanced"] is False
    named = {(one["place"], one["field"], one["amount"]) for one in found["differences"]}
    assert (place, "net", "0.01") in named


async def test_a_side_that_does_not_answer_leaves_the_balance_open(office: Office) -> None:
    await office.posted()

    office.desk.away = True
    without_sales = await office.get(f"/shifts/{SHIFT}/reconciliation")
    office.desk.away, office.bench.erp.down = False, True
    without_erp = await office.get(f"/shifts/{SHIFT}/reconciliation")

    assert (
        without_sales["balanced"],
        without_sales["sums"]["z_report"],
        without_sales["sums"]["erp"],
    ) == (None, None, "6.50")
    assert [one["place"] for one in without_sales["unavailable"]] == ["z_report", "receipts"]
    assert (without_erp["balanced"], without_erp["sums"]["erp"]) == (None, None)


async def test_a_line_is_traced_to_its_receipts_or_the_absent_service_is_named(office: Office) -> None:
    report = (await office.posted())[0]
    office.desk.lines = {(SHIFT, 1, "b"): [{"receipt": "1"}], (SHIFT, 1, "m"): [{"receipt": "1"}, {"receipt": "2"}]}

    traced = await office.get(f"/documents/{report['id']}/trace")
    office.desk.away = True
    problem = await office.get(f"/documents/{report['id']}/trace", 503)

    assert [len(one["sources"][0]["receipts"]) for one in traced["lines"]] == [1, 2]
    assert problem["type"].endswith("/sales-ingest-unavailable")


async def test_an_unchanged_replay_looks_at_every_document_and_writes_nothing(office: Office) -> None:
    await office.posted()
    before, calls = await _rows(office.bench), len(office.bench.erp.calls)

    for dry_run in (True, False):
        result = await office.replay(dry_run=dry_run)
        assert {
            name: result[name] for name in ("shifts", "documents", "unchanged", "looked_at", "written", "changed")
        } == {"shifts": 1, "documents": 3, "unchanged": 3, "looked_at": 3, "written": 0, "changed": 0}

    assert before == await _rows(office.bench)
    assert sorted(set(office.bench.erp.calls[calls:])) == ["fingerprint", "read_many"]


async def test_a_replay_finds_what_was_changed_in_the_erp(office: Office) -> None:
    report = (await office.posted())[0]
    office.bench.erp.change(report["id"], edited={"amount": "7.00"}, amount=700)

    result = await office.replay(dry_run=True)

    assert [(report["key"], [{"field": "amount", "sent": "6.50", "found": "7.00"}])] == [
        (one["key"], one["differences"]) for one in result["drifted"]
    ]
    assert (await office.get(f"/documents/{report['id']}"))["state"] == "conflict"


async def test_a_rejected_payment_kind_holds_the_shift_until_it_is_mapped_and_replayed(office: Office) -> None:
    bench = office.bench
    await bench.publish(revision(LINES, [payment("cash", 400), payment("oplati", 250)]))
    await bench.deliver()
    rejected = (await office.get("/documents", state="rejected"))["data"]

    assert sorted(await bench.states()) == ["planned", "planned", "rejected"]
    assert bench.erp.documents == {}
    assert "oplati" in rejected[0]["reason"]
    mapped = {**bench.config.registers[0].model_dump()["documents"]["payments"]}
    mapped["oplati"] = {"document": "card-payment", "type": "type-oplati"}
    bench.use(_with_token(bench, payments=mapped))
    await _as_restarted(office)
    assert (await office.replay(dry_run=True))["changed"] == 1
    assert sorted(await bench.states()) == ["planned", "planned", "rejected"]
    result = await office.replay(dry_run=False)
    assert (result["changed"], result["written"]) == (1, 1)
    await bench.deliver()
    assert await bench.states() == ["posted"] * 3


async def test_a_rollback_shows_its_plan_then_takes_the_period_out_of_the_books(office: Office) -> None:
    documents = await office.posted()

    plan = await office.roll_back(dry_run=True)
    assert (plan["dry_run"], plan["counts"]) == (True, {"unpost-and-mark": 3})
    assert [one["key"] for one in plan["plan"]] == [one["key"] for one in reversed(documents)]
    assert all(held.posted for held in office.bench.erp.documents.values())

    done = await office.roll_back(dry_run=False)

    assert (done["counts"], done["person"]) == ({"cancelled": 3}, "Бухгалтер")
    assert all((held.posted, held.marked) == (False, True) for held in office.bench.erp.documents.values())
    assert {one["state"] for one in (await office.get("/documents"))["data"]} == {"cancelled"}
    body = {"registers": "all", **PERIOD, "reason": "x", "unknown": 1}
    await office.post("/rollbacks", body, 422)


async def test_a_rollback_of_too_many_documents_is_refused_and_says_to_take_fewer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.posted()
    monkeypatch.setattr(rollbacks, "PLAN_DOCUMENTS_MAX", 2)

    refused = await office.post("/rollbacks", {"registers": "all", **PERIOD, "reason": "r"}, 422)

    assert refused["type"].endswith("rollback-too-long")
    assert (refused["documents"], refused["limit"], "период короче" in refused["detail"]) == (3, 2, True)


async def test_a_rollback_taken_up_again_after_its_worker_died_finishes_the_same_documents(office: Office) -> None:
    documents = await office.posted()
    erp = office.bench.erp
    mark, died = erp.mark, asyncio.Event()

    async def dying(held: Any) -> None:
        if len([one for one in erp.documents.values() if one.marked]) == 1 and not died.is_set():
            died.set()
            await asyncio.sleep(3600)
        await mark(held)

    erp.mark = dying  # type: ignore[method-assign]
    run = await office.post("/rollbacks", {"registers": "all", **PERIOD, "dry_run": False, "reason": "r"}, 202)
    await asyncio.wait_for(died.wait(), 10)
    office.worker.cancel()
    await asyncio.gather(office.worker, return_exceptions=True)
    erp.mark = mark  # type: ignore[method-assign]
    async with office.bench.database.session() as session:
        await session.execute(text("update ledger.lease set expires_at = now()"))
        await session.execute(text("update ledger.run set locked_until = now() where state = 'running'"))
        await session.commit()
    office.start_worker()

    run = await office.ended(f"/rollbacks/{run['id']}")

    assert run["result"]["counts"] == {"cancelled": 3}
    assert [one["document"] for one in run["result"]["outcomes"]] == [one["id"] for one in reversed(documents)]
    assert all((held.posted, held.marked) == (False, True) for held in erp.documents.values())


async def test_everything_stored_recomputes_and_a_changed_byte_is_found(office: Office) -> None:
    await office.posted()
    assert await check_stored(office.bench.work) == (1, 3, [])

    async with office.bench.database.session() as session:
        await session.execute(
            text("update ledger.document set content = replace(content, '6.50', '6.51') where kind = 'retail-report'")
        )
        await session.commit()

    _, _, problems = await check_stored(office.bench.work)
    assert any("sha256" in problem for problem in problems)


async def _as_restarted(office: Office) -> None:
    """The HTTP side starts again with the bench's configuration."""
    bench = office.bench
    office.worker.cancel()
    await asyncio.gather(office.worker, return_exceptions=True)
    runtime = Runtime(ProcessSettings(), bench.config, bench.database, bench.notifications, bench.clock, {})
    parts = bootstrap.assemble(runtime, {"romashka": bench.erp})
    app = services_app([(SERVICE, bench.database, parts)], bench.config)
    office.worker = asyncio.ensure_future(next(loop for loop in parts.loops if loop.name == "runs").run())
    office.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger")


async def _rows(bench: Bench) -> list[Any]:
    async with bench.database.session() as session:
        found = await session.execute(text("select xmin::text, * from ledger.document order by position"))
        kept = await session.execute(text("select xmin::text, * from ledger.revision"))
        return [*map(tuple, found), *map(tuple, kept)]
