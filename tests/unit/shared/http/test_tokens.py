"""A token opens what its scopes and organisations say, and nothing else."""

from hashlib import sha256
from typing import Any

import httpx
import pytest

from smena.config.organizations import ApiToken
from smena.http import intake
from smena.http.auth import Principal, TokenBook


def book(**scopes: Any) -> TokenBook:
    return TokenBook(
        ApiToken(
            name=name,
            sha256=sha256(name.encode()).hexdigest(),
            person=name,
            organizations=("romashka",),
            scopes=granted,
        )
        for name, granted in scopes.items()
    )


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic a", "Bearer wrong", "a", "Bearer a b", "Bearer " + "x" * 600, "Bearer é"],
)
def test_what_is_no_known_bearer_token_is_nobody(header: str | None) -> None:
    assert book(a=("sales:read",)).principal(header) is None


@pytest.mark.parametrize("header", ["Bearer a", "bearer a", "BEARER  a"])
def test_a_known_token_is_its_principal(header: str) -> None:
    found = book(a=("sales:read",), b=("ledger:read",)).principal(header)

    assert found is not None
    assert found.name == "a"


def test_write_includes_read_of_the_same_area_only() -> None:
    writer = Principal("w", "w", frozenset({"romashka"}), frozenset({"sales:write"}))

    assert writer.may("sales:read")
    assert writer.may("sales:write")
    assert not writer.may("ledger:read")
    assert not Principal("r", "r", frozenset(), frozenset({"sales:read"})).may("sales:write")


def test_a_token_sees_its_own_organisations_or_with_a_star_all() -> None:
    own = Principal("o", "o", frozenset({"romashka"}), frozenset())
    every = Principal("e", "e", frozenset({"*"}), frozenset())

    assert own.visible(["lilia", "romashka"]) == ("romashka",)
    assert not own.sees("lilia")
    assert every.visible(["lilia", "romashka"]) == ("lilia", "romashka")


@pytest.mark.parametrize("header", [None, "Bearer unknown", "Basic dTpw"])
async def test_without_a_known_token_every_route_is_a_401(client: httpx.AsyncClient, header: str | None) -> None:
    del client.headers["authorization"]
    headers = {"Authorization": header} if header else {}

    for method, path in (("GET", "/sales/v1/sales"), ("POST", "/sales/v1/sales"), ("POST", "/sales/v1/nothing")):
        answer = await client.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"].endswith("/unauthenticated")


async def test_a_missing_scope_is_a_403_that_names_it(client: httpx.AsyncClient) -> None:
    for token, path, scope in (
        ("reader-token", "/sales/v1/nothing", "sales:write"),
        ("stranger-token", "/sales/v1/nothing", "sales:write"),
    ):
        answer = await client.post(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403
        assert answer.json()["scope"] == scope


async def test_an_unknown_caller_is_refused_before_its_body_is_read(client: httpx.AsyncClient) -> None:
    read = 0

    async def body() -> Any:
        nonlocal read
        for _ in range(10):
            read += 1
            yield b"x" * 1000

    answer = await client.post("/sales/v1/sales", content=body(), headers={"Authorization": "Bearer unknown"})

    assert answer.status_code == 401
    assert read == 0


async def test_one_token_cannot_take_every_connection(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "REQUESTS_IN_FLIGHT_PER_TOKEN_MAX", 0)

    answer = await client.get("/sales/v1/plain")

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["type"].endswith("/too-many-requests")
