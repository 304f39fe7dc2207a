"""Long work of the ledger, taken from the stored runs."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from ledger.use_cases.decide_document import Deciding, Decision
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.replay_period import REPLAY, replay_period
from ledger.use_cases.roll_back_period import ROLLBACK, WAITING, plan_rollback, result_of, roll_back
from smena.erp.errors import ErpError
from smena.runs.context import RunContext, RunPostponedError

WAITING_SECONDS = 5.0
"""The pause before a rollback asks an ERP again that did not answer."""

Handler = Callable[[RunContext], Awaitable[dict[str, Any]]]


def run_handlers(tools: Comparing, deciding: Deciding) -> dict[str, Handler]:
    """What is done with each kind of run; every handler may be started again at any point."""

    async def replay(context: RunContext) -> dict[str, Any]:
        payload = context.payload

        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        outcome = await replay_period(
            payload["registers"],
            date.fromisoformat(payload["from"]),
            date.fromisoformat(payload["to"]),
            dry_run=payload["dry_run"],
            tools=tools,
            progress=progress,
        )
        return outcome.as_result(dry_run=payload["dry_run"])

    async def rollback(context: RunContext) -> dict[str, Any]:
        """The plan is stored before the first write: a run taken up again goes on with the same documents."""
        payload = context.payload

        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        plan = context.saved.get("plan")
        if plan is None:
            first, last = date.fromisoformat(payload["from"]), date.fromisoformat(payload["to"])
            try:
                steps = await plan_rollback(payload["registers"], first, last, deciding, progress)
            except ErpError as error:
                raise RunPostponedError(WAITING_SECONDS, {"waiting": str(error)}) from error
            plan = [step.as_json() for step in steps]
            await context.checkpoint(plan=plan)
        told = {"reason": payload["reason"], "person": payload["person"]}
        if payload["dry_run"]:
            return result_of(plan, None, **told)
        outcomes = await roll_back(
            plan, Decision(payload["person"], payload["reason"], "document.rollback"), deciding, progress
        )
        result = result_of(plan, outcomes, **told)
        if WAITING in result["counts"]:
            raise RunPostponedError(WAITING_SECONDS, result)
        return result

    return {REPLAY: replay, ROLLBACK: rollback}
