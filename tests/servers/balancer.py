"""A balancer as Kubernetes has one: new connections go only to those whose readiness was true at the last look."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import httpx

LOOK_SECONDS = 0.1
PIECE_BYTES = 65_536


@dataclass
class Backend:
    port: int
    admin_port: int
    ready: bool = False


@dataclass
class Balancer:
    """Passes bytes on and understands none of them: what a caller loses here, it would lose in a cluster."""

    backends: list[Backend]
    port: int = 0
    _turn: "count[int]" = field(default_factory=count)

    async def look(self, client: httpx.AsyncClient, backend: Backend) -> None:
        try:
            answer = await client.get(f"http://127.0.0.1:{backend.admin_port}/readyz", timeout=2)
            backend.ready = answer.status_code == 200
        except httpx.HTTPError:
            backend.ready = False

    async def watch(self) -> None:
        async with httpx.AsyncClient() as client:
            while True:
                await asyncio.gather(*(self.look(client, each) for each in self.backends))
                await asyncio.sleep(LOOK_SECONDS)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = [each for each in self.backends if each.ready]
        with contextlib.suppress(OSError, IndexError, ZeroDivisionError):
            there_reader, there_writer = await asyncio.open_connection(
                "127.0.0.1", ready[next(self._turn) % len(ready)].port
            )
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other side is told so."""
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def balancing(backends: Sequence[Backend]) -> AsyncIterator[Balancer]:
    balancer = Balancer(list(backends))
    server = await asyncio.start_server(balancer.carry, "127.0.0.1", 0)
    balancer.port = server.sockets[0].getsockname()[1]
    watching = asyncio.create_task(balancer.watch())
    try:
        yield balancer
    finally:
        watching.cancel()
        server.close()
        await asyncio.gather(watching, return_exceptions=True)
