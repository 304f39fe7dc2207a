from collections.abc import AsyncIterator

import pytest

from contract.cabinets.webkassa_by_hand import webkassa_by_hand
from contract.outside.raw_http import RawServer
from smena.cabinets.webkassa.cabinet import WebkassaCabinet

ByHand = tuple[RawServer, WebkassaCabinet]


@pytest.fixture
async def by_hand() -> AsyncIterator[ByHand]:
    async with webkassa_by_hand() as opened:
        yield opened
