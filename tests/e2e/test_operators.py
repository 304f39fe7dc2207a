"""The main job through the other operators' cabinets, and through one that only a manifest describes."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from e2e.stack import Stack
from servers.invented_cabinet import KEY, InventedCabinet
from smena.cli.demo.job import Outcome
from smena_sandbox.server import running
from smena_sandbox.world.seeded import seeded_world

FIRST_DAY = datetime(2026, 1, 5)
DAYS = 1


def proven(stack: Stack, outcome: Outcome) -> None:
    assert outcome.reconciliations, "\n".join(str(one["state"]) + str(one["reasons"])[:900] for one in outcome.shifts)
    assert all(row["balanced"] is True for row in outcome.reconciliations)
    assert {shift["state"] for shift in outcome.shifts} == {"published"}
    assert set(outcome.document_states) == {"posted"}
    assert outcome.documents_verified == sum(outcome.document_states.values()) > 0


@pytest.mark.timeout(600)
def test_the_main_job_passes_through_ikassa(make_stack: Callable[..., Stack]) -> None:
    stack: Stack = make_stack("embedded", days=DAYS, operator="ikassa")
    stack.start()

    proven(stack, stack.job())

    asked = {entry["target"] for entry in stack.requests()}
    assert asked == {"ikassa", "onec"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("operator", ["titan-retail-local", "k5-mag"])
def test_the_main_job_passes_through_files(make_stack: Callable[..., Stack], operator: str) -> None:
    stack: Stack = make_stack("embedded", days=DAYS, operator=operator)
    stack.start()
    shop = stack.folder / "shop"
    body = {"operator": operator, "folder": str(shop)}
    httpx.post(f"{stack.outside().url}/_sandbox/files", json=body, timeout=60).raise_for_status()
    for path in (shop / "in").iterdir():
        os.utime(path, (0, 0))

    proven(stack, stack.job())

    assert {entry["target"] for entry in stack.requests()} == {"onec"}
    assert not list((shop / "in").iterdir())
    assert list((shop / "out").iterdir())


@contextmanager
def invented() -> Iterator[tuple[str, InventedCabinet]]:
    """The invented cabinet over the same seeded shop, on a port of its own in a thread of its own."""
    cabinet = InventedCabinet(seeded_world(seed=1, start=FIRST_DAY, days=DAYS, registers=3, receipts=60))
    addresses: list[str] = []
    started, ended = Event(), Event()

    async def serve() -> None:
        async with running(cabinet) as address:
            addresses.append(address)
            started.set()
            await asyncio.to_thread(ended.wait)

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield addresses[0], cabinet
    finally:
        ended.set()
        thread.join(30)


@pytest.mark.timeout(600)
def test_a_fifth_operator_is_connected_by_a_manifest_alone(make_stack: Callable[..., Stack]) -> None:
    with invented() as (address, cabinet):
        stack: Stack = make_stack("embedded", days=DAYS)
        stack.start_sandbox()
        stack.write_configuration()
        (stack.folder / "fifth.toml").write_text(
            'name = "fifth"\ntitle = "Пятый оператор"\nbased_on = "rest-template"\n', encoding="utf-8"
        )
        _connect(stack.folder / "smena.toml", address)
        stack.launch("up")
        stack.wait_ready("up")

        proven(stack, stack.job())

        assert {entry["target"] for entry in stack.requests()} == {"onec"}
        assert {"/v1/products", "/v1/products/batch"} <= set(cabinet.asked)


def _connect(configuration: Path, address: str) -> None:
    """Put the manifest's cabinet in the place of Webkassa's."""
    text = configuration.read_text(encoding="utf-8")
    before, rest = text.split('operator = "webkassa"\n')
    after = rest.split('_TOKEN" }\n', 1)[1]
    key = configuration.parent / "key"
    key.write_text(KEY, encoding="utf-8")
    table = (
        f'operator = "declarative"\nmanifest = "./fifth.toml"\nbase_url = "{address}"\napi_key = {{ file = "key" }}\n'
    )
    configuration.write_text(f"{before}{table}{after}", encoding="utf-8")
