"""Stands before every outside system: logs the request, lets it through or breaks it as scripted."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena_sandbox.faults.bodies import HTML_PAGE, changed, error_body, halved, without_late
from smena_sandbox.faults.connection import abort
from smena_sandbox.faults.engine import FaultEngine
from smena_sandbox.faults.rule import Fault
from smena_sandbox.journal.journal import BODY_KEPT, Entry, Journal
from smena_sandbox.journal.keeping import Keeper

JOURNAL_KEY = "smena.journal"
"""Key of the ASGI scope under which a system leaves ``{"before": …, "after": …}`` of a write."""

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(slots=True)
class Answer:
    """A whole answer, before it is sent."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    def with_body(self, body: bytes) -> None:
        """Replace the body; its length is announced anew."""
        self.body = body
        self.headers = [header for header in self.headers if header[0].lower() != b"content-length"]
        self.headers.append((b"content-length", str(len(body)).encode()))


class FaultMiddleware:
    """ASGI around one outside system; ``target`` is its name in faults and in the journal."""

    def __init__(
        self,
        target: str,
        app: ASGIApp,
        faults: FaultEngine,
        journal: Journal,
        now: Callable[[], datetime],
        keeper: Keeper | None = None,
    ) -> None:
        self.target, self.app, self.faults, self.journal, self.now = target, app, faults, journal, now
        self.keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await whole_body(receive)
        entry = self._arrive(scope, body)
        path = f"{entry.path}?{entry.query}" if entry.query else entry.path
        fault = self.faults.strike(self.target, entry.method, path)
        try:
            if fault is None:
                await self._send(scope, send, entry, await self._commit(scope, receive, body, entry))
            else:
                entry.fault, entry.fault_id = fault.asked.do, fault.number
                await self._broken(scope, receive, send, body, entry, fault)
        finally:
            self.journal.answer(entry, self.now())

    async def _broken(
        self, scope: Scope, receive: Receive, send: Send, body: bytes, entry: Entry, fault: Fault
    ) -> None:
        do, seconds = fault.asked.do, fault.asked.seconds
        if do == "drop-before":
            await asyncio.sleep(seconds)
            await abort(scope, reset=True)
            return
        if not fault.after:
            await asyncio.sleep(seconds)
        if do == "half-then-drop":
            body = halved(body)
        answer = Answer()
        if fault.after or do in {"delay", "empty"}:
            answer = await self._commit(scope, receive, body, entry)
        if fault.after:
            await asyncio.sleep(seconds)
        if do in {"commit-then-drop", "half-then-drop"}:
            await abort(scope, reset=True)
        elif do == "truncate":
            await self._truncated(scope, send, entry, answer)
        else:
            self._replace(answer, fault, entry)
            await self._send(scope, send, entry, answer)

    def _replace(self, answer: Answer, fault: Fault, entry: Entry) -> None:
        asked = fault.asked
        if asked.do in {"duplicate", "reorder"}:
            answer.with_body(changed(answer.body, fault))
        elif asked.do == "empty":
            answer.with_body(b"")
        elif asked.do == "html":
            answer.status, answer.headers = 200, [(b"content-type", b"text/html; charset=utf-8")]
            answer.with_body(HTML_PAGE.encode())
        elif asked.do != "delay":
            answer.status = asked.code if asked.do == "status" else int(asked.do)
            extra = asked.headers
            if asked.retry_after is not None:
                extra = extra | {"Retry-After": str(asked.retry_after)}
            answer.headers = [(b"content-type", b"application/json;charset=UTF-8")]
            answer.headers += [(name.encode(), value.encode()) for name, value in extra.items()]
            content = asked.body
            if content is None:
                content = error_body(self.target, answer.status, f"Сбой по сценарию: {asked.do}", entry.path)
            answer.with_body(content.encode() if isinstance(content, str) else msgspec.json.encode(content))

    async def _commit(self, scope: Scope, receive: Receive, body: bytes, entry: Entry) -> Answer:
        """Let the system behind do its work and take its whole answer."""
        answer, given, parts = Answer(), False, []

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self.app(scope, replay, take)
        answer.body = b"".join(parts)
        entry.committed = True
        written = scope.get(JOURNAL_KEY)
        if isinstance(written, dict):
            entry.before, entry.after = written.get("before"), written.get("after")
        if self.keeper is not None and isinstance(written, dict):
            self.keeper.keep(scope, body, self.now())
        path = f"{entry.path}?{entry.query}" if entry.query else entry.path
        for late in self.faults.late(self.target, entry.method, path):
            answer.with_body(without_late(answer.body, late))
            entry.fault, entry.fault_id = entry.fault or "late", entry.fault_id or late.number
        return answer

    async def _send(self, scope: Scope, send: Send, entry: Entry, answer: Answer) -> None:
        body = b"" if scope["method"] == "HEAD" else answer.body
        entry.status, entry.response_bytes = answer.status, len(body)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": body})

    async def _truncated(self, scope: Scope, send: Send, entry: Entry, answer: Answer) -> None:
        """Announce the whole, send half, end the connection."""
        answer.with_body(answer.body)
        half = answer.body[: len(answer.body) // 2]
        entry.status, entry.response_bytes = answer.status, len(half)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await abort(scope, reset=False)

    def _arrive(self, scope: Scope, body: bytes) -> Entry:
        method = scope["method"]
        return self.journal.arrive(
            at=self.now(),
            target=self.target,
            method=method,
            path=scope["path"],
            query=unquote_plus(scope["query_string"].decode("latin-1")),
            request_bytes=len(body),
            body=None if method in READS or not body else _readable(body),
            traceparent=Headers(scope=scope).get("traceparent"),
        )


def _readable(body: bytes) -> Any:
    if len(body) > BODY_KEPT:
        return f"{len(body)} bytes, not kept"
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


async def whole_body(receive: Receive) -> bytes:
    """Everything the caller sends."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)
