"""A rollback that waits for 1C asks ever more rarely, and ends with a way on instead of asking for ever."""

from typing import Any

from ledger.workers.runs import WAITING_SECONDS, WAITING_SECONDS_MAX, WAITS_MAX, Waits
from smena.http.problems import Problem
from smena.runs.context import RunPostponedError

RESULT: dict[str, Any] = {"documents": 3, "counts": {"waiting": 2, "cancelled": 1}}
FOUR_HOURS_SECONDS = 4 * 3600


def test_the_pauses_grow_to_the_longest_and_end_with_a_problem_that_says_how_to_go_on() -> None:
    waits, pauses = Waits(), []
    for _ in range(WAITS_MAX):
        waits = waits.next(0)
        error = waits.postponed(RESULT)
        assert isinstance(error, RunPostponedError)
        pauses.append(error.after_seconds)

    last = waits.next(0).postponed(RESULT)

    assert pauses[:3] == [WAITING_SECONDS, 2 * WAITING_SECONDS, 4 * WAITING_SECONDS]
    assert (pauses == sorted(pauses), pauses[-1]) == (True, WAITING_SECONDS_MAX)
    assert 0.8 * FOUR_HOURS_SECONDS < sum(pauses) < 1.2 * FOUR_HOURS_SECONDS
    assert isinstance(last, Problem)
    body = str(vars(last))
    assert "POST /ledger/v1/rollbacks" in body
    assert "'waiting': 2" in body


def test_a_document_done_begins_the_count_anew_and_the_count_survives_a_restart() -> None:
    waits = Waits(WAITS_MAX, 0)

    again = waits.next(1)

    assert (again.count, again.done) == (1, 1)
    assert Waits.of({"plan": [], "waits": again.count, "done": again.done}) == again
    assert Waits.of({"plan": []}) == Waits()
    assert again.next(1).count == 2
