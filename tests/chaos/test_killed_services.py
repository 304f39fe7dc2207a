"""kill -9 in the middle of the job: after a restart the documents equal those of an undisturbed run."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from e2e.stack import SERVICES, Stack
from e2e.waiting import wait_for

MODES = ("processes", "embedded")
MIDDLE = {
    "catalog-sync": lambda stack: any("warehouse/save" in entry["path"] for entry in stack.requests()),
    "sales-ingest": lambda stack: any("cashdocs" in entry["path"] for entry in stack.requests()),
    "ledger": lambda stack: len(stack.documents_in_onec()) >= 3,
}
FAIL_POINTS = (
    ("work sales-ingest", "relay.after-publish:1"),
    ("work sales-ingest", "relay.after-publish:3"),
    ("work catalog-sync", "relay.after-publish:1"),
    ("work ledger", "relay.after-publish:2"),
    ("work catalog-sync", "apply.after-send:1"),
    ("work catalog-sync", "apply.before-commit:1"),
    ("work sales-ingest", "pull.before-commit:2"),
    ("work sales-ingest", "pull.after-commit:2"),
    ("work sales-ingest", "publish.before-commit:2"),
    ("work sales-ingest", "publish.after-commit:2"),
    ("work ledger", "post_shift.before-commit:1"),
    ("work ledger", "post_shift.after-commit:1"),
    ("work ledger", "deliver.before-find:2"),
    ("work ledger", "deliver.after-find:3"),
    ("work ledger", "deliver.after-intent:2"),
    ("work ledger", "deliver.after-create:3"),
    ("work ledger", "deliver.after-post:4"),
    ("work ledger", "deliver.before-commit:5"),
)


def job_in_background(stack: Stack) -> tuple[threading.Thread, list[BaseException]]:
    """The job as a person would run it: again until it ends."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            stack.job_until_done()
        except BaseException as error:  # noqa: BLE001 — shown by the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, failures


def finish(stack: Stack, thread: threading.Thread, failures: list[BaseException]) -> None:
    thread.join(timeout=400)
    assert not thread.is_alive(), stack.logs()
    assert failures == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.timeout(600)
def test_a_killed_service_changes_no_document(
    service: str, mode: str, make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """Both processes of the service are killed in the middle of its work and started again."""
    stack = make_stack(mode)
    stack.start()
    thread, failures = job_in_background(stack)
    wait_for(lambda: MIDDLE[service](stack), seconds=120, what=f"the middle of the work of {service}")

    for name in stack.names_of(service):
        stack.kill(name)
    for name in stack.names_of(service):
        stack.launch(name)

    finish(stack, thread, failures)
    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("worker", "fail_point"), FAIL_POINTS)
@pytest.mark.timeout(600)
def test_dying_at_a_named_point_changes_no_document(
    worker: str, fail_point: str, mode: str, make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    """The process kills itself at the point (kill -9), so that the point was reached is proven by its end."""
    name = worker if mode == "processes" else "up"
    stack = make_stack(mode, armed={name: fail_point})
    stack.start()
    thread, failures = job_in_background(stack)
    wait_for(lambda: stack.died(name), seconds=180, what=f"{name} dying at {fail_point}")

    stack.launch(name)

    finish(stack, thread, failures)
    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()
