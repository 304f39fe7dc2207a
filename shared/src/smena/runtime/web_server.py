"""An HTTP server inside a process that has other things to do as well."""

import asyncio
import socket
from typing import Any

import uvicorn

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


class WebServer:
    """uvicorn without its own signal handling: when to stop is the process's decision."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
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

    async def stop(self) -> None:
        """Take no new connection, finish what is under way, within bounds; endless streams are told to end."""
        if (state := getattr(self._app, "state", None)) is not None:
            state.stopping = True
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        self._listener.close()
