"""Starts whole products for the tests and stops them again, whatever happened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from e2e.stack import Stack
from servers.postgres import fresh_database
from servers.rabbitmq import Broker, fresh_vhost

__all__ = ["make_stack", "open_stack", "undisturbed"]


@pytest.fixture
def make_stack(tmp_path: Path, postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., Stack]]:
    """Make a stack with a database and a bus of its own; every stack is stopped at the end."""
    with ExitStack() as cleanup:

        def make(mode: str, **options: Any) -> Stack:
            if "amqp_url" not in options:
                broker: Broker | None = request.getfixturevalue("amqp_broker") if mode == "processes" else None
                options["amqp_url"] = cleanup.enter_context(fresh_vhost(broker)) if broker else ""
            return open_stack(cleanup, mode, tmp_path, postgres_url, options)

        yield make


@pytest.fixture(scope="session")
def undisturbed(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The documents of a run nobody disturbed: what every disturbed run has to end with."""
    with ExitStack() as cleanup:
        stack = open_stack(cleanup, "embedded", tmp_path_factory.mktemp("undisturbed"), postgres_url, {"amqp_url": ""})
        stack.start()
        outcome = stack.job()
        assert set(outcome.document_states) == {"posted"}, outcome.document_states
        return {"onec": stack.documents_in_onec(), "ledger": stack.documents_in_ledger()}


def open_stack(cleanup: ExitStack, mode: str, folder: Path, postgres_url: str, options: dict[str, Any]) -> Stack:
    """A stack with a database of its own, stopped when ``cleanup`` closes."""
    folder = folder / f"stack-{len(list(folder.glob('stack-*')))}"
    folder.mkdir()
    database_url = cleanup.enter_context(fresh_database(postgres_url))
    stack = Stack(mode=mode, folder=folder, database_url=database_url, **options)
    cleanup.callback(stack.stop)
    return stack
