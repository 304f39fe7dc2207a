"""A manifest and answers typed by hand, served over a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from contract.outside.raw_http import RawServer, raw_server
from smena.cabinets.declarative.cabinet import DeclarativeCabinet
from smena.cabinets.declarative.caller import Caller
from smena.cabinets.declarative.load import load_manifest
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

START, END = datetime(2026, 2, 2, 21, tzinfo=UTC), datetime(2026, 2, 3, 21, tzinfo=UTC)
"""2026-02-03 in Minsk."""
FIELDS = """
[documents.fields]
fiscal_id = "id"
kind = { path = "type", codes = "kinds" }
number = "number"
at = "at"
shift_number = "shift"
payable = { path = "sum", scale = 2 }
"""


@asynccontextmanager
async def by_manifest(
    folder: Path, text: str, settings: dict[str, str] | None = None
) -> AsyncIterator[tuple[RawServer, DeclarativeCabinet]]:
    """The server and the cabinet over a manifest's text, ``{server}`` in it being the server's address."""
    async with raw_server() as server:
        path = folder / "typed.toml"
        path.write_text(
            'name = "typed"\ntitle = "Набрано руками"\n' + text.replace("{server}", server.address), encoding="utf-8"
        )

        def client(base: str) -> OutsideClient:
            return OutsideClient(base, Budget(1_000, 2), timeout_seconds=10, backoff_seconds=0.001)

        caller = Caller(load_manifest(path), client(server.address), settings or {}, client)
        cabinet = DeclarativeCabinet(load_manifest(path), caller)
        yield server, cabinet
        await cabinet.close()


async def documents(cabinet: DeclarativeCabinet) -> list[CabinetDocument | UnreadableDocument]:
    pages = cabinet.read_documents("131010705", START, END)
    return [document async for page in pages for document in page.documents]
