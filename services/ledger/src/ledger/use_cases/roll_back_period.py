"""Take the documents of a period out of the books in one run: the plan first, then each document, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.rules import DeliveryRules
from ledger.domain.status import CHANGED_REASON
from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import StaleDocumentError
from ledger.use_cases.cancel_document import IN_FLIGHT, cancel_held
from ledger.use_cases.decide_document import (
    BusyDocumentError,
    Deciding,
    Decision,
    ImpossibleDecisionError,
    take,
)
from ledger.use_cases.lease import give_back
from ledger.use_cases.reconcile_shifts import keep_drift, was_delivered
from ledger.use_cases.verify_documents import look_at
from smena.erp.errors import ErpError
from smena.leases.leases import LeaseLostError

ROLLBACK = "rollback"
"""The kind of a rollback's run."""
NAMED_MAX = 500
"""Documents a run's result names one by one; the counts are always complete."""
PLAN_DOCUMENTS_MAX = 10_000
"""Documents one run may take out of the books: its plan is stored whole, about 250 bytes each."""
BUSY_LOOKS_MAX = 20
BUSY_PAUSE_SECONDS = 0.25
"""A worker's step on a shift is short: so often and so long it is waited for."""

OUT_OF_THE_ERP = "unpost-and-mark"
MARK = "mark"
CANCEL = "cancel"
CONFLICT = "conflict"
CLOSED = "closed-period"
NOT_CLEAR = "not-clear-yet"
DONE = "cancelled"
WAITING = "waiting"
REFUSED = "refused"
TO_DO = frozenset({OUT_OF_THE_ERP, MARK, CANCEL})

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """One document of the plan: what is to be done with it, and why not where nothing is."""

    document: UUID
    key: str
    action: str
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The step as the run stores and shows it."""
        return {"document": str(self.document), "key": self.key, "action": self.action, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step."""

    step: dict[str, Any]
    outcome: str
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The outcome as the run shows it."""
        return {**self.step, "outcome": self.outcome, "reason": self.reason}


async def plan_rollback(
    registers: Sequence[str], first: date, last: date, tools: Deciding, progress: Progress
) -> list[Step]:
    """Every document of the period that takes part in the books, the last to be posted first.

    Each is looked at in the ERP: what somebody changed there is named and left alone.

    Raises:
        ErpError: the ERP could not be asked; nothing was done.
    """
    async with tools.new_work() as work:
        shifts = await work.shifts.of_period(list(registers), first, last)
    plan: list[Step] = []
    for done, shift_id in enumerate(reversed(shifts), start=1):
        plan += await _plan_shift(shift_id, tools)
        await progress(done, len(shifts))
    return plan


async def _plan_shift(shift_id: UUID, tools: Deciding) -> list[Step]:
    async with tools.new_work() as work:
        documents = await work.documents.of_shift(shift_id)
    standing = [one for one in documents if one.status.state is not DocumentState.CANCELLED]
    looked: dict[UUID, tuple[str, bool]] = {}
    delivered = [one for one in standing if was_delivered(one) and one.status.withdrawing is None]
    erp = tools.comparing.erps.get(delivered[0].document.organization) if delivered else None
    if erp is not None:
        for look in await look_at(delivered, erp):
            await keep_drift(look, tools.comparing)
            posted = look.snapshot is not None and look.snapshot.posted
            looked[look.stored.id] = (look.problem or "", posted)
    rules = tools.comparing.rulebook
    fetched = any(tools.fetched(one) for one in standing)
    return [
        _step(one, rules.delivery_rules(one.document.register), looked.get(one.id), fetched=fetched)
        for one in reversed(standing)
    ]


def _step(stored: StoredDocument, rules: DeliveryRules, looked: tuple[str, bool] | None, *, fetched: bool) -> Step:
    state, key = stored.status.state, stored.document.key
    if rules.closed_until is not None and stored.document.business_date <= rules.closed_until:
        return Step(stored.id, key, CLOSED, f"Период закрыт бухгалтером до {rules.closed_until:%d.%m.%Y}")
    if state in IN_FLIGHT:
        return Step(stored.id, key, NOT_CLEAR, "Ответа 1С ещё нет: повторите отмену периода, когда станет ясно")
    if looked is not None and looked[0]:
        return Step(stored.id, key, CONFLICT, looked[0])
    if state is DocumentState.CONFLICT and stored.status.erp_ref is not None:
        return Step(stored.id, key, CONFLICT, stored.status.reason)
    if stored.status.erp_ref is None or fetched:  # an ERP that fetches is told by the feed
        return Step(stored.id, key, CANCEL)
    posted = looked[1] if looked is not None else stored.status.erp_posted
    return Step(stored.id, key, OUT_OF_THE_ERP if posted else MARK)


async def roll_back(
    plan: Sequence[dict[str, Any]], decision: Decision, tools: Deciding, progress: Progress
) -> list[Outcome]:
    """Do what the plan says, document by document; done before is done, so a run may be taken up at any point."""
    outcomes: list[Outcome] = []
    for done, step in enumerate(plan, start=1):
        if step["action"] in TO_DO:
            outcomes.append(await _do(step, decision, tools))
        else:
            outcomes.append(Outcome(step, step["action"], step["reason"]))
        await progress(done, len(plan))
    return outcomes


async def _do(step: dict[str, Any], decision: Decision, tools: Deciding) -> Outcome:
    for _ in range(BUSY_LOOKS_MAX):
        try:
            stored, lease = await take(UUID(step["document"]), tools)
        except BusyDocumentError:
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
            continue
        try:
            if changed := _changed_there(stored, tools):
                return Outcome(step, CONFLICT, changed)
            stored = await cancel_held(stored, decision, lease, tools)
        except (LeaseLostError, StaleDocumentError):
            continue
        except ImpossibleDecisionError as error:
            return await _not_done(step, str(error), tools)
        except ErpError as error:
            return Outcome(step, WAITING, str(error))
        finally:
            await give_back(tools.new_work, lease)
        if stored.status.state is DocumentState.CANCELLED:
            return Outcome(step, DONE, None)
        return Outcome(step, WAITING, stored.status.reason)
    return Outcome(step, WAITING, "Документ сейчас отправляется")


def _changed_there(stored: StoredDocument, tools: Deciding) -> str | None:
    """What was found changed in the ERP after the plan was made: a rollback is no decision about that."""
    status = stored.status
    standing = status.erp_ref is not None and not tools.fetched(stored)
    return status.reason or CHANGED_REASON if standing and status.state is DocumentState.CONFLICT else None


async def _not_done(step: dict[str, Any], reason: str, tools: Deciding) -> Outcome:
    async with tools.new_work() as work:
        stored = await work.documents.get(UUID(step["document"]))
    changed = stored is not None and stored.status.state is DocumentState.CONFLICT
    return Outcome(step, CONFLICT if changed else REFUSED, reason)


def result_of(
    plan: Sequence[dict[str, Any]], outcomes: Sequence[Outcome] | None, *, reason: str, person: str
) -> dict[str, Any]:
    """The result of a run: the plan, and what became of each document where it was no dry run."""
    counted = [step["action"] for step in plan] if outcomes is None else [one.outcome for one in outcomes]
    shown = list(plan) if outcomes is None else [one.as_json() for one in outcomes]
    return {
        "dry_run": outcomes is None,
        "reason": reason,
        "person": person,
        "documents": len(plan),
        "counts": {name: counted.count(name) for name in sorted(set(counted))},
        "plan": list(plan)[:NAMED_MAX],
        "outcomes": [] if outcomes is None else shown[:NAMED_MAX],
        "conflicts": [one for one in shown if CONFLICT in {one["action"], one.get("outcome")}][:NAMED_MAX],
    }
