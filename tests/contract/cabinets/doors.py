"""Cabinets that are asked the same questions: the adapters over the sandbox or fixtures, and the fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START, MINSK, REGISTER, webkassa_by_hand
from smena.cabinets.memory import MemoryCabinet
from smena.cabinets.port import Cabinet
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import SystemClock
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient
from smena_sandbox.application import create_application
from smena_sandbox.world.seeded import seeded_world


@dataclass(frozen=True)
class Door:
    """A cabinet, and a register of it with what is known to lie between two instants."""

    cabinet: Cabinet
    register: str
    start: datetime
    end: datetime
    numbers: list[int]
    writable: bool = True


@asynccontextmanager
async def door(name: str) -> AsyncIterator[Door]:
    opened = {"webkassa-by-hand": _by_hand, "webkassa-sandbox": _sandbox, "memory": _memory}[name]
    async with opened() as found:
        yield found


@asynccontextmanager
async def _by_hand() -> AsyncIterator[Door]:
    async with webkassa_by_hand() as (_, cabinet):
        yield Door(cabinet, REGISTER, DAY_START, DAY_END, list(range(101, 112)), writable=False)


@asynccontextmanager
async def _sandbox() -> AsyncIterator[Door]:
    world = seeded_world(seed=3, start=datetime(2026, 1, 5), days=3, registers=1, receipts=30)
    application = create_application(world)
    client = OutsideClient(
        "http://sandbox.test/webkassa",
        Budget(1_000, 2),
        timeout_seconds=10,
        headers={"Authorization": f"Bearer {application.tokens[0]}"},
        transport=httpx.ASGITransport(application),
    )
    cabinet = WebkassaCabinet(WebkassaApi(client), token="", zone=MINSK, clock=SystemClock())
    till = next(iter(world.cabinet.tills.values()))
    start, end = datetime(2026, 1, 4, 21, tzinfo=UTC), datetime(2026, 1, 7, 21, tzinfo=UTC)
    numbers = sorted(
        document.number for document in till.between(int(start.timestamp() * 1000), int(end.timestamp() * 1000))
    )
    yield Door(cabinet, till.number, start, end, numbers)
    await cabinet.close()


@asynccontextmanager
async def _memory() -> AsyncIterator[Door]:
    async with webkassa_by_hand() as (_, webkassa):
        documents = [
            document
            async for page in webkassa.read_documents(REGISTER, DAY_START, DAY_END)
            for document in page.documents
        ]
    yield Door(MemoryCabinet(documents=documents), REGISTER, DAY_START, DAY_END, list(range(101, 112)))
