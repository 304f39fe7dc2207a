from collections.abc import AsyncIterator

import pytest

from servers.messages import Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url)
    await desk.create()
    yield desk
    await desk.close()
