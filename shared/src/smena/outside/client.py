"""One HTTP client for every outside system: reads are retried, writes never are."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base, wait_random_exponential

from smena.observability.metrics import OUTSIDE_FAILURES, OUTSIDE_REQUEST_SECONDS
from smena.observability.tracing import current_traceparent
from smena.outside.body import read_body
from smena.outside.budget import RequestBudget
from smena.outside.errors import AnswerTooLargeError, NoAnswerError, NotSentError

CONNECT_TIMEOUT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 4.0
READ_ATTEMPTS = 4
BACKOFF_SECONDS = 0.5
BACKOFF_MAX_SECONDS = 8.0
RETRY_AFTER_MAX_SECONDS = 30.0
TRANSIENT_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
PAUSE_STATUSES: Final = frozenset({429, 503})
JSON: Final = "json"
XML: Final = "xml"
ANYTHING: Final = "anything"
UNNAMED: Final = "unnamed"
_JSON_BODY: Final = {"Content-Type": "application/json;charset=UTF-8"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came: any status, the whole body."""

    status: int
    content_type: str
    body: bytes
    retry_after_seconds: float | None = None

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. ``expects`` is checked on a 2xx only; an empty body is an answer only to ``ANYTHING``."""

    method: str
    target: str
    limit_bytes: int
    body: bytes | None = None
    expects: str = JSON
    timeout_seconds: float | None = None
    headers: Mapping[str, str] | None = None


class _TransientAnswerError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class OutsideClient:
    """Speaks to one base address: no redirects, no cookies kept, nothing read beyond its limit.

    ``system`` names it in metrics: an id of the configuration, so that there are few. ``traced`` tells it our trace:
    for a system of the same owner, whose logs may be set beside ours.
    """

    def __init__(
        self,
        base_url: str,
        budget: RequestBudget,
        *,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        backoff_seconds: float = BACKOFF_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
        system: str = UNNAMED,
        traced: bool = False,
    ) -> None:
        self._traced = traced
        self._system = system
        self._base = base_url.rstrip("/")
        self._budget = budget
        self._timeout_seconds = timeout_seconds
        self._backoff_seconds = backoff_seconds
        self._http = httpx.AsyncClient(
            headers={"Accept-Encoding": "gzip", "User-Agent": "Smena", **(headers or {})},
            timeout=httpx.Timeout(None),
            limits=httpx.Limits(keepalive_expiry=KEEP_ALIVE_SECONDS),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    async def read(
        self,
        ask: Ask,
        *,
        check: Callable[[Answer], object] | None = None,
        again: Callable[[Answer], bool] | None = None,
    ) -> Answer:
        """Ask for something that changes nothing over there; tried again with full jitter while it may help.

        ``again`` says which answers may be better next time (by default by status). ``check`` may raise
        ``NoAnswerError`` for a body that is none (JSON that breaks off), which is tried again.

        Raises:
            NotSentError, NoAnswerError: still nothing usable after the last attempt.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(READ_ATTEMPTS),
            wait=_PoliteWait(self._backoff_seconds),
            retry=retry_if_exception_type((NotSentError, NoAnswerError, _TransientAnswerError))
            & _worth_another_attempt(),
            sleep=asyncio.sleep,
            reraise=True,
        )
        try:
            return await retrying(self._read_once, ask, check, again or _transient)
        except _TransientAnswerError as transient:
            return transient.answer

    async def write(self, ask: Ask, *, permit: Callable[[], None] | None = None) -> Answer:
        """Send a change once.

        ``permit`` is called when the request is about to leave, after every wait for a turn and for a connection:
        what it raises stops the request unsent.

        Raises:
            NotSentError: it certainly did not arrive.
            NoAnswerError: it may have happened.
        """
        return await self._exchange(ask, permit)

    async def close(self) -> None:
        """Let connections go."""
        await self._http.aclose()

    async def _read_once(
        self, ask: Ask, check: Callable[[Answer], object] | None, again: Callable[[Answer], bool]
    ) -> Answer:
        answer = await self._exchange(ask)
        if (
            answer.status in PAUSE_STATUSES and answer.retry_after_seconds
        ):  # all who ask there wait, not this read alone
            await self._budget.rest(min(answer.retry_after_seconds, RETRY_AFTER_MAX_SECONDS))
        if again(answer):
            raise _TransientAnswerError(answer)
        if check is not None and answer.ok:
            check(answer)
        return answer

    def _trace(self) -> dict[str, str]:
        traceparent = current_traceparent() if self._traced else None
        return {"traceparent": traceparent} if traceparent else {}

    async def _exchange(self, ask: Ask, permit: Callable[[], None] | None = None) -> Answer:
        async with self._budget.turn():
            try:
                with OUTSIDE_REQUEST_SECONDS.labels(self._system, ask.method).time():
                    answer = await self._exchange_now(ask, permit)
            except (NotSentError, NoAnswerError, AnswerTooLargeError) as error:
                OUTSIDE_FAILURES.labels(self._system, _why(error)).inc()
                raise
        if not answer.ok:
            OUTSIDE_FAILURES.labels(self._system, f"status-{answer.status // 100}xx").inc()
        return answer

    async def _exchange_now(self, ask: Ask, permit: Callable[[], None] | None) -> Answer:
        seconds = ask.timeout_seconds or self._timeout_seconds
        progress = _Progress(permit)
        try:
            async with asyncio.timeout(seconds):
                return await self._send(ask, seconds, progress)
        except TimeoutError as error:
            message = f"нет ответа за {seconds:g} с"
            raise (NotSentError(message) if progress.connecting else NoAnswerError(message)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSentError(f"нет связи ({str(error) or type(error).__name__})") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise NoAnswerError(f"ответ оборвался ({str(error) or type(error).__name__})") from error

    async def _send(self, ask: Ask, seconds: float, progress: "_Progress") -> Answer:
        request = self._http.build_request(
            ask.method,
            f"{self._base}/{ask.target.lstrip('/')}",
            content=ask.body,
            headers={**(_JSON_BODY if ask.body is not None else {}), **self._trace(), **(ask.headers or {})},
            timeout=httpx.Timeout(None, connect=min(CONNECT_TIMEOUT_SECONDS, seconds)),
            extensions={"trace": progress.note},
        )
        response = await self._http.send(request, stream=True)
        try:
            answer = Answer(
                response.status_code,
                response.headers.get("content-type", "").lower(),
                await read_body(response, ask.limit_bytes),
                _retry_after(response.headers.get("retry-after")),
            )
        finally:
            await response.aclose()
        if answer.ok:
            _check_shape(answer, ask.expects)
        return answer


def _why(error: Exception) -> str:
    if isinstance(error, NotSentError):
        return "not-sent"
    return "too-large" if isinstance(error, AnswerTooLargeError) else "no-answer"


def _transient(answer: Answer) -> bool:
    return answer.status in TRANSIENT_STATUSES


class _Progress:
    """Learns from the transport whether the request has begun to leave."""

    def __init__(self, permit: Callable[[], None] | None = None) -> None:
        self.connecting = False
        self._permit = permit

    async def note(self, event: str, _info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.connecting = True
        elif event.endswith("send_request_headers.started"):
            self.connecting = False
            if self._permit is not None:
                self._permit()


class _PoliteWait(wait_base):
    """Full jitter, and never less than what the other side asked for."""

    def __init__(self, seconds: float) -> None:
        self._jitter = wait_random_exponential(multiplier=seconds, max=BACKOFF_MAX_SECONDS)

    def __call__(self, retry_state: RetryCallState) -> float:
        return max(self._jitter(retry_state), _asked_to_wait(retry_state))


def _asked_to_wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return (error.answer.retry_after_seconds or 0.0) if isinstance(error, _TransientAnswerError) else 0.0


class _worth_another_attempt(retry_if_exception_type):  # noqa: N801 - named as tenacity names its conditions
    """Not when the answer is too large, nor when the other side asked for a long pause."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        error = retry_state.outcome.exception() if retry_state.outcome is not None else None
        return not isinstance(error, AnswerTooLargeError) and _asked_to_wait(retry_state) <= RETRY_AFTER_MAX_SECONDS


def _check_shape(answer: Answer, expects: str) -> None:
    start = answer.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or "text/html" in answer.content_type:
        raise NoAnswerError(f"вместо ответа страница HTML (HTTP {answer.status}): вход или обслуживание?")
    if expects == ANYTHING:
        return
    if not start:
        raise NoAnswerError(f"пустой ответ (HTTP {answer.status})")
    if expects == JSON and not start.startswith((b"{", b"[")):
        raise NoAnswerError(f"в ответе нет JSON (HTTP {answer.status}, {answer.content_type or 'без типа'})")
    if expects == XML and not start.startswith(b"<"):
        raise NoAnswerError(f"в ответе нет XML (HTTP {answer.status}, {answer.content_type or 'без типа'})")


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wanted = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.fromtimestamp(time.time(), UTC)
    return max(0.0, wanted.total_seconds())
