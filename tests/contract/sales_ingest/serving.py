"""A shop of two organisations, and the service as a process builds it for them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from contract.sales_ingest.client import SalesClient
from sales_ingest.main import SERVICE
from smena.clock import SystemClock
from smena.config.load import load_config
from smena.db.database import open_database
from smena.db.notifications import Notifications
from smena.http.services_app import services_app
from smena.runtime.service import Runtime
from smena.settings import ProcessSettings
from unit.sales_ingest.till import NUMBER

SECRETS = {"WK_TOKEN": "secret-token", "ONEC_PASSWORD": "secret"}
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


def configuration() -> str:
    tokens = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("writer", "reader", "other")}
    return TOML.format(number=NUMBER, **tokens)


@asynccontextmanager
async def serving(path: Path, database_url: str) -> AsyncIterator[SalesClient]:
    """From its start to its end: what it was configured with is read once, at the start."""
    config = load_config(path, SECRETS)
    database = open_database(database_url, SERVICE.schema)
    notifications = Notifications(database_url)
    parts = await SERVICE.build(Runtime(ProcessSettings(), config, database, notifications, SystemClock(), SECRETS))
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
