"""A shop with one register per test, on a fresh database with the service's migrations."""

from collections.abc import AsyncIterator

import pytest

from integration.sales_ingest.shop import Shop
from sales_ingest.main import SERVICE
from smena.cabinets.memory import MemoryCabinet
from smena.db.database import open_database
from smena.db.migrate import migrate
from unit.sales_ingest.till import NUMBER, setup


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    await migrate(SERVICE, database_url)
    database = open_database(database_url, SERVICE.schema)
    register = setup()
    try:
        yield Shop(database, database_url, MemoryCabinet(registers=[NUMBER]), {register.id: register})
    finally:
        await database.close()
