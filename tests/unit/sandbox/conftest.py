"""A small seeded world over a real socket."""

from collections.abc import AsyncIterator

import httpx
import pytest

from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.server import running
from smena_sandbox.world.seeded import seeded_world

TOKEN = "key-of-the-unit-tests"


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = create_application(seeded_world(days=2, registers=2, receipts=6), tokens=[TOKEN])
    sandbox.world.clock.freeze(True)
    return sandbox


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client of everything the sandbox serves, with the cabinet's key."""
    async with (
        running(sandbox) as address,
        httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client,
    ):
        yield client
