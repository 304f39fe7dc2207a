"""kill -9 of RabbitMQ in the middle of the job: after its restart the documents equal an undisturbed run."""

from collections.abc import Callable
from typing import Any

import pytest

from chaos.test_killed_services import finish, job_in_background
from e2e.stack import Stack
from e2e.waiting import wait_for
from servers.rabbitmq import RabbitNode


@pytest.mark.timeout(600)
def test_a_killed_broker_changes_no_document(
    make_stack: Callable[..., Stack], rabbit_node: RabbitNode, undisturbed: dict[str, Any]
) -> None:
    """The node is killed while documents are being made and started again on the same data."""
    stack = make_stack("processes", amqp_url=rabbit_node.url())
    stack.start()
    thread, failures = job_in_background(stack)
    wait_for(lambda: len(stack.documents_in_onec()) >= 2, seconds=120, what="the first documents")

    rabbit_node.kill()
    rabbit_node.restart()

    finish(stack, thread, failures)
    assert undisturbed["onec"] == stack.documents_in_onec()
    assert undisturbed["ledger"] == stack.documents_in_ledger()
