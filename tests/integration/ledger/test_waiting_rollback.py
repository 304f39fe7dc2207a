"""A rollback that 1C never answers ends, and says how to go on."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from integration.ledger.conftest import Bench
from integration.ledger.test_taken_back import JANUARY, WHY, deciding, in_erp, posted_shift, told
from ledger.use_cases.roll_back_period import plan_rollback
from ledger.workers.runs import WAITS_MAX, run_handlers
from smena.http.problems import Problem
from smena.runs.context import RunContext, RunPostponedError


@dataclass
class Attempts:
    """The attempts of one run, as far as its handler sees them."""

    payload: dict[str, Any]
    saved: dict[str, Any] = field(default_factory=dict)

    async def checkpoint(self, **saved: Any) -> None:
        self.saved = saved

    async def progress(self, done: int, total: int) -> None:
        """Nobody listens."""


async def test_a_rollback_that_1c_never_answers_ends_and_a_new_one_takes_what_is_left(bench: Bench) -> None:
    """Away from the beginning, or once the plan stands: so often in a row, remembered over a restart."""
    documents = await posted_shift(bench, 1)
    period = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31", "dry_run": False}
    asked = {**period, "reason": WHY.reason, "person": WHY.person}
    rollback = run_handlers(deciding(bench).comparing, deciding(bench))["rollback"]
    plan = [step.as_json() for step in await plan_rollback(["kassa-1"], *JANUARY, deciding(bench), told)]
    bench.erp.down = True
    for saved in ({}, {"plan": plan}):
        run = Attempts(asked, dict(saved))
        for _ in range(WAITS_MAX):
            with pytest.raises(RunPostponedError):
                await rollback(cast("RunContext", run))
        with pytest.raises(Problem) as given_up:
            await rollback(cast("RunContext", run))
        assert given_up.value.name == "waited-too-long"
    assert [in_erp(bench, one) for one in documents] == [(True, False)] * 2

    bench.erp.down = False
    result = await rollback(cast("RunContext", Attempts(asked)))

    assert result["counts"] == {"cancelled": 2}
    assert [in_erp(bench, one) for one in documents] == [(False, True)] * 2
