from collections.abc import AsyncIterator

import pytest

from integration.catalog_sync.shop import Shop


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    async with Shop.opened(
        database_url, cabinet_request=0.3, lease=5, shift_look=0.05, onec_request=0.2, onec_absence_horizon=0.3
    ) as opened:
        yield opened
