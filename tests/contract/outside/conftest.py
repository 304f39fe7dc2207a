from collections.abc import AsyncIterator

import pytest

from contract.outside.raw_http import RawServer, raw_server


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with raw_server() as running:
        yield running
