"""The description says what is true: scopes, problems, keys, and the routes that are there."""

from typing import Any

import httpx
import pytest


@pytest.fixture
async def description(client: httpx.AsyncClient) -> Any:
    return (await client.get("/openapi.json")).json()


async def test_every_operation_names_its_scope_and_its_problems(description: Any) -> None:
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]

    assert len(operations) == 8
    for operation in operations:
        assert operation["x-scope"] in {"sales:read", "sales:write"}
        assert operation["security"] == [{"token": []}]
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert "422" not in operation["responses"]


async def test_every_post_takes_an_idempotency_key_and_no_other_does(description: Any) -> None:
    for methods in description["paths"].values():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation.get("parameters", [])}
            assert ("Idempotency-Key" in names) is (method == "post")


async def test_problems_are_listed_and_fastapis_own_errors_are_gone(description: Any) -> None:
    types = {problem["type"].rpartition("/")[2]: problem["status"] for problem in description["x-problems"]}

    assert types["idempotency-key-reused"] == 422
    assert types["unavailable"] == 503
    assert "HTTPValidationError" not in description["components"]["schemas"]


async def test_money_is_described_as_text(description: Any) -> None:
    assert description["components"]["schemas"]["Line"]["properties"]["price"]["type"] == "string"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/metrics", "/healthz"])
async def test_the_public_port_serves_no_page_of_tools(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
