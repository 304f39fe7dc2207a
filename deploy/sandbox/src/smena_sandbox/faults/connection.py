"""Really ends a TCP connection, as a network or a dying server does."""

import asyncio
import os
import socket
import struct
from typing import Any

TRANSPORT = "smena.transport"
"""Extension of the ASGI scope in which ``server.SandboxProtocol`` leaves the connection's transport."""

FLUSH_ROUNDS = 10_000


class ConnectionDroppedError(ConnectionError):
    """Raised where there is no real connection: an application called in-process."""


async def abort(scope: Any, *, reset: bool) -> None:
    """End the connection now; with ``reset`` the peer sees RST, else the end of the stream where it stands."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionDroppedError("dropped by a scripted fault")
    if reset:
        _linger_zero(transport)
    else:
        await _flushed(transport)
    transport.abort()
    # The server must learn of it before the application returns, else it reports a missing answer.
    for _ in range(3):
        await asyncio.sleep(0)


def _linger_zero(transport: Any) -> None:
    """A socket closed with a linger time of zero sends RST; set through a copy, as loops hide the original."""
    descriptor = transport.get_extra_info("socket").fileno()
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _flushed(transport: Any) -> None:
    for _ in range(FLUSH_ROUNDS):
        if transport.is_closing() or transport.get_write_buffer_size() == 0:
            return
        await asyncio.sleep(0)
