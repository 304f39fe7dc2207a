"""A request id for every request, in its answer and in every log line; one log line and one measurement each."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.observability.metrics import HTTP_REQUEST_SECONDS, HTTP_REQUESTS
from smena.observability.tracing import continue_trace

REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
UNMATCHED_ROUTE = "unmatched"

_log = structlog.get_logger("smena.http")


class RequestContext:
    """Binds the ids of a request, and says afterwards how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        offered = headers.get(REQUEST_ID_HEADER, "")
        request_id = offered if _REQUEST_ID.fullmatch(offered) else uuid4().hex
        started, status = time.perf_counter(), 0

        async def name_it(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            continue_trace(headers.get("traceparent"), f"{scope['method']} {scope['path']}"),
        ):
            try:
                await self._app(scope, receive, name_it)
            finally:
                seconds = time.perf_counter() - started
                route = scope.get("smena.route", UNMATCHED_ROUTE)
                HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
                HTTP_REQUEST_SECONDS.labels(scope["method"], route).observe(seconds)
                _log.info(
                    "http.request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round(seconds * 1000, 1),
                )
