"""Cabinets that are asked the same questions: the adapters over the sandbox or fixtures, and the fake."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from os import utime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from contract.cabinets.ikassa_by_hand import FORM, ikassa_by_hand
from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START, MINSK, REGISTER, webkassa_by_hand
from servers.invented_cabinet import KEY, InventedCabinet
from smena.cabinets.declarative.cabinet import DeclarativeCabinet
from smena.cabinets.declarative.caller import Caller
from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.files.cabinet import FileCabinet
from smena.cabinets.ikassa.api import IkassaApi
from smena.cabinets.ikassa.cabinet import IkassaCabinet
from smena.cabinets.memory import MemoryCabinet
from smena.cabinets.oauth import ClientCredentials
from smena.cabinets.port import Cabinet
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import SystemClock
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient
from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.control.file_routes import FORMATS, written
from smena_sandbox.files.rows import finished_days
from smena_sandbox.ikassa.tokens import CLIENT_ID
from smena_sandbox.world.model import Kind
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
    ring_late: Callable[[], int] | None = None
    """Ring one more document back in the first shift; its sum in kopecks."""


@asynccontextmanager
async def door(name: str) -> AsyncIterator[Door]:
    opened = {
        "webkassa-by-hand": _by_hand,
        "webkassa-sandbox": _sandbox,
        "ikassa-by-hand": _ikassa_by_hand,
        "ikassa-sandbox": _ikassa_sandbox,
        "manifest-sandbox": _manifest_sandbox,
        "titan-retail-local": lambda: _files("titan-retail-local"),
        "k5-mag": lambda: _files("k5-mag"),
        "memory": _memory,
    }[name]
    async with opened() as found:
        yield found


@asynccontextmanager
async def _by_hand() -> AsyncIterator[Door]:
    async with webkassa_by_hand() as (_, cabinet):
        yield Door(cabinet, REGISTER, DAY_START, DAY_END, list(range(101, 112)), writable=False)


@asynccontextmanager
async def _ikassa_by_hand() -> AsyncIterator[Door]:
    async with ikassa_by_hand() as ikassa:
        yield Door(ikassa.cabinet, REGISTER, DAY_START, DAY_END, list(range(101, 112)), writable=False)


LATE_SUM = 12_345


@dataclass(frozen=True)
class Shop:
    """A seeded world behind the sandbox, with what its first register rang."""

    sandbox: Sandbox
    register: str
    numbers: list[int]
    start: datetime = datetime(2026, 1, 4, 21, tzinfo=UTC)
    end: datetime = datetime(2026, 1, 7, 21, tzinfo=UTC)

    def door(self, cabinet: Cabinet, export: Callable[[], object] = lambda: None) -> Door:
        """A door to the shop; ``export`` is what brings a change to the cabinet."""

        def ring_late() -> int:
            till = self.sandbox.world.cabinet.tills[self.register]
            shift = till.shifts[0]
            till.move_cash(Kind.DEPOSIT, LATE_SUM, at=shift.opened + 60_000, shift=shift, number=1)
            export()
            return LATE_SUM

        return Door(cabinet, self.register, self.start, self.end, self.numbers, ring_late=ring_late)


def shop() -> Shop:
    world = seeded_world(seed=3, start=datetime(2026, 1, 5), days=3, registers=1, receipts=30)
    till = next(iter(world.cabinet.tills.values()))
    window = int(Shop.start.timestamp() * 1000), int(Shop.end.timestamp() * 1000)
    return Shop(create_application(world), till.number, sorted(one.number for one in till.between(*window)))


def client_of(
    application: Any,
    path: str,
    *,
    concurrency: int = 2,
    address: str | None = None,
    headers: dict[str, str] | None = None,
) -> OutsideClient:
    """A client of an application: straight, or over the socket at which it listens already."""
    return OutsideClient(
        f"{address or 'http://sandbox.test'}{path}",
        Budget(1_000, concurrency),
        timeout_seconds=10,
        headers=headers,
        transport=None if address else httpx.ASGITransport(application),
        backoff_seconds=0.001,
    )


def webkassa_of(sandbox: Sandbox, address: str | None = None) -> WebkassaCabinet:
    key = {"Authorization": f"Bearer {sandbox.tokens[0]}"}
    client = client_of(sandbox, "/webkassa", address=address, headers=key)
    return WebkassaCabinet(WebkassaApi(client), token="", zone=MINSK, clock=SystemClock())


def ikassa_of(sandbox: Sandbox, address: str | None = None) -> IkassaCabinet:
    def client(path: str) -> OutsideClient:
        return client_of(sandbox, f"/ikassa{path}", concurrency=3, address=address)

    form = {**FORM, "client_id": CLIENT_ID, "client_secret": sandbox.accounts.secret}
    tokens = ClientCredentials(client("/accounts"), "oauth/token", form)
    return IkassaCabinet(IkassaApi(client(""), tokens, bearer=False, zone=MINSK), zone=MINSK)


@asynccontextmanager
async def _sandbox() -> AsyncIterator[Door]:
    found = shop()
    cabinet = webkassa_of(found.sandbox)
    yield found.door(cabinet)
    await cabinet.close()


@asynccontextmanager
async def _ikassa_sandbox() -> AsyncIterator[Door]:
    found = shop()
    cabinet = ikassa_of(found.sandbox)
    yield found.door(cabinet)
    await cabinet.close()


def manifest_of(sandbox: Sandbox) -> DeclarativeCabinet:
    """The shop of a sandbox behind the shipped REST template."""
    return manifest_over(InventedCabinet(sandbox.world))


def manifest_over(application: Any, address: str | None = None) -> DeclarativeCabinet:
    """The shipped REST template over a cabinet that answers as it says."""
    manifest = load_manifest(manifest_path("rest-template", Path()))
    client = client_of(application, "", address=address)
    return DeclarativeCabinet(manifest, Caller(manifest, client, {"api_key": KEY}, lambda _base: client))


@asynccontextmanager
async def _manifest_sandbox() -> AsyncIterator[Door]:
    found = shop()
    cabinet = manifest_of(found.sandbox)
    yield found.door(cabinet)
    await cabinet.close()


def export(sandbox: Sandbox, name: str, folder: Path) -> None:
    """Every day's files, written to the end some time ago."""
    days = finished_days(sandbox.world)
    files = {file: body for day in days for file, body in FORMATS[name](sandbox.world, day, None).items()}
    for file in written(files, folder):
        utime(folder / "in" / file, (0, 0))


def files_of(sandbox: Sandbox, name: str, folder: Path) -> FileCabinet:
    """The shop of a sandbox behind the files of a shipped manifest."""
    export(sandbox, name, folder)
    return FileCabinet(load_manifest(manifest_path(name, Path())), folder)


@asynccontextmanager
async def _files(name: str) -> AsyncIterator[Door]:
    found = shop()
    with TemporaryDirectory() as folder:
        cabinet = files_of(found.sandbox, name, Path(folder))
        yield found.door(cabinet, lambda: export(found.sandbox, name, Path(folder)))


@asynccontextmanager
async def _memory() -> AsyncIterator[Door]:
    async with webkassa_by_hand() as (_, webkassa):
        documents = [
            document
            async for page in webkassa.read_documents(REGISTER, DAY_START, DAY_END)
            for document in page.documents
        ]
    yield Door(MemoryCabinet(documents=documents), REGISTER, DAY_START, DAY_END, list(range(101, 112)))
