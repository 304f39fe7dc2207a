"""Two ledger workers on one base: together, and with one of them frozen in the middle and woken too late."""

import signal
from collections.abc import Callable
from typing import Any

import pytest

from chaos.test_killed_services import finish, job_in_background
from e2e.stack import Stack
from e2e.waiting import wait_for

WORKER, FROZEN = "work ledger", "the first work ledger"


def launch_a_second(stack: Stack) -> None:
    """The same process once more, on ports of its own; the first keeps running under another name."""
    stack.running[FROZEN] = stack.running.pop(WORKER)
    for what in ("http", "admin"):
        stack.ports.pop(f"{WORKER} {what}", None)
    stack.launch(WORKER)
    stack.wait_ready(WORKER)


@pytest.mark.timeout(600)
def test_two_workers_at_once_make_one_document_each(
    make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    stack = make_stack("processes")
    stack.start()
    launch_a_second(stack)

    stack.job_until_done()

    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()


@pytest.mark.timeout(600)
def test_a_frozen_worker_that_wakes_after_its_leases_were_taken_writes_nothing(
    make_stack: Callable[..., Stack], undisturbed: dict[str, Any]
) -> None:
    stack = make_stack("processes")
    stack.start()
    thread, failures = job_in_background(stack)
    wait_for(lambda: len(stack.documents_in_onec()) >= 2, seconds=120, what="the first documents")
    frozen = stack.running[WORKER].process
    frozen.send_signal(signal.SIGSTOP)
    try:
        launch_a_second(stack)
        finish(stack, thread, failures)
    finally:
        frozen.send_signal(signal.SIGCONT)

    stack.job_until_done()
    assert frozen.poll() is None
    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()
