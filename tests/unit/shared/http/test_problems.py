"""Whatever goes wrong is a problem answer with a stable type that says what to do, in the caller's language."""

import logging
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import APIRouter, Depends
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from smena.http.application import OpenRouteError, create_app
from smena.http.auth import TokenBook, require
from smena.http.language import preferred
from smena.http.problems import DECLARED, PROBLEM_TYPE_PREFIX, declare

SALE = {"lines": [{"name": "Хлеб", "price": "1.20", "quantity": "1"}], "at": "2026-01-31T12:00:00+03:00"}


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == PROBLEM_TYPE_PREFIX + name
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


async def test_an_address_nobody_answers_is_a_404(client: httpx.AsyncClient) -> None:
    body = problem(await client.get("/sales/v1/nowhere"), 404, "not-found")

    assert body["instance"] == "/sales/v1/nowhere"


async def test_another_method_is_a_405_that_names_the_allowed_ones(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/sales/v1/sales")

    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, POST, PUT"


async def test_every_error_of_a_payload_is_named_with_its_pointer(client: httpx.AsyncClient) -> None:
    wrong = {
        "lines": [
            {"name": "", "price": 12, "quantity": "1"},
            {"name": "x", "price": "1.234", "quantity": "0.0001", "extra/field": 1},
        ],
        "at": "2026-01-31T12:00:00",
    }

    body = problem(await client.post("/sales/v1/sales", json=wrong), 422, "invalid-payload")

    found = {(error["in"], error["pointer"]): error["code"] for error in body["errors"]}
    assert found == {
        ("body", "/lines/0/name"): "string_too_short",
        ("body", "/lines/0/price"): "value_error",
        ("body", "/lines/1/price"): "value_error",
        ("body", "/lines/1/quantity"): "value_error",
        ("body", "/lines/1/extra~1field"): "extra_forbidden",
        ("body", "/at"): "timezone_aware",
    }
    assert all(error["detail"] for error in body["errors"])


@pytest.mark.parametrize(
    ("language", "price", "finer", "quantity"),
    [
        (
            "ru",
            'нужно число в кавычках, как "12.30"',
            'нужна сумма в рублях и копейках, как "12.30"',
            'нужно количество до тысячных, как "1.500"',
        ),
        (
            "en",
            'a decimal in quotes is expected, as "12.30"',
            "an amount finer than a kopeck: 1.234",
            "finer than a thousandth or too large: 0.0001",
        ),
    ],
)
async def test_a_wrong_value_is_told_in_the_callers_language(
    client: httpx.AsyncClient, language: str, price: str, finer: str, quantity: str
) -> None:
    wrong = {
        "lines": [
            {"name": "x", "price": 12, "quantity": "1"},
            {"name": "x", "price": "1.234", "quantity": "0.0001"},
        ]
    }

    answer = await client.post("/sales/v1/sales", json=wrong, headers={"accept-language": language})

    told = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert (told["/lines/0/price"], told["/lines/1/price"], told["/lines/1/quantity"]) == (price, finer, quantity)


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000, b"null", b"1e9999", b'"\\ud800"']
)
async def test_a_body_that_is_no_json_object_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/sales/v1/sales", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["type"].removeprefix(PROBLEM_TYPE_PREFIX) in {"malformed-json", "invalid-payload"}


@pytest.mark.parametrize("path", ["/sales/v1/sales", "/sales/v1/plain"])
async def test_an_unknown_query_parameter_is_refused_on_every_route(client: httpx.AsyncClient, path: str) -> None:
    body = problem(await client.get(f"{path}?limti=3&x"), 422, "invalid-payload")

    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("query", "/limti"), ("query", "/x")]


async def test_a_text_no_database_takes_is_refused_wherever_it_stands(client: httpx.AsyncClient) -> None:
    """U+0000 in a parameter, in a body, as the name of a field; written out as \\u0000 it is a text like any other."""
    asked = problem(await client.get("/sales/v1/sales?register=a%00b"), 422, "invalid-payload")
    line = {"name": "a\x00b", "price": "1.00", "quantity": "1"}
    sent = problem(await client.post("/sales/v1/sales", json={"lines": [line], "b\x00": 1}), 422, "invalid-payload")
    spelt = {"lines": [{**line, "name": r"a\u0000"}], "at": "2026-01-31T12:00:00Z"}

    assert [(one["in"], one["pointer"], one["code"]) for one in asked["errors"]] == [
        ("query", "/register", "string_nul")
    ]
    assert {(one["pointer"], one["code"]) for one in sent["errors"]} == {
        ("", "string_nul"),
        ("/lines/0/name", "string_nul"),
    }
    assert (await client.post("/sales/v1/sales", json=spelt)).is_success
    problem(await client.get("/sales/v1/sales/a%00b"), 404, "not-found")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", ""])
async def test_a_page_limit_outside_1_to_500_is_refused(client: httpx.AsyncClient, limit: str) -> None:
    body = problem(await client.get(f"/sales/v1/sales?limit={limit}"), 422, "invalid-payload")

    assert body["errors"][0]["pointer"] == "/limit"


async def test_a_body_where_none_is_taken_is_refused_but_an_empty_object_is_not(client: httpx.AsyncClient) -> None:
    problem(await client.post("/sales/v1/nothing", json={"x": 1}), 422, "invalid-payload")

    for body in (b"", b"{}"):
        assert (await client.post("/sales/v1/nothing", content=body)).status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_another_media_type_is_a_415(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/sales/v1/sales", content=b"{}", headers={"content-type": media_type})

    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "zstd"])
async def test_a_compressed_body_is_a_415(client: httpx.AsyncClient, encoding: str) -> None:
    answer = await client.post("/sales/v1/sales", json=SALE, headers={"content-encoding": encoding})

    problem(answer, 415, "unsupported-media-type")


async def test_a_problem_of_a_use_case_keeps_its_extensions(client: httpx.AsyncClient) -> None:
    assert problem(await client.post("/sales/v1/conflicts"), 409, "conflict")["version"] == 7


async def test_an_error_of_ours_leaks_nothing(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        answer = await client.post("/sales/v1/breaks")

    problem(answer, 500, "internal-error")
    for leak in ("Traceback", "select", "/srv", "hidden", "RuntimeError", ".py"):
        assert leak not in answer.text
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("select 1", {}, psycopg.OperationalError("connection refused at 10.0.0.1")),
        psycopg.OperationalError("server closed the connection"),
        PoolTimeoutError("QueuePool limit"),
    ],
)
async def test_a_database_that_is_away_is_a_503_with_retry_after(error: Exception) -> None:
    router = APIRouter()

    @router.get("/sales/v1/stored", dependencies=[Depends(require("sales:read"))])
    async def stored() -> None:
        raise error

    app = create_app("test", [router], tokens=TokenBook(_tokens()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/sales/v1/stored", headers={"Authorization": "Bearer x-token"})

    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "10.0.0.1" not in answer.text


def _tokens() -> list[Any]:
    from hashlib import sha256

    from smena.config.organizations import ApiToken

    digest = sha256(b"x-token").hexdigest()
    return [ApiToken(name="x", sha256=digest, person="p", organizations=("*",), scopes=("sales:read",))]


async def test_a_problem_speaks_the_callers_language(client: httpx.AsyncClient) -> None:
    russian = (await client.get("/x", headers={"Accept-Language": "ru-RU,en;q=0.5"})).json()
    english = (await client.get("/x", headers={"Accept-Language": "en-GB"})).json()
    answer = await client.get("/x", headers={"Accept-Language": "be"})

    assert (russian["title"], english["title"]) == ("Не найдено", "Not found")
    assert answer.headers["content-language"] == "ru"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "ru"),
        ("en", "en"),
        ("ru;q=0.2, en;q=0.8", "en"),
        ("de, fr;q=0.9", "ru"),
        ("en;q=0", "ru"),
        ("en;q=broken", "ru"),
        ("*;q=0.5, EN-us;q=0.4", "en"),
    ],
)
def test_the_best_language_is_chosen(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_route_that_requires_no_scope_stops_the_application() -> None:
    router = APIRouter()

    @router.get("/sales/v1/open")
    async def open_route() -> None: ...

    with pytest.raises(OpenRouteError, match="/sales/v1/open"):
        create_app("test", [router], tokens=TokenBook([]))


def test_a_problem_name_has_one_meaning() -> None:
    assert declare("not-found", 404, ru="Не найдено", en="Not found") == DECLARED["not-found"]
    with pytest.raises(ValueError, match="not-found"):
        declare("not-found", 410, ru="Нет", en="Gone")


async def test_a_request_id_is_echoed_or_made(client: httpx.AsyncClient) -> None:
    named = await client.get("/sales/v1/plain", headers={"X-Request-Id": "my-request.1"})
    hostile = await client.get("/sales/v1/plain", headers={"X-Request-Id": "a b\t{}"})

    assert named.headers["x-request-id"] == "my-request.1"
    assert len(hostile.headers["x-request-id"]) == 32
