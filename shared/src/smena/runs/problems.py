"""Why a run failed, stored so that each reader gets it in its own language."""

from typing import Any

from smena.http.problems import PROBLEM_TYPE_PREFIX, Problem, Words, declare

RUN_FAILED = declare("run-failed", 500, ru="Работа не выполнена", en="The run failed")


def stored_problem(problem: Problem) -> dict[str, Any]:
    """A problem as a run keeps it."""
    return {
        "name": problem.name,
        "status": problem.status,
        "title": {"ru": problem.title.ru, "en": problem.title.en},
        "detail": {"ru": problem.detail.ru, "en": problem.detail.en},
        "extensions": problem.extensions,
    }


def shown_problem(stored: dict[str, Any] | None, language: str) -> dict[str, Any] | None:
    """A run's problem as its reader gets it."""
    if stored is None:
        return None
    return {
        "type": PROBLEM_TYPE_PREFIX + stored["name"],
        "title": stored["title"][language],
        "status": stored["status"],
        "detail": stored["detail"][language],
        **stored["extensions"],
    }


def gave_up(attempts: int) -> Problem:
    """The problem of a run that failed for reasons that are ours."""
    return RUN_FAILED(
        Words(
            f"Попыток: {attempts}. Причина в журнале сервиса по номеру этой работы; устраните её и запустите снова.",
            f"Attempts: {attempts}. The cause is in the service's log under this run's id; mend it and start anew.",
        ),
        attempts=attempts,
    )
