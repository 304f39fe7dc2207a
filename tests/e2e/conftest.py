"""Starts whole products for the tests and stops them again, whatever happened."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.stack import Stack


@pytest.fixture
def make_stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Stack]]:
    """Make a stack with a database and a bus of its own; every stack is stopped at the end."""
    made: list[Stack] = []

    def make(mode: str, **options: Any) -> Stack:
        new_database: Callable[[], str] = request.getfixturevalue("new_database")
        amqp_url = request.getfixturevalue("new_vhost")() if mode == "processes" else ""
        folder = tmp_path / f"stack-{len(made)}"
        folder.mkdir()
        stack = Stack(mode=mode, folder=folder, database_url=new_database(), amqp_url=amqp_url, **options)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.stop()
