"""One POST with an idempotency key: answered once, and from the store ever after."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from hashlib import sha256

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.http.idempotency import (
    KEY_LENGTH_MAX,
    Claimed,
    IdempotencyStore,
    KeyedRequest,
    Reused,
    StillRunning,
    StoredAnswer,
)
from smena.http.problems import Problem, Words
from smena.http.standard_problems import (
    IDEMPOTENCY_KEY_REUSED,
    IDEMPOTENCY_KEY_RUNNING,
    IDEMPOTENCY_KEY_TOO_LONG,
)

KEY_HEADER = "idempotency-key"
HIT_HEADER = "Idempotency-Hit"
_STORED_HEADERS = ("content-type", "content-language", "location", "etag")

_log = structlog.get_logger(__name__)


class IdempotentCall:
    """Calls the application once for a key. Refusals (4xx) and 503 did nothing and are not stored; a 500 is."""

    def __init__(self, app: ASGIApp, store: IdempotencyStore, *, caller: str, body: bytes) -> None:
        self._app = app
        self._store = store
        self._caller = caller
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the store, or call and store."""
        request = self._keyed(scope)
        claim = await self._store.claim(request)
        if isinstance(claim, Reused):
            raise _reused()
        if isinstance(claim, StillRunning):
            raise _running()
        if isinstance(claim, StoredAnswer):
            await _send_stored(claim, send)
            return
        scope["smena.idempotency"] = request
        await self._call(request, claim, scope, receive, send)

    async def _call(self, request: KeyedRequest, claim: Claimed, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        async with _renewing(self._store, request, claim):
            await self._app(scope, receive, keep)
        answer = _answer_of(messages)
        if answer.status < 400 or answer.status == 500:
            await self._store.finish(request, claim, answer)
        else:
            await self._store.release(request, claim)
        for message in messages:
            await send(message)

    def _keyed(self, scope: Scope) -> KeyedRequest:
        headers = Headers(scope=scope)
        key = headers[KEY_HEADER].strip()
        if not key or len(key) > KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
            raise _wrong_key()
        digest = sha256(scope["query_string"] + b"\n" + headers.get("content-type", "").encode() + b"\n" + self._body)
        return KeyedRequest(self._caller, f"{scope['method']} {scope['path']}", key, digest.hexdigest())


def dedupe_key(scope: Scope) -> str | None:
    """A name for this request that a repeat of it has too, for ``RunStore.create``.

    With it even a crash between the run's commit and the stored answer makes no second run.
    """
    request: KeyedRequest | None = scope.get("smena.idempotency")
    if request is None:
        return None
    named = f"{request.token}\n{request.route}\n{request.key}\n{request.fingerprint}"
    return "idempotency:" + sha256(named.encode()).hexdigest()


@contextlib.asynccontextmanager
async def _renewing(store: IdempotencyStore, request: KeyedRequest, claim: Claimed) -> AsyncIterator[None]:
    async def renew() -> None:
        while True:
            await asyncio.sleep(store.lease_seconds / 3)
            try:
                await store.renew(request, claim)
            except Exception as error:  # noqa: BLE001 - the next renewal may succeed; the answer is not lost by it
                _log.warning("idempotency.renewal_failed", error=type(error).__name__)

    task = asyncio.create_task(renew(), name="idempotency renewal")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _answer_of(messages: list[Message]) -> StoredAnswer:
    start = messages[0]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    kept = [(name, value) for name, value in headers if name.lower() in _STORED_HEADERS]
    return StoredAnswer(start["status"], kept, b"".join(message.get("body", b"") for message in messages[1:]))


async def _send_stored(answer: StoredAnswer, send: Send) -> None:
    headers = [*answer.headers, (HIT_HEADER, "true"), ("content-length", str(len(answer.body)))]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


def _wrong_key() -> Problem:
    return IDEMPOTENCY_KEY_TOO_LONG(
        Words(
            f"Idempotency-Key: от 1 до {KEY_LENGTH_MAX} печатных знаков ASCII, например UUID.",
            f"Idempotency-Key: 1 to {KEY_LENGTH_MAX} printable ASCII characters, a UUID for example.",
        )
    )


def _reused() -> Problem:
    return IDEMPOTENCY_KEY_REUSED(
        Words(
            "С этим ключом уже был другой запрос. Для нового запроса возьмите новый ключ.",
            "Another request came with this key. Take a new key for a new request.",
        )
    )


def _running() -> Problem:
    return IDEMPOTENCY_KEY_RUNNING(
        Words(
            "Первый запрос с этим ключом ещё выполняется. Повторите тот же запрос через секунду.",
            "The first request of this key is still running. Send the same request again in a second.",
        ),
        headers={"Retry-After": "1"},
    )
