"""The service as a process builds it, asked over HTTP; only the cabinet is in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from contract.sales_ingest.client import SalesClient
from sales_ingest.adapters import cabinets
from sales_ingest.main import SERVICE
from smena.cabinets.memory import MemoryCabinet
from smena.clock import SystemClock
from smena.config.load import load_config
from smena.db.database import open_database
from smena.db.migrate import migrate
from smena.db.notifications import Notifications
from smena.http.services_app import services_app
from smena.runtime.service import Runtime
from smena.settings import ProcessSettings
from unit.sales_ingest.till import NUMBER

TOML = """
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"
timezone = "Europe/Minsk"
vat_payer = true
accounting = "quantity-sum"

[[organizations]]
id = "vasilek"
name = "ООО Василёк"
unp = "200000003"
timezone = "Europe/Minsk"
vat_payer = true
accounting = "sum"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "http://127.0.0.1:1"
token = {{ env = "WK_TOKEN" }}

[[cabinets]]
id = "wk-other"
organization = "vasilek"
operator = "webkassa"
base_url = "http://127.0.0.1:1"
token = {{ env = "WK_TOKEN" }}

[[registers]]
id = "kassa-1"
cabinet = "wk-main"
number = "{number}"
default_items = {{ "20" = "default-20" }}

[[registers]]
id = "kassa-9"
cabinet = "wk-other"
number = "9"

[[api_tokens]]
name = "1c"
sha256 = "{writer}"
person = "bookkeeper"
organizations = ["romashka"]
scopes = ["sales:write"]

[[api_tokens]]
name = "other"
sha256 = "{other}"
person = "other"
organizations = ["vasilek"]
scopes = ["sales:write"]

[[api_tokens]]
name = "viewer"
sha256 = "{reader}"
person = "viewer"
organizations = ["*"]
scopes = ["sales:read"]
"""


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
    tokens = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("writer", "reader", "other")}
    path.write_text(TOML.format(number=NUMBER, **tokens) + erp)
    config = load_config(path, {"WK_TOKEN": "secret-token", "ONEC_PASSWORD": "secret"})
    await migrate(SERVICE, database_url)
    database = open_database(database_url, SERVICE.schema)
    notifications = Notifications(database_url)
    parts = await SERVICE.build(
        Runtime(ProcessSettings(), config, database, notifications, SystemClock(), {"WK_TOKEN": "secret-token"})
    )
    (runs,) = (loop for loop in parts.loops if loop.name == "runs")
    working = asyncio.ensure_future(runs.run())
    transport = httpx.ASGITransport(services_app([(SERVICE, database, parts)], config))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://smena") as client:
            yield SalesClient(client, database_url)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await parts.close()
        await notifications.close()
        await database.close()
