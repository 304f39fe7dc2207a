"""The example client of the docs, run against the product over a real connection."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from integration.ledger.api import Api, api_of, bearer, with_people
from integration.ledger.conftest import Bench
from ledger.use_cases.offer_documents import OfferTools, offer_documents
from smena.runtime.web_server import WebServer, listen
from unit.ledger.making import line, payment, revision

ROOT = Path(__file__).parents[3]
FACTS = revision([line("milk", 2000, 500), line("bread", 1000, 150)], [payment("cash", 400), payment("card", 250)])


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_documents", ROOT / "docs/examples/fetch_documents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE = _example()


class PowerCutError(Exception):
    """The client's machine stops."""


@dataclass
class PaperBooks:
    """An ERP that keeps documents by key; ``dies_after`` so many creates, ``refuses`` a kind."""

    held: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    creates: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    refuses: str = ""
    dies_after: int = 99

    def find(self, key: str) -> str | None:
        return self.held[key][0] if key in self.held else None

    def create(self, document: dict[str, Any], form: dict[str, Any]) -> str:
        if document["kind"] == self.refuses:
            raise EXAMPLE.RefusedError("Касса закрыта")
        ref = f"paper-{len(self.held) + 1}"
        self.held[document["key"]] = (ref, document["amount"], form["post"])
        self.creates.append(document["key"])
        if len(self.creates) == self.dies_after:
            raise PowerCutError
        return ref

    def cancel(self, ref: str) -> None:
        self.cancelled.append(ref)


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench, with_people(erp=[{"organization": "romashka", "kind": "pull"}])) as opened:
        yield opened


async def _fetch(api: Api, books: PaperBooks) -> int:
    await offer_documents("romashka", OfferTools(api.bench.rulebook, api.bench.clock, api.bench.work))
    listener = listen("127.0.0.1", 0, "a test's port")
    server = WebServer(api.app, listener)
    await server.start()

    def run() -> int:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=address, headers=bearer("accountant"), trust_env=False) as client:
            return int(EXAMPLE.fetch(client, books))

    try:
        return await asyncio.to_thread(run)
    finally:
        await server.stop()


async def test_the_example_makes_each_document_once_though_it_dies_before_it_answers(api: Api) -> None:
    await api.bench.publish(FACTS)
    books = PaperBooks(dies_after=2)

    with pytest.raises(PowerCutError):
        await _fetch(api, books)
    done = await _fetch(api, books)

    assert (done, await _fetch(api, books)) == (2, 0)
    stored = await api.bench.stored()
    assert {one.document.key: one.status.erp_ref for one in stored} == {
        key: ref for key, (ref, _, _) in books.held.items()
    }
    assert sorted(books.creates) == sorted(books.held)
    assert [(amount, post) for _, amount, post in books.held.values()] == [
        ("6.50", True),
        ("4.00", True),
        ("2.50", True),
    ]
    assert await api.bench.states() == ["posted"] * 3


async def test_the_example_refuses_with_a_reason_and_takes_back_what_was_cancelled(api: Api) -> None:
    await api.bench.publish(FACTS)
    books = PaperBooks(refuses="cash-receipt-order")
    await _fetch(api, books)
    _, cash, card = await api.bench.stored()

    await api.post(f"/documents/{card.id}/cancel", {"reason": "Введено дважды"})
    books.refuses = ""
    await api.post(f"/documents/{cash.id}/resend", {"reason": "Касса открыта"})
    await _fetch(api, books)

    assert (cash.status.state.value, cash.status.reason) == ("rejected", "Касса закрыта")
    assert books.cancelled == [card.status.erp_ref]
    assert await api.bench.states() == ["posted", "posted", "cancelled"]
