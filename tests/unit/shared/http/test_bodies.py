"""Bodies are counted as they come in, against the limit the route declares."""

from collections.abc import AsyncIterator

import httpx
import pytest

MIB = 1024 * 1024
JSON = {"content-type": "application/json"}


async def chunks(size: int, seen: list[int]) -> AsyncIterator[bytes]:
    while size > 0:
        seen.append(min(size, 65_536))
        yield b" " * seen[-1]
        size -= seen[-1]


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [("POST", "/sales/v1/sales", MIB), ("PUT", "/sales/v1/sales", 8 * MIB), ("POST", "/sales/v1/files", 64 * MIB)],
)
async def test_a_body_over_the_routes_limit_is_refused_once_the_limit_is_passed(
    client: httpx.AsyncClient, method: str, path: str, limit: int
) -> None:
    seen: list[int] = []

    answer = await client.request(method, path, content=chunks(limit * 2, seen), headers=JSON)

    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == limit
    assert sum(seen) <= limit + 65_536


async def test_an_announced_length_over_the_limit_is_refused_unread(client: httpx.AsyncClient) -> None:
    seen: list[int] = []
    headers = {**JSON, "content-length": str(MIB + 1)}

    answer = await client.post("/sales/v1/sales", content=chunks(MIB + 1, seen), headers=headers)

    assert answer.status_code == 413
    assert seen == []


async def test_a_body_of_exactly_the_limit_is_taken_in(client: httpx.AsyncClient) -> None:
    start = b'[{"lines": [{"name": "x", "price": "1", "quantity": "1"}], "at": "2026-01-31T12:00:00Z"}'
    body = start + b" " * (8 * MIB - len(start) - 1) + b"]"

    answer = await client.put("/sales/v1/sales", content=body, headers=JSON)

    assert (answer.status_code, answer.json()) == (200, {"stored": 1})


async def test_a_lying_length_is_counted_nevertheless(client: httpx.AsyncClient) -> None:
    headers = {**JSON, "content-length": "10"}

    answer = await client.post("/sales/v1/sales", content=chunks(2 * MIB, []), headers=headers)

    assert answer.status_code == 413


async def test_money_and_instants_are_texts_on_both_sides(client: httpx.AsyncClient) -> None:
    sale = {"lines": [{"name": "Хлеб", "price": "1.2", "quantity": "0.5"}], "at": "2026-01-31T12:00:00+03:00"}

    answer = await client.post("/sales/v1/sales", json=sale)

    assert answer.status_code == 201
    assert answer.json() == {
        "lines": [{"name": "Хлеб", "price": "1.20", "quantity": "0.500"}],
        "at": "2026-01-31T09:00:00Z",
    }


async def test_kopecks_of_our_own_code_become_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sales/v1/sales?limit=7&register=kassa-1")

    assert answer.json() == {"data": [{"name": "writer", "price": "0.07", "quantity": "1.500"}], "next_cursor": None}


@pytest.mark.parametrize(
    "price", [12, 12.3, True, None, "１２", "1_0", "1e3", "+1", " 1", "", "1.234", "NaN", "9" * 30]
)
async def test_money_that_is_no_plain_decimal_text_is_refused(client: httpx.AsyncClient, price: object) -> None:
    sale = {"lines": [{"name": "x", "price": price, "quantity": "1"}], "at": "2026-01-31T12:00:00Z"}

    answer = await client.post("/sales/v1/sales", json=sale)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/lines/0/price"
