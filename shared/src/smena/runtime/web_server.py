"""An HTTP server inside a process that has other things to do as well."""

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IN_FLIGHT_SECONDS_MAX = 10
"""How long requests under way may take to finish once the process stops."""
BACKLOG_CONNECTIONS = 1024
STARTED_POLL_SECONDS = 0.01


class PortTakenError(Exception):
    """Somebody else listens there; the message says which setting names the port."""


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Take a port before anything else is started.

    Raises:
        PortTakenError: it is not to be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG_CONNECTIONS)
    except OSError as error:
        raise PortTakenError(
            f"cannot listen on {host}:{port} ({error.strerror}); choose another by {setting}"
        ) from error


class _LettingGo:
    """Asks the callers, once told to, to come back on another connection: one that a balancer may lead elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def say_so(message: Message) -> None:
            if self.begun and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, say_so)


class WebServer:
    """uvicorn without its own signal handling: when to stop is the process's decision."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._letting_go = _LettingGo(app)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._letting_go,
                lifespan="off",
                http="httptools",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=IN_FLIGHT_SECONDS_MAX,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Answer requests from now on."""
        self._task = asyncio.create_task(
            self._server._serve([self._listener]),  # noqa: SLF001 - serve() would take the signals over
            name="web server",
        )
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("the web server ended before it began")
            await asyncio.sleep(STARTED_POLL_SECONDS)

    async def drain(self, seconds: float) -> None:
        """Go on answering for so long, and let every connection go with its next answer."""
        self._letting_go.begun = True
        await asyncio.sleep(seconds)

    async def stop(self) -> None:
        """Take no new connection, finish what is under way, within bounds; endless streams are told to end."""
        if (state := getattr(self._app, "state", None)) is not None:
            state.stopping = True
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        self._listener.close()
