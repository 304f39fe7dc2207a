"""Send again, in one run, the documents of a period that people took out of the books: the plan first, then each."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.status import NEEDED_NO_MORE
from ledger.ports.repositories import StaleDocumentError
from ledger.use_cases.decide_document import (
    BusyDocumentError,
    Deciding,
    Decision,
    ImpossibleDecisionError,
    resend,
)
from ledger.use_cases.roll_back_period import (
    BUSY_LOOKS_MAX,
    BUSY_PAUSE_SECONDS,
    CLOSED,
    PLAN_DOCUMENTS_MAX,
    REFUSED,
    WAITING,
    Outcome,
    Progress,
    Step,
)
from smena.erp.errors import ErpError
from smena.leases.leases import LeaseLostError

RESEND = "resend"
"""The kind of such a run, and what it does with a document."""
SENT = "sent-again"
"""It is on its way into the books; the delivery does the rest."""


async def plan_resend(
    registers: Sequence[str], first: date, last: date, tools: Deciding, progress: Progress
) -> list[Step]:
    """Every cancelled document of the period that a person took out, the first to be posted first.

    One that a later revision needs no more stays as it is; one of a closed period is named and left. A run takes no
    more than ``PLAN_DOCUMENTS_MAX``: asked again, it takes the rest.
    """
    async with tools.new_work() as work:
        shifts = await work.shifts.of_period(list(registers), first, last)
    plan: list[Step] = []
    for done, shift_id in enumerate(shifts, start=1):
        async with tools.new_work() as work:
            documents = await work.documents.of_shift(shift_id)
        for one in documents:
            if one.status.state is DocumentState.CANCELLED and one.status.reason not in NEEDED_NO_MORE:
                closed = tools.comparing.rulebook.delivery_rules(one.document.register).closed_until
                if closed is not None and one.document.business_date <= closed:
                    reason = f"Период закрыт бухгалтером до {closed:%d.%m.%Y}"
                    plan.append(Step(one.id, one.document.key, CLOSED, reason))
                else:
                    plan.append(Step(one.id, one.document.key, RESEND))
        await progress(done, len(shifts))
    return plan[:PLAN_DOCUMENTS_MAX]


async def resend_period(
    plan: Sequence[dict[str, Any]], decision: Decision, tools: Deciding, progress: Progress
) -> list[Outcome]:
    """Do what the plan says, document by document; sent before is sent, so a run may be taken up at any point."""
    outcomes: list[Outcome] = []
    for done, step in enumerate(plan, start=1):
        if step["action"] == RESEND:
            outcomes.append(await _do(step, decision, tools))
        else:
            outcomes.append(Outcome(step, step["action"], step["reason"]))
        await progress(done, len(plan))
    return outcomes


async def _do(step: dict[str, Any], decision: Decision, tools: Deciding) -> Outcome:
    """A document whose shift is being delivered is waited for: a run is never told to come back later."""
    for _ in range(BUSY_LOOKS_MAX):
        async with tools.new_work() as work:
            stored = await work.documents.get(UUID(step["document"]))
        if stored is None or stored.status.state is not DocumentState.CANCELLED:
            return Outcome(step, SENT, None)
        try:
            await resend(stored.id, decision, tools)
        except (BusyDocumentError, LeaseLostError, StaleDocumentError):
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
            continue
        except ImpossibleDecisionError as error:
            return Outcome(step, REFUSED, str(error))
        except ErpError as error:
            return Outcome(step, WAITING, str(error))
        return Outcome(step, SENT, None)
    return Outcome(step, WAITING, "Документ сейчас отправляется")
