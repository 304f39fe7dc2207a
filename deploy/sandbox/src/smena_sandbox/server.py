"""Serves the sandbox over HTTP, in-process for tests or as a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smena_sandbox.faults.connection import TRANSPORT


class SandboxProtocol(HttpToolsProtocol):
    """Hands the connection's transport to the application: a scripted drop must end the real connection."""

    def on_message_begin(self) -> None:
        """Called by the parser at the start of each request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]


class SandboxServer(uvicorn.Server):
    """Says where it listens, once it does; leaves signals to whoever runs it in-process."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self.address = ""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Listen, then report the address; the port is the real one when 0 was asked for."""
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started and self.servers:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            self._on_ready(self.address)


def _server(app: ASGIApp, host: str, port: int, on_ready: Callable[[str], None]) -> SandboxServer:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=SandboxProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    return SandboxServer(config, on_ready)


def announce(address: str) -> None:
    """The one line a parent process waits for."""
    print(f"sandbox ready on {address}", flush=True)  # noqa: T201 - the line is the interface


async def serve(
    app: ASGIApp, host: str = "127.0.0.1", port: int = 8090, *, on_ready: Callable[[str], None] = announce
) -> None:
    """Serve until SIGINT or SIGTERM."""
    await _server(app, host, port, on_ready).serve()


@asynccontextmanager
async def running(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve on this event loop while the block runs; gives the address. Port 0 takes a free one."""
    ready = asyncio.Event()
    server = _server(app, host, port, lambda _: ready.set())
    task = asyncio.create_task(server._serve())  # noqa: SLF001 - serve() takes over the caller's signals
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            await task
            raise RuntimeError(f"the sandbox could not listen on {host}:{port}")
        yield server.address
    finally:
        waiting.cancel()
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
