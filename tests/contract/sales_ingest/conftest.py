"""The service as a process builds it, asked over HTTP; only the cabinet is in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.sales_ingest.client import SalesClient
from contract.sales_ingest.serving import configuration, serving
from sales_ingest.adapters import cabinets
from sales_ingest.main import SERVICE
from smena.cabinets.memory import MemoryCabinet
from smena.db.migrate import migrate
from unit.sales_ingest.till import NUMBER


@pytest.fixture
def cabinet() -> MemoryCabinet:
    return MemoryCabinet(registers=[NUMBER, "9"])


@pytest.fixture
def erp() -> str:
    """The tables of the ERP; a test that needs one names it as a parameter."""
    return ""


@pytest.fixture
async def api(
    database_url: str, tmp_path: Path, cabinet: MemoryCabinet, erp: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SalesClient]:
    monkeypatch.setattr(cabinets, "open_cabinet", lambda *_, **__: cabinet)
    path = tmp_path / "smena.toml"
    path.write_text(configuration() + erp)
    await migrate(SERVICE, database_url)
    async with serving(path, database_url) as client:
        yield client
