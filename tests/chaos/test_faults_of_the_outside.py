"""The outside world misbehaves: nothing is lost, nothing is done twice, the job catches up by itself."""

from collections.abc import Callable
from typing import Any

import pytest

from e2e.stack import Stack

MODES = ("processes", "embedded")
ONEC_REQUEST_SECONDS = 40
ONEC_ABSENCE_HORIZON_SECONDS = 120
"""What the product waits for 1C by itself (contracts.md, Timing); the other tests scale both down."""
ONEC_FAULTS: tuple[dict[str, Any], ...] = (
    {"do": "commit-then-drop", "when": {"method": "POST", "every": 1}},
    {"do": "commit-then-drop", "when": {"method": "POST", "every": 2}},
    {"do": "drop-before", "when": {"method": "POST", "nth": 2}},
    {"do": "html", "when": {"method": "POST", "nth": 3}},
    {"do": "empty", "when": {"method": "GET", "nth": 30}},
    {"do": "truncate", "when": {"method": "POST", "nth": 1}},
    {"do": "status", "code": 401, "when": {"method": "GET", "nth": 30}},
    {"do": "status", "code": 502, "body": "<html>Bad Gateway</html>", "when": {"method": "POST", "every": 3}},
    {"do": "429", "when": {"method": "GET", "nth": 29}},
)
CABINET_FAULTS: tuple[dict[str, Any], ...] = (
    {"do": "drop-before", "when": {"nth": 3}},
    {"do": "html", "when": {"nth": 3}},
    {"do": "empty", "when": {"nth": 4}},
    {"do": "truncate", "when": {"nth": 5}},
    {"do": "429", "retry_after": 1, "when": {"every": 4, "times": 3}},
    {"do": "status", "code": 500, "when": {"nth": 3}},
    {"do": "commit-then-drop", "when": {"path": "warehouse/save", "nth": 1}},
    {"do": "delay", "seconds": 3, "when": {"nth": 4}},
)


def named(fault: dict[str, Any]) -> str:
    return "-".join([fault["do"], *(f"{key}{value}" for key, value in sorted(fault["when"].items()))]).replace("/", "_")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.timeout(600)
def test_every_write_to_1c_committed_then_dropped_still_makes_one_document_each(
    mode: str, make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """No write to 1C is ever answered: each outcome is found by looking."""
    stack = make_stack(mode)
    stack.start()
    stack.fault(target="onec", **ONEC_FAULTS[0])

    stack.job_until_done()

    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", ONEC_FAULTS[1:], ids=named)
@pytest.mark.timeout(600)
def test_a_fault_of_1c_changes_no_document(
    fault: dict[str, Any], mode: str, make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """Whatever 1C answers, the documents end as in an undisturbed run."""
    stack = make_stack(mode)
    stack.start()
    stack.fault(target="onec", **fault)

    stack.job_until_done()

    assert undisturbed["onec"] == stack.documents_in_onec()
    assert stack.faults_hit() > 0


@pytest.mark.timeout(600)
def test_a_write_that_1c_commits_after_forty_seconds_is_found_and_never_sent_again(
    make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """In real time: with the limits a shop runs with, the answer comes after nobody waits for it any more."""
    stack = make_stack("embedded", onec_request=ONEC_REQUEST_SECONDS, onec_absence_horizon=ONEC_ABSENCE_HORIZON_SECONDS)
    stack.start()
    stack.fault(target="onec", do="delay", seconds=ONEC_REQUEST_SECONDS + 2, when={"method": "POST", "nth": 2})

    stack.job_until_done()

    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()
    assert stack.faults_hit() == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", CABINET_FAULTS, ids=named)
@pytest.mark.timeout(600)
def test_a_fault_of_the_cabinet_changes_no_document(
    fault: dict[str, Any], mode: str, make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """Whatever the cabinet answers, the documents end as in an undisturbed run and no item is made twice."""
    stack = make_stack(mode)
    stack.start()
    stack.fault(target="webkassa", **fault)

    stack.job_until_done()

    assert undisturbed["onec"] == stack.documents_in_onec()
    assert stack.faults_hit() > 0
