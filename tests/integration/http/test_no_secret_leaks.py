"""D9: a real process with real-looking secrets writes none of them anywhere a reader may look."""

import asyncio
import json
import os
import signal
import socket
import sys
from hashlib import sha256
from pathlib import Path

import httpx
import psycopg

CABINET_TOKEN = "wk-Zq8vT3mB6rL1xN5c"
ONEC_PASSWORD = "onec-Hs7pY2kD9fJ4wQ0e"
API_TOKEN = "smena_Vb3nM8cX5zL0kJ7h"
SESSION_KEY = "session-Ty6uI1oP4aS9dF2gH7jK3lZ8"
SECRETS = (CABINET_TOKEN, ONEC_PASSWORD, API_TOKEN, SESSION_KEY)
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30

CONFIG = """\
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "{outside}"
token = {{ env = "WK_TOKEN" }}

[[registers]]
id = "kassa-1"
cabinet = "wk-main"
number = "131010705"

[[erp]]
organization = "romashka"
kind = "onec-odata"
base_url = "{outside}/odata/standard.odata"
user = "smena"
password = {{ file = "onec-password" }}
refs = {{ organization = "org-1" }}

[[api_tokens]]
name = "1c"
sha256 = "{sha256}"
person = "Бухгалтер"
organizations = ["romashka"]
scopes = ["catalog:write", "sales:write", "ledger:write"]

[timing]
cabinet_request = 1
onec_request = 1
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answered(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(START_SECONDS_MAX):
        while True:
            assert process.returncode is None, "smena up ended: see its log"
            try:
                if (await client.get(url, timeout=1)).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=0.1)


async def test_no_secret_is_in_logs_answers_metrics_or_the_database(tmp_path: Path, database_url: str) -> None:
    http_port, admin_port = free_port(), free_port()
    outside = f"http://127.0.0.1:{free_port()}"
    digest = sha256(API_TOKEN.encode()).hexdigest()
    (tmp_path / "smena.toml").write_text(CONFIG.format(outside=outside, sha256=digest))
    (tmp_path / "onec-password").write_text(ONEC_PASSWORD)
    log = tmp_path / "log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SMENA_")},
        "SMENA_DATABASE_URL": database_url,
        "SMENA_HTTP_PORT": str(http_port),
        "SMENA_ADMIN_PORT": str(admin_port),
        "SMENA_SESSION_KEY": SESSION_KEY,
        "SMENA_LOG_LEVEL": "DEBUG",
        "WK_TOKEN": CABINET_TOKEN,
    }
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("smena")),
            "up",
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        await answered(f"http://127.0.0.1:{admin_port}/readyz", process, log)
        said = await _use(f"http://127.0.0.1:{http_port}", f"http://127.0.0.1:{admin_port}")
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS_MAX):
            await process.wait()

    assert process.returncode == 0, log.read_text()[-3000:]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert any(line["event"] == "http.request" and line.get("request_id") == "leak-test" for line in lines)
    written = log.read_text() + said + await _stored(database_url)
    assert [secret for secret in SECRETS if secret in written] == []


async def _use(api: str, admin: str) -> str:
    """Touch the cabinet, 1C, and every kind of refusal; give everything that was answered."""
    said: list[str] = []
    headers = {"Authorization": f"Bearer {API_TOKEN}", "X-Request-Id": "leak-test"}
    period = {"registers": "all", "from": "2026-01-01", "to": "2026-01-02"}
    async with httpx.AsyncClient(base_url=api, headers=headers, timeout=30) as client:
        for method, path, body in (
            ("POST", "/sales/v1/pulls", period),
            ("POST", "/catalog/v1/erp-pulls", {"organization": "romashka"}),
            ("GET", "/catalog/v1/registers", None),
            ("POST", "/sales/v1/pulls", {"token": API_TOKEN}),
            ("GET", "/ledger/v1/documents", None),
            ("GET", f"/sales/v1/shifts?secret={API_TOKEN[:3]}", None),
        ):
            answer = await client.request(method, path, json=body)
            said.append(answer.text + str(answer.headers))
        wrong = await client.get("/sales/v1/shifts", headers={"Authorization": "Bearer " + SESSION_KEY})
        assert wrong.status_code == 401
        said.append(wrong.text)
        said.append((await client.get(f"{admin}/metrics")).text)
    return "".join(said)


async def _stored(database_url: str) -> str:
    """Every row of every table, as text."""
    found: list[str] = []
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        tables = await connection.execute(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables"
            " where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'"
        )
        for (table,) in await tables.fetchall():
            rows = await connection.execute(f"select t::text from {table} t")
            found += [row for (row,) in await rows.fetchall()]
    assert found
    return "\n".join(found)
