"""Long work of the ledger, taken from the stored runs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.use_cases.decide_document import Deciding, Decision
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.replay_period import REPLAY, replay_period
from ledger.use_cases.resend_period import RESEND, plan_resend, resend_period
from ledger.use_cases.roll_back_period import ROLLBACK, WAITING, plan_rollback, result_of, roll_back
from smena.erp.errors import ErpError
from smena.http.problems import Words, declare
from smena.runs.context import RunContext, RunPostponedError

WAITING_SECONDS = 5.0
"""The first pause before a rollback asks an ERP again that did not answer; each later one is twice as long."""
WAITING_SECONDS_MAX = 300.0
"""The longest of these pauses."""
WAITS_MAX = 50
"""So often in a row a rollback waits without a step forward, some four hours; then a person decides."""

WAITED_TOO_LONG = declare("waited-too-long", 503, ru="Работа не дождалась 1С", en="The run gave up waiting for 1C")

Handler = Callable[[RunContext], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Waits:
    """How often in a row a rollback has waited, and how many documents were done when it began to."""

    count: int = 0
    done: int = 0

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> "Waits":
        """As the run remembers it; none before the first."""
        return cls(saved.get("waits", 0), saved.get("done", 0))

    def next(self, done: int) -> "Waits":
        """One more; a step forward begins the count anew."""
        return Waits(1, done) if done > self.done else Waits(self.count + 1, self.done)

    def postponed(self, result: dict[str, Any], collection: str = "rollbacks") -> Exception:
        """The run is to be taken up again after a pause that grows, or ends and says how to go on."""
        if self.count > WAITS_MAX:
            return WAITED_TOO_LONG(
                Words(
                    f"1С не ответила {WAITS_MAX} раз подряд, работа остановлена. Что сделано, остаётся сделанным."
                    f" Когда 1С ответит, отправьте POST /ledger/v1/{collection} ещё раз, с новым Idempotency-Key:"
                    " он возьмёт только оставшееся.",
                    f"1C gave no answer {WAITS_MAX} times in a row, so the run has stopped. What was done"
                    f" stays done. Once 1C answers, send POST /ledger/v1/{collection} again, with a new"
                    " Idempotency-Key: it takes only what is left.",
                ),
                **result,
            )
        return RunPostponedError(min(WAITING_SECONDS * 2.0 ** (self.count - 1), WAITING_SECONDS_MAX), result)


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
        waits = Waits.of(context.saved)
        if plan is None:
            first, last = date.fromisoformat(payload["from"]), date.fromisoformat(payload["to"])
            try:
                steps = await plan_rollback(payload["registers"], first, last, deciding, progress)
            except ErpError as error:
                waits = waits.next(0)
                await context.checkpoint(waits=waits.count, done=waits.done)
                raise waits.postponed({"waiting": str(error)}) from error
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
            waits = waits.next(result["documents"] - result["counts"][WAITING])
            await context.checkpoint(plan=plan, waits=waits.count, done=waits.done)
            raise waits.postponed(result)
        return result

    async def resending(context: RunContext) -> dict[str, Any]:
        """As a rollback: the plan is stored before the first write, and the run waits as it does."""
        payload = context.payload

        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        plan = context.saved.get("plan")
        waits = Waits.of(context.saved)
        if plan is None:
            first, last = date.fromisoformat(payload["from"]), date.fromisoformat(payload["to"])
            plan = [one.as_json() for one in await plan_resend(payload["registers"], first, last, deciding, progress)]
            await context.checkpoint(plan=plan)
        told = {"reason": payload["reason"], "person": payload["person"]}
        if payload["dry_run"]:
            return result_of(plan, None, **told)
        decision = Decision(payload["person"], payload["reason"], "document.resend")
        result = result_of(plan, await resend_period(plan, decision, deciding, progress), **told)
        if WAITING in result["counts"]:
            waits = waits.next(result["documents"] - result["counts"][WAITING])
            await context.checkpoint(plan=plan, waits=waits.count, done=waits.done)
            raise waits.postponed(result, "resends")
        return result

    return {REPLAY: replay, ROLLBACK: rollback, RESEND: resending}
