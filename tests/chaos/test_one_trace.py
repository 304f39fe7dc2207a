"""One trace id from an HTTP request to the document in 1C, over the bus and over the death of the worker."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from e2e.stack import TOKEN, Stack
from e2e.waiting import wait_for
from smena.cli.demo.api import Api
from smena.cli.demo.job import run_job

WORKER = "work ledger"


@pytest.mark.timeout(300)
def test_the_trace_of_a_request_reaches_1c_though_the_worker_dies_between(make_stack: Callable[..., Stack]) -> None:
    """The ledger's worker dies when documents are stored and none was sent; its successor sends them."""
    stack = make_stack("processes", days=1, armed={WORKER: "post_shift.after-commit:1"})
    stack.start()
    with closing(Api(stack.addresses(), TOKEN)) as api, ThreadPoolExecutor() as pool:
        job = pool.submit(run_job, api, stack.task(), lambda _label: lambda _done, _total=None: None)
        wait_for(lambda: stack.died(WORKER), seconds=120, what="the worker dying with its documents stored")
        assert stack.documents_in_onec() == {}

        stack.launch(WORKER)
        job.result(timeout=200)

    sent = [entry for entry in stack.requests() if entry["target"] == "onec" and entry["method"] == "POST"]
    created = [entry for entry in sent if re.search(r"/Document_\w+$", entry["path"])]
    assert len(created) >= len(stack.documents_in_onec()) > 0
    assert {entry["traceparent"].split("-")[1] for entry in created} == {api.trace_id}
    to_the_operator = [entry for entry in stack.requests() if entry["target"] != "onec"]
    assert to_the_operator
    assert {entry["traceparent"] for entry in to_the_operator} == {None}, "an operator is told nothing of ours"
