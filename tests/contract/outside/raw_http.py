"""A server that says exactly the bytes it is told to, and remembers exactly what it was asked."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from servers.waiting import until

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Reply:
    """``cut`` sends only so many bytes of the body, ``hang`` waits before the answer, ``drop`` gives none."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json;charset=UTF-8"})
    cut: int | None = None
    hang: bool = False
    drop: bool = False
    pieces: Callable[[], Iterator[bytes]] | None = None


def json_reply(content: Any, status: int = 200, **headers: str) -> Reply:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(body, status, {"Content-Type": "application/json;charset=UTF-8", **headers})


def html_reply(status: int = 200) -> Reply:
    return Reply(b"<!DOCTYPE html><html><body>log in</body></html>", status, {"Content-Type": "text/html"})


def huge_reply(total_bytes: int) -> Reply:
    """A body that is made as it is sent, without a length before it."""

    def pieces() -> Iterator[bytes]:
        yield b"["
        for _ in range(total_bytes // PIECE_BYTES):
            yield b" " * PIECE_BYTES

    return Reply(pieces=pieces)


def bomb_reply(unpacked_bytes: int) -> Reply:
    packed = gzip.compress(b"[" + b" " * unpacked_bytes)
    return Reply(packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


class RawServer:
    """Answers by ``answer``; a list of replies for a path is used up one by one, its last one stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.replies: dict[str, list[Reply]] = {}
        self.answers: dict[str, Callable[[Asked], Reply]] = {}
        self.sent_bytes = 0
        self.running = 0
        self.running_most = 0
        self.release = asyncio.Event()
        self.writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *replies: Reply) -> None:
        """Give these replies one after the other; the last one stays."""
        self.replies[path] = list(replies)

    def before(self, path: str, *replies: Reply) -> None:
        """Give these replies first, then what ``answers`` has for the path."""
        self.replies[path] = [*replies, Reply(status=599)]

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.writers.discard(writer)

    async def stop(self) -> None:
        """End every connection and see it ended."""
        self.release.set()
        for writer in list(self.writers):
            writer.transport.abort()
        await until(lambda: not self.writers)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(method, target, headers, body))
        reply = self._reply(self.asked[-1])
        self.running += 1
        self.running_most = max(self.running_most, self.running)
        try:
            return await self._answer(reply, writer)
        finally:
            self.running -= 1

    def _reply(self, asked: Asked) -> Reply:
        queue = self.replies.get(asked.path, [])
        reply = queue.pop(0) if len(queue) > 1 else (queue or [Reply(status=599)])[0]
        if reply.status == 599 and asked.path in self.answers:
            return self.answers[asked.path](asked)
        return reply

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        if reply.hang:
            await self.release.wait()
        if reply.drop:
            writer.transport.abort()
            return False
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in reply.headers.items())]
        lines.append("Connection: close" if reply.pieces else f"Content-Length: {len(reply.body)}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        for piece in reply.pieces() if reply.pieces else [reply.body[: reply.cut]]:
            writer.write(piece)
            await writer.drain()
            self.sent_bytes += len(piece)
        return reply.pieces is None and reply.cut is None


@asynccontextmanager
async def raw_server() -> AsyncIterator[RawServer]:
    server = RawServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await server.stop()
        await listening.wait_closed()


@asynccontextmanager
async def closed_port() -> AsyncIterator[str]:
    """An address at which nobody listens."""
    async with raw_server() as server:
        address = server.address
    yield address
