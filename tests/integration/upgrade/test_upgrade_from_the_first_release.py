"""The first release's data are brought to today's schema while its statements go on, and say the same after."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from e2e.stack import TOKEN, Stack
from integration.upgrade.first_release import answers, restore, say_again, statements
from servers.waiting import until
from smena.cli.services import installed_services
from smena.db.migrate import migrate

SERVICES = {each.schema: each for each in installed_services()}
NOT_COMPARED = {"balanced", "differences", "erp", "unavailable", "figures"}
"""The 1C of the first release is not here; and its single figures have other names since, their sums have not."""


class OldRelease:
    """The statements of the release before, sent again and again by a connection of its own."""

    def __init__(self, schema: str, url: str) -> None:
        self.rounds = 0
        self.faults: list[str] = []
        self._schema = schema
        self._url = url
        self._stop = threading.Event()

    def run(self) -> None:
        with psycopg.connect(self._url) as connection:
            while not self._stop.is_set():
                for sql, parameters in statements(self._schema):
                    try:
                        say_again(connection, sql, parameters)
                    except psycopg.Error as error:
                        self.faults.append(f"{type(error).__name__}: {error}\n{sql[:500]}")
                self.rounds += 1

    @contextmanager
    def running(self) -> Iterator["OldRelease"]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


@pytest.mark.parametrize("schema", sorted(SERVICES))
async def test_statements_of_the_release_before_go_on_while_and_after_the_schema_is_migrated(
    schema: str, database_url: str
) -> None:
    restore(schema, database_url)
    with OldRelease(schema, database_url).running() as old:
        await until(lambda: old.rounds >= 1)
        assert old.faults == []
        await migrate(SERVICES[schema], database_url)
        migrated = old.rounds
        await until(lambda: old.rounds >= migrated + 2, what="a whole round on the new schema")
    assert old.faults == []


@pytest.fixture
def upgraded(tmp_path: Path, database_url: str) -> Iterator[Stack]:
    """Today's HTTP on the first release's data; its cabinet and its 1C are not here."""
    for schema, service in SERVICES.items():
        restore(schema, database_url)
        asyncio.run(migrate(service, database_url))
    with ExitStack() as cleanup:
        stack = Stack(mode="processes", folder=tmp_path, database_url=database_url, amqp_url="", days=1)
        cleanup.callback(stack.stop)
        stack.start_sandbox()
        stack.write_configuration()
        names = [name for name in stack.process_names() if name.startswith("serve")]
        for name in names:
            stack.launch(name)
        for name in names:
            stack.wait_ready(name)
        stack.run_to_end("ledger", "check")
        stack.kill("sandbox")  # a 1C that is away: an empty one would rightly be told of as having lost every document
        yield stack


@pytest.mark.timeout(180)
def test_everything_the_first_release_answered_is_answered_after_the_upgrade(upgraded: Stack) -> None:
    """Turnover, reconciliation, documents and their trace: each field it named, with its value; `ledger check` too."""
    addresses = {segment: getattr(upgraded.addresses(), segment) for segment in ("catalog", "sales", "ledger")}
    lost = []
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        for path, old in answers().items():
            answer = client.get(addresses[path.split("/")[1]] + path)
            assert answer.status_code == 200, (path, answer.text)
            lost += [f"{path}: {one}" for one in missing_of(old, answer.json())]
    assert lost == [], "\n".join(each[:400] for each in lost)


def missing_of(old: Any, new: Any, place: str = "") -> list[str]:
    """Where the new answer lacks what the old one said; it may say more."""
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return [f"{place}: {old} is {new}"]
        found = [f"{place}/{key} is gone" for key in old.keys() - new.keys() - NOT_COMPARED]
        both = old.keys() & new.keys() - NOT_COMPARED
        return found + [one for key in sorted(both) for one in missing_of(old[key], new[key], f"{place}/{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = zip(old, new, strict=True)
        return [one for n, (each, now) in enumerate(pairs) for one in missing_of(each, now, f"{place}/{n}")]
    return [] if old == new else [f"{place}: {json.dumps(old)[:200]} is {json.dumps(new)[:200]}"]
