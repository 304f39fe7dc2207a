"""What every request passes before its route: its token, its parameters, and its body counted as it comes in."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.http.auth import Principal, TokenBook, admitted
from smena.http.idempotency import IdempotencyStore
from smena.http.idempotent_call import KEY_HEADER, IdempotentCall
from smena.http.payload_errors import PayloadProblem, malformed_json, payload_error
from smena.http.problems import Problem, Words
from smena.http.route_plans import JSON_MEDIA_TYPE, RoutePlan, plan_for
from smena.http.standard_problems import BODY_TOO_LARGE, TOO_MANY_REQUESTS, UNSUPPORTED_MEDIA_TYPE, not_found

Place = tuple[int | str, ...]

REQUESTS_IN_FLIGHT_PER_TOKEN_MAX = 200
"""More at the same time from one token are asked to come again: one caller can't take every connection."""
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
EMPTY_BODIES = (b"", b"{}", b"null")
NUL = "\x00"
"""The one character PostgreSQL takes in no text."""
NUL_IN_JSON = b"\\u0000"
NUL_ERRORS_MAX = 100
"""Of one body; who sends more has sent no text."""


class ClientGoneError(Exception):
    """The client went away before its body was whole: there is nobody to answer."""


class Intake:
    """Guards every API route by what the route declares."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        plans: tuple[RoutePlan, ...],
        tokens: TokenBook,
        idempotency: Mapping[str, IdempotencyStore],
    ) -> None:
        self._app = app
        self._plans = plans
        self._tokens = tokens
        self._idempotency = idempotency
        self._in_flight: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit the request, or raise the problem that says why not."""
        plan = plan_for(self._plans, scope.get("method", ""), scope["path"]) if scope["type"] == "http" else None
        if plan is not None and NUL in scope["path"]:
            raise not_found("Адрес", "The address")
        if plan is None:
            await self._app(scope, receive, send)
            return
        scope["smena.route"] = plan.path
        if plan.scope is None:
            await self._take_in(plan, None, scope, receive, send)
            return
        caller = admitted(self._tokens.principal(Headers(scope=scope).get("authorization")), plan.scope)
        scope["smena.principal"] = caller
        if self._in_flight[caller.name] >= REQUESTS_IN_FLIGHT_PER_TOKEN_MAX:
            raise _too_many_requests()
        self._in_flight[caller.name] += 1
        try:
            await self._take_in(plan, caller, scope, receive, send)
        finally:
            self._in_flight[caller.name] -= 1

    async def _take_in(
        self, plan: RoutePlan, caller: Principal | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = Headers(scope=scope)
        _refuse_parameters(plan, scope["query_string"])
        if scope["method"] not in METHODS_WITH_BODY:
            await self._app(scope, receive, send)
            return
        _refuse_encoding(headers)
        try:
            body = await _read_body(receive, headers, plan.body_bytes_max)
        except ClientGoneError:
            return
        _refuse_media_type(plan, headers, body)
        store = self._idempotency.get(scope["path"].split("/")[1])
        replayed = _replayed(body, receive)
        if scope["method"] == "POST" and caller is not None and store is not None and KEY_HEADER in headers:
            call = IdempotentCall(self._app, store, caller=caller.name, body=body)
            await call(scope, replayed, send)
        else:
            await self._app(scope, replayed, send)


def _refuse_parameters(plan: RoutePlan, query: bytes) -> None:
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    unknown = sorted({name for name, _ in given} - plan.query_names)
    if unknown:
        known = ", ".join(sorted(plan.query_names)) or "–"
        words = Words(f"такого параметра нет; есть: {known}", f"there is no such parameter; known are: {known}")
        raise PayloadProblem([payload_error("query", (name,), "extra_forbidden", words) for name in unknown])
    if broken := [name for name, value in given if NUL in value]:
        raise PayloadProblem([_nul_error("query", (name,)) for name in broken])


def _refuse_encoding(headers: Headers) -> None:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise UNSUPPORTED_MEDIA_TYPE(
            Words("Пришлите тело без сжатия.", "Send the body without compression."),
            headers={"Accept-Encoding": "identity"},
        )


async def _read_body(receive: Receive, headers: Headers, bytes_max: int) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > bytes_max:
        raise _too_large(bytes_max)
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise _too_large(bytes_max)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _refuse_media_type(plan: RoutePlan, headers: Headers, body: bytes) -> None:
    if not body:
        return
    if not plan.media_types:
        if body.strip() not in EMPTY_BODIES:
            words = Words("этот запрос не принимает тела", "this request takes no body")
            raise PayloadProblem([payload_error("body", (), "extra_forbidden", words)])
        return
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type == JSON_MEDIA_TYPE or (media_type.startswith("application/") and media_type.endswith("+json"))
    if media_type not in plan.media_types and not (is_json and JSON_MEDIA_TYPE in plan.media_types):
        wanted = ", ".join(sorted(plan.media_types))
        raise UNSUPPORTED_MEDIA_TYPE(Words(f"Пришлите тело как {wanted}.", f"Send the body as {wanted}."))
    if plan.checks_json:
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise malformed_json(str(error)) from error
        if NUL_IN_JSON in body and (broken := list(islice(_places_of_nul(content), NUL_ERRORS_MAX))):
            raise PayloadProblem([_nul_error("body", place) for place in broken])


def _places_of_nul(content: Any) -> Iterator[Place]:
    """Where texts hold a NUL, names of fields included; without recursion, since a body may be deep."""
    left: list[tuple[Place, Any]] = [((), content)]
    while left:
        place, value = left.pop()
        if isinstance(value, str) and NUL in value:
            yield place
        elif isinstance(value, list):
            left += [((*place, at), one) for at, one in enumerate(value)]
        elif isinstance(value, dict):
            left += [((*place, name), one) for name, one in value.items()]
            left += [(place, name) for name in value]


def _nul_error(where: str, place: Place) -> dict[str, Any]:
    words = Words("в тексте недопустимый знак U+0000: уберите его", "the text holds the character U+0000: take it out")
    return payload_error(where, place, "string_nul", words)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _too_large(bytes_max: int) -> Problem:
    mebibytes = bytes_max // (1024 * 1024)
    return BODY_TOO_LARGE(
        Words(
            f"Тело больше {mebibytes} МиБ. Разделите его на несколько запросов.",
            f"The body is larger than {mebibytes} MiB. Split it over several requests.",
        ),
        headers={"Connection": "close"},
        limit_bytes=bytes_max,
    )


def _too_many_requests() -> Problem:
    return TOO_MANY_REQUESTS(
        Words(
            f"Не больше {REQUESTS_IN_FLIGHT_PER_TOKEN_MAX} запросов одного токена сразу. Повторите через секунду.",
            f"At most {REQUESTS_IN_FLIGHT_PER_TOKEN_MAX} requests of one token at once. Try again in a second.",
        ),
        headers={"Retry-After": "1"},
    )
