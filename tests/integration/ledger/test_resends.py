"""A period taken out of the books comes back in one run: planned first, once, waiting for what is being delivered."""

import asyncio
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest

from integration.ledger.api import api_of
from integration.ledger.conftest import Bench, config_with
from integration.ledger.test_taken_back import JANUARY, WHY, deciding, in_erp, posted_shift, rolled_back, told
from integration.ledger.test_waiting_rollback import Attempts
from ledger.adapters.tables import MESSAGING
from ledger.domain.stored import StoredDocument
from ledger.use_cases import resend_period
from ledger.use_cases.decide_document import BusyDocumentError, Deciding, Decision, resend
from ledger.use_cases.lease import give_back, take_lease
from ledger.use_cases.resend_period import plan_resend
from ledger.workers.runs import run_handlers
from servers.waiting import until
from smena.leases.leases import Leases
from smena.runs.context import RunContext, RunPostponedError

PERIOD: dict[str, Any] = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}


def resending(bench: Bench, *, dry_run: bool = False) -> Any:
    run = Attempts({**PERIOD, "dry_run": dry_run, "reason": WHY.reason, "person": WHY.person})
    handlers = run_handlers(deciding(bench).comparing, deciding(bench))
    return handlers["resend"](cast("RunContext", run))


async def test_a_period_comes_back_once_with_the_same_documents(bench: Bench) -> None:
    documents = [*await posted_shift(bench, 1), *await posted_shift(bench, 2)]
    await rolled_back(bench)

    planned = await resending(bench, dry_run=True)
    assert (planned["dry_run"], planned["counts"]) == (True, {"resend": 4})
    assert set(await bench.states()) == {"cancelled"}

    result = await resending(bench)
    assert result["counts"] == {"sent-again": 4}
    await bench.deliver()

    assert (set(await bench.states()), len(bench.erp.documents)) == ({"posted"}, 4)
    assert [in_erp(bench, one) for one in documents] == [(True, False)] * 4
    assert (await resending(bench))["documents"] == 0


async def test_a_document_that_is_being_delivered_is_waited_for_not_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report, _) = await posted_shift(bench, 1)
    await rolled_back(bench)
    lease = await take_lease(bench.work, Leases(MESSAGING), f"shift:{report.document.shift}", "delivery", 60)
    assert lease is not None
    met: list[UUID] = []

    async def meeting(document: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
        try:
            return await resend(document, decision, tools)
        except BusyDocumentError:
            met.append(document)
            raise

    monkeypatch.setattr(resend_period, "resend", meeting)
    running = asyncio.ensure_future(resending(bench))
    await until(lambda: bool(met), what="the run met a shift that is being delivered")
    await give_back(bench.work, lease)

    assert (await running)["counts"] == {"sent-again": 2}


async def test_while_1c_is_away_the_run_waits_and_goes_on_with_the_same_plan(bench: Bench) -> None:
    await posted_shift(bench, 1)
    await rolled_back(bench)
    bench.erp.down = True
    with pytest.raises(RunPostponedError):
        await resending(bench)

    bench.erp.down = False

    assert (await resending(bench))["counts"] == {"sent-again": 2}


async def test_a_closed_period_is_named_and_left(bench: Bench) -> None:
    await posted_shift(bench, 1)
    await rolled_back(bench)
    bench.use(config_with({"closed_until": date(2026, 1, 31)}))

    (first, *_) = await plan_resend(["kassa-1"], *JANUARY, deciding(bench), told)

    assert (first.action, "31.01.2026" in str(first.reason)) == ("closed-period", True)


async def test_the_call_queues_a_run_once_with_its_entry_in_the_audit(bench: Bench) -> None:
    async with api_of(bench) as office:
        body = {**PERIOD, "reason": WHY.reason}
        run = await office.post("/resends", body, 202, **{"Idempotency-Key": "once"})
        again = await office.post("/resends", body, 202, **{"Idempotency-Key": "once"})

        assert (await office.get(f"/resends/{run['id']}"))["kind"] == "resend"
        (entry,) = (await office.get("/audit", what="resend.start"))["data"]
        assert (again["id"], entry["subject"], entry["why"]) == (run["id"], f"resend/{run['id']}", WHY.reason)
        assert entry["details"]["dry_run"] == "true"
        await office.post("/resends", PERIOD, 422)
        await office.get(f"/resends/{run['id']}", 404, who="stranger")
