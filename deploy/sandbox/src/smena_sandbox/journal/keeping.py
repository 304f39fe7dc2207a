"""Remembers every write on disk and does it again at the next start, so that a restart loses nothing."""

import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from starlette.types import Message, Scope

HEADERS_KEPT = frozenset({"content-type", "accept", "if-match", "prefer"})
"""Keys and passwords are never kept: the replay uses those of the new start."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it came; ``at`` is the sandbox's time of it, RFC 3339."""

    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str

    def scope(self, authorization: str | None) -> Scope:
        """The ASGI scope of the same request."""
        headers = dict(self.headers) | ({"authorization": authorization} if authorization else {})
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 0),
        }


class Keeper:
    """A file with one write per line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: IO[str] | None = None

    def keep(self, scope: Scope, body: bytes, at: datetime) -> None:
        """Append a write that was done."""
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        write = Write(
            at=at.isoformat(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers={name: value for name, value in headers.items() if name in HEADERS_KEPT},
            body=base64.b64encode(body).decode(),
        )
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("a", encoding="utf-8")
        self._stream.write(json.dumps(asdict(write), ensure_ascii=False) + "\n")
        self._stream.flush()

    def kept(self) -> Iterator[Write]:
        """Every write of earlier runs, in order; a line torn by a killed process ends them."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as stream:
            for line in stream:
                try:
                    yield Write(**json.loads(line))
                except (ValueError, TypeError):
                    return

    def close(self) -> None:
        """Let go of the file."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


async def do_again(write: Write, app: Callable[..., Awaitable[None]], authorization: str | None) -> int | None:
    """Call an application with a kept write; its status."""
    status: int | None = None
    body = base64.b64decode(write.body)

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    await app(write.scope(authorization), receive, send)
    return status
