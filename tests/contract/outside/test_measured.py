"""Requests to outside systems are measured by system, and failures told apart by why."""

import httpx
import pytest
from prometheus_client import REGISTRY

from smena.outside.budget import Budget
from smena.outside.client import Ask, OutsideClient
from smena.outside.errors import AnswerTooLargeError, NoAnswerError, NotSentError

SYSTEM = "erp measured"


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"system": SYSTEM, **labels}) or 0.0


def _answer(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/refused":
        raise httpx.ConnectError("refused")
    if request.url.path == "/cut":
        raise httpx.ReadError("cut")
    if request.url.path == "/bad":
        return _streamed(500, b"{}")
    return _streamed(200, b'{"filled": "' + b"x" * 100 + b'"}')


def _streamed(status: int, body: bytes) -> httpx.Response:
    return httpx.Response(status, headers={"Content-Type": "application/json"}, stream=httpx.ByteStream(body))


@pytest.mark.parametrize(
    ("path", "reason", "error"),
    [
        ("refused", "not-sent", NotSentError),
        ("cut", "no-answer", NoAnswerError),
        ("large", "too-large", AnswerTooLargeError),
        ("bad", "status-5xx", None),
        ("good", None, None),
    ],
)
async def test_each_request_has_a_time_and_each_failure_a_reason(
    path: str, reason: str | None, error: type[Exception] | None
) -> None:
    client = OutsideClient(
        "http://erp", Budget(1000, 4), timeout_seconds=5, transport=httpx.MockTransport(_answer), system=SYSTEM
    )
    times = _value("smena_outside_request_seconds_count", method="POST")
    failures = _value("smena_outside_failures_total", reason=reason or "")
    ask = Ask("POST", path, 10 if path == "large" else 10_000, body=b"{}")
    try:
        if error is None:
            await client.write(ask)
        else:
            with pytest.raises(error):
                await client.write(ask)
    finally:
        await client.close()

    assert _value("smena_outside_request_seconds_count", method="POST") == times + 1
    if reason is not None:
        assert _value("smena_outside_failures_total", reason=reason) == failures + 1
