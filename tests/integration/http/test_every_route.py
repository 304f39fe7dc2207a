"""Rules that hold on every route of every service, asked of the application a process serves."""

import re
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from smena.cli.services import installed_services
from smena.clock import SystemClock
from smena.config.load import load_config
from smena.http.services_app import services_app
from smena.runtime.services import close_all, open_service
from smena.settings import ProcessSettings

CONFIG = """\
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[organizations]]
id = "lilia"
name = "ООО Лилия"
unp = "{lilia}"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "http://127.0.0.1:9"
token = {{ file = "wk-token" }}

[[registers]]
id = "kassa-1"
cabinet = "wk-main"
number = "131010705"
"""
TOKEN = """
[[api_tokens]]
name = "{name}"
sha256 = "{sha256}"
person = "{name}"
organizations = ["{organization}"]
scopes = [{scopes}]
"""
ALL = ("catalog:write", "sales:write", "ledger:write")
TOKENS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "owner": ("romashka", ALL),
    "stranger": ("lilia", ALL),
    "catalog": ("romashka", ("catalog:write",)),
    "sales": ("romashka", ("sales:write",)),
    "readers": ("romashka", ("catalog:read", "sales:read", "ledger:read")),
}
ANY_ID = "00000000-0000-5000-8000-000000000000"


@pytest.fixture
async def client(tmp_path: Path, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    text = CONFIG.format(lilia=_another_unp())
    for name, (organization, scopes) in TOKENS.items():
        digest = sha256(name.encode()).hexdigest()
        quoted = ", ".join(f'"{scope}"' for scope in scopes)
        text += TOKEN.format(name=name, sha256=digest, organization=organization, scopes=quoted)
    (tmp_path / "smena.toml").write_text(text)
    (tmp_path / "wk-token").write_text("wk-token-of-a-test")
    config = load_config(tmp_path / "smena.toml", {})
    settings = ProcessSettings()
    opened = [
        await open_service(definition, database_url, settings, config, SystemClock(), migrate_first=True)
        for definition in installed_services()
    ]
    app = services_app([(each.definition, each.database, each.parts) for each in opened], config)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await close_all(opened)


def _another_unp() -> str:
    from smena.kinds.unp import WrongUnpError, parse_unp

    for number in range(190000006, 190000106):
        try:
            return parse_unp(str(number))
        except WrongUnpError:
            continue
    raise AssertionError("no УНП in the range")


async def operations(client: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    description = (await client.get("/openapi.json")).json()
    found = [
        (method.upper(), re.sub(r"\{[a-z_]*(number|n)\}", "1", path), operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    assert {path.split("/")[1] for _, path, _ in found} == {"catalog", "sales", "ledger"}
    return [(method, re.sub(r"\{[^}]*\}", ANY_ID, path), operation) for method, path, operation in found]


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def test_without_a_token_every_route_is_a_401(client: httpx.AsyncClient) -> None:
    for method, path, _ in await operations(client):
        answer = await client.request(method, path)
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_without_its_scope_every_route_is_a_403(client: httpx.AsyncClient) -> None:
    for method, path, operation in await operations(client):
        other = "sales" if path.startswith("/catalog/") else "catalog"
        answer = await client.request(method, path, headers=bearer(other))
        assert answer.status_code == 403, (method, path)
        assert answer.json()["scope"] == operation["x-scope"]


async def test_what_changes_something_needs_write_and_what_reads_needs_read(client: httpx.AsyncClient) -> None:
    for method, path, operation in await operations(client):
        area = path.split("/")[1]
        assert operation["x-scope"] == f"{area}:{'read' if method == 'GET' else 'write'}", (method, path)
        if method != "GET":
            answer = await client.request(method, path, headers=bearer("readers"))
            assert answer.status_code == 403, (method, path)


async def test_an_unknown_query_parameter_is_refused_on_every_route(client: httpx.AsyncClient) -> None:
    for method, path, _ in await operations(client):
        answer = await client.request(method, f"{path}?no_such_parameter=1", headers=bearer("owner"))
        assert answer.status_code == 422, (method, path)
        assert "/no_such_parameter" in [error["pointer"] for error in answer.json()["errors"]]


async def test_an_unknown_field_is_refused_on_every_route(client: httpx.AsyncClient) -> None:
    for method, path, operation in await operations(client):
        if method not in {"POST", "PUT"}:
            continue
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            answer = await client.request(method, path, files={"no_such_field": b"1"}, headers=bearer("owner"))
        else:
            answer = await client.request(method, path, json={"no_such_field": 1}, headers=bearer("owner"))
        assert answer.status_code in {404, 422}, (method, path, answer.text)


async def test_every_answer_to_an_address_of_nothing_is_a_problem(client: httpx.AsyncClient) -> None:
    """No stranger sees that something is there, and no route breaks on an id of nothing."""
    for name in ("owner", "stranger"):
        for method, path, _ in await operations(client):
            answer = await client.request(method, path, headers=bearer(name))
            assert answer.status_code < 500, (method, path, answer.text)
            if ANY_ID in path and method == "GET":
                assert answer.status_code == 404, (method, path, answer.text)
            if not answer.is_success:
                assert answer.headers["content-type"] == "application/problem+json", (method, path)


@pytest.mark.parametrize("limit", ["0", "501"])
async def test_every_list_refuses_a_limit_outside_1_to_500(client: httpx.AsyncClient, limit: str) -> None:
    lists = 0
    for method, path, operation in await operations(client):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        if "limit" in names:
            lists += 1
            answer = await client.request(method, f"{path}?limit={limit}", headers=bearer("owner"))
            assert answer.status_code == 422, (method, path)
    assert lists >= 5


async def test_every_service_keeps_idempotency_keys() -> None:
    for definition in installed_services():
        assert f"{definition.schema}.idempotency_key" in definition.metadata.tables
