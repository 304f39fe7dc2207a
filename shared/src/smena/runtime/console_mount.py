"""Put the console under ``/console`` of a process's HTTP application."""

from collections.abc import Mapping, Sequence

import httpx
from fastapi import FastAPI

from smena.console.api import REQUEST_SECONDS, SEGMENTS, Doors
from smena.console.application import console_app
from smena.console.drawing import Drawing
from smena.console.guard import Desk
from smena.http.auth import TokenBook
from smena.http.sessions import Sessions
from smena.settings import ProcessSettings

CONNECTIONS_MAX = 50
"""Of one process to each service: a window asks for a handful of lists."""
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, never listened on


def open_doors(segments: Sequence[str], settings: ProcessSettings, environment: Mapping[str, str]) -> Doors:
    """A client for each service: at its own address where one is set, else in this process if it is here.

    The console goes over HTTP even to the services of its own process: it sees what any integrator sees.
    """
    host = ANY_ADDRESS.get(settings.http_host, settings.http_host)
    own = f"http://{host}:{settings.http_port}"
    clients: dict[str, httpx.AsyncClient] = {}
    for segment in SEGMENTS:
        address = environment.get(f"SMENA_{segment.upper()}_URL") or (own if segment in segments else None)
        if address:
            clients[segment] = httpx.AsyncClient(
                base_url=address.rstrip("/"),
                timeout=REQUEST_SECONDS,
                limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
                trust_env=False,
            )
    return Doors(clients)


def mount_console(app: FastAPI, doors: Doors, sessions: Sessions) -> None:
    """Serve the console's windows beside the API."""
    tokens: TokenBook = app.state.tokens
    app.mount("/console", console_app(Desk(doors, tokens, sessions, Drawing())))
