from collections.abc import AsyncIterator

import pytest

from contract.erp.onec_by_hand import onec_by_hand
from contract.outside.raw_http import RawServer
from smena.erp.onec.documents import OneCDocuments

ByHand = tuple[RawServer, OneCDocuments]


@pytest.fixture
async def by_hand() -> AsyncIterator[ByHand]:
    async with onec_by_hand() as opened:
        yield opened
