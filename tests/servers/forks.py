"""Processes that start in milliseconds: each is forked from one that has imported the service and opened nothing."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

TESTS = Path(__file__).parents[1]
IMPORTED_BEFORE = [
    "sales_ingest.main",
    "integration.sales_ingest.forked_workers",
    "integration.sales_ingest.killed_job",
]
END_SECONDS = 30.0


@cache
def forks() -> ForkServerContext:
    """The parent of all: it starts with the first child and ends with this process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED_BEFORE)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(TESTS)
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
    return context


@contextmanager
def forked(work: Callable[..., None], *arguments: object) -> Iterator[ForkServerProcess]:
    """A child at work; it is gone when the block ends, by ``kill -9`` if it has to be."""
    child = forks().Process(target=work, args=arguments)
    child.start()
    try:
        yield child
    finally:
        child.kill()
        child.join(END_SECONDS)
        assert child.exitcode is not None, f"process {child.pid} does not end"
