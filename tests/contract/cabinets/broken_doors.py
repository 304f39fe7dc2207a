"""Cabinets that break on command: by the sandbox's scripted faults over a real socket, or by what befalls a folder."""

import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from contract.cabinets.doors import Door, files_of, ikassa_of, manifest_over, shop, webkassa_of
from servers.invented_cabinet import InventedCabinet
from smena.outside.client import OutsideClient
from smena_sandbox.faults.engine import FaultEngine
from smena_sandbox.faults.middleware import FaultMiddleware
from smena_sandbox.faults.rule import FaultRequest, When
from smena_sandbox.journal.journal import Journal
from smena_sandbox.server import running

CALLED = ("webkassa", "ikassa", "rest-template")
BY_FILES = ("titan-retail-local", "k5-mag")
FAULTS = ("429", "500", "html", "truncated", "dropped", "slow")
HASTY_SECONDS = 0.2
"""Enough where every call is slow and no answer is expected."""
PATIENT_SECONDS = 1.0
"""Where one call is slow and the others have to come through, on a busy machine too."""
SCRIPTS: dict[str, dict[str, Any]] = {
    "429": {"do": "429"},
    "500": {"do": "status", "code": 500},
    "html": {"do": "html"},
    "truncated": {"do": "truncate"},
    "dropped": {"do": "commit-then-drop"},
    "slow": {"do": "delay", "phase": "after"},
}
DOCUMENTS = {"webkassa": "get-cashdocs-for-period", "ikassa": "docs.list", "rest-template": "/documents"}
WRITES = {"webkassa": "warehouse/save", "ikassa": "wms.sku.create", "rest-template": "products/batch"}


@dataclass(frozen=True)
class CalledDoor:
    """A cabinet that is called, behind the sandbox's fault engine."""

    name: str
    door: Door
    faults: FaultEngine
    journal: Journal
    clients: tuple[OutsideClient, ...]

    @contextmanager
    def broken(
        self, fault: str, path: dict[str, str], times: int | None = None, patience: float = PATIENT_SECONDS
    ) -> Iterator[None]:
        """Strike the calls of a path so many times (always when left out), until the block ends."""
        when = When(path=path[self.name], times=times)
        self.faults.add(
            FaultRequest(target=self.name, when=when, seconds=2 * patience * (fault == "slow"), **SCRIPTS[fault])
        )
        before = [client._timeout_seconds for client in self.clients]
        if fault == "slow":
            for client in self.clients:
                client._timeout_seconds = patience
        yield
        self.faults.clear()
        for client, seconds in zip(self.clients, before, strict=True):
            client._timeout_seconds = seconds

    def calls(self, path: str) -> int:
        """How many calls of a path reached the cabinet."""
        return sum(path in entry.path for entry in self.journal.entries())


@asynccontextmanager
async def called_door(name: str) -> AsyncIterator[CalledDoor]:
    found = shop()
    if name == "rest-template":
        faults, journal = FaultEngine(1), Journal()
        guarded = FaultMiddleware(
            name, InventedCabinet(found.sandbox.world), faults, journal, found.sandbox.world.clock.now
        )
        async with running(guarded) as address:
            manifest = manifest_over(guarded, address)
            client = manifest._caller._calls._client
            yield CalledDoor(name, found.door(manifest), faults, journal, (client,))
            await manifest.close()
        return
    async with running(found.sandbox) as address:
        cabinet = webkassa_of(found.sandbox, address) if name == "webkassa" else ikassa_of(found.sandbox, address)
        yield CalledDoor(
            name, found.door(cabinet), found.sandbox.faults, found.sandbox.journal, (cabinet._api._calls._client,)
        )
        await cabinet.close()


@dataclass(frozen=True)
class FileDoor:
    """A cabinet read by files that nobody took yet, and its folder."""

    name: str
    door: Door
    folder: Path

    @contextmanager
    def befallen(self, fault: str) -> Iterator[None]:
        """What a fault of a call is to a folder, until the block ends."""
        with BEFALLS[fault](self.folder):
            yield


@contextmanager
def _held_by_another(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _out_of_reach(folder: Path) -> Iterator[None]:
    (folder / "in").rename(folder / "aside")
    (folder / "in").write_bytes(b"")
    yield
    (folder / "in").unlink()
    (folder / "aside").rename(folder / "in")


@contextmanager
def _a_web_page_among_them(folder: Path) -> Iterator[None]:
    like = next(path for path in sorted((folder / "in").iterdir()))
    page = like.with_name(f"{like.stem} (1){like.suffix}")
    page.write_bytes(b"<!DOCTYPE html><html><body>log in</body></html>")
    os.utime(page, (0, 0))
    yield


@contextmanager
def _written_half(folder: Path) -> Iterator[None]:
    whole = {path: path.read_bytes() for path in (folder / "in").iterdir()}
    for path, body in whole.items():
        path.write_bytes(body[: len(body) // 2])
        os.utime(path, (0, 0))
    yield
    for path, body in whole.items():
        path.write_bytes(body)
        os.utime(path, (0, 0))


@contextmanager
def _left_by_a_killed_reader(folder: Path) -> Iterator[None]:
    (folder / "taking").mkdir(exist_ok=True)
    for place, path in enumerate(sorted((folder / "in").iterdir())):
        path.rename(folder / "taking" / f"{place:032x}-{path.name}")
    yield


@contextmanager
def _being_written(folder: Path) -> Iterator[None]:
    files = list((folder / "in").iterdir())
    ahead = time.time() + 3600  # a writer whose last word is never long enough ago, however slow this machine is
    for path in files:
        os.utime(path, (ahead, ahead))
    yield
    for path in files:
        os.utime(path, (0, 0))


BEFALLS: dict[str, Callable[[Path], AbstractContextManager[None]]] = {
    "429": _held_by_another,
    "500": _out_of_reach,
    "html": _a_web_page_among_them,
    "truncated": _written_half,
    "dropped": _left_by_a_killed_reader,
    "slow": _being_written,
}


@asynccontextmanager
async def file_door(name: str) -> AsyncIterator[FileDoor]:
    found = shop()
    with TemporaryDirectory() as folder:
        yield FileDoor(name, found.door(files_of(found.sandbox, name, Path(folder))), Path(folder))
