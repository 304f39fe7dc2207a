"""Asking sales-ingest for what stands behind a line."""

from uuid import UUID

import httpx
import pytest

from ledger.adapters import sales_desk
from ledger.adapters.sales_desk import HttpSalesDesk
from ledger.ports.sales_desk import SalesUnavailableError

SHIFT = UUID(int=7)


def answering(pages: dict[str | None, dict[str, object]]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=pages[request.url.params.get("cursor")])

    return httpx.MockTransport(answer)


async def test_every_page_of_receipt_lines_is_read() -> None:
    pages: dict[str | None, dict[str, object]] = {
        None: {"data": [{"n": 1}, {"n": 2}], "next_cursor": "a=b&c"},
        "a=b&c": {"data": [{"n": 3}], "next_cursor": None},
    }
    desk = HttpSalesDesk("http://sales", transport=answering(pages))

    assert await desk.receipt_lines(SHIFT, 1, "key", "Bearer x") == [{"n": 1}, {"n": 2}, {"n": 3}]
    await desk.close()


async def test_an_answer_that_never_ends_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_desk, "PAGES_MAX", 3)
    page: dict[str, object] = {"data": [{"n": 1}], "next_cursor": "again"}
    desk = HttpSalesDesk("http://sales", transport=answering({None: page, "again": page}))

    with pytest.raises(SalesUnavailableError):
        await desk.receipt_lines(SHIFT, 1, "key", "Bearer x")
    await desk.close()
