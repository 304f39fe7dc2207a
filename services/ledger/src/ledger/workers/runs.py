"""Long work of the ledger, taken from the stored runs."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.replay_period import REPLAY, replay_period
from smena.runs.context import RunContext

Handler = Callable[[RunContext], Awaitable[dict[str, Any]]]


def run_handlers(tools: Comparing) -> dict[str, Handler]:
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

    return {REPLAY: replay}
