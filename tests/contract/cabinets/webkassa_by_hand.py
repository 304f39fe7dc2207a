"""A Webkassa cabinet made of fixtures typed by hand from wire.md: it shares nothing with the sandbox."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from contract.outside.raw_http import Asked, RawServer, Reply, json_reply, raw_server
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import SystemClock
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

PATIENT_SECONDS = 10.0
HASTY_SECONDS = 0.2
FIXTURES = Path(__file__).parent / "fixtures"
REGISTER = "131010705"
MINSK = ZoneInfo("Europe/Minsk")
TOKEN = "head.claims.signature"
DAY_START = datetime(2026, 2, 2, 21, tzinfo=UTC)
DAY_END = datetime(2026, 2, 3, 21, tzinfo=UTC)
MIDNIGHT_MS = 1770066000000
"""2026-02-03 00:00 in Minsk, worked out by hand."""


def text(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def period() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads(text("period.json"))
    return loaded


def _period(asked: Asked) -> Reply:
    query = parse_qs(asked.target.partition("?")[2])
    if query["cashRegisterId"] != [REGISTER]:
        return json_reply({"exception": {"errCodeForClient": 4, "errMessForClient": "Касса не найдена"}}, 400)
    start, end = int(query["dateStart"][0]), int(query["dateEnd"][0])
    if (start, end) == (MIDNIGHT_MS, MIDNIGHT_MS + 86_400_000):
        return Reply(text("period.json"))
    cut = {name: [one for one in found if start <= one["docDate"] < end] for name, found in period().items()}
    return json_reply(cut)


def _of_the_day(name: str) -> Any:
    def answer(asked: Asked) -> Reply:
        date = parse_qs(asked.target.partition("?")[2])["date"]
        return Reply(text(name)) if date == [str(MIDNIGHT_MS)] else Reply(b"[]")

    return answer


def _goods(asked: Asked) -> Reply:
    return Reply(text("goods_open.json" if json.loads(asked.body)["isOpen"] else "goods_closed.json"))


@asynccontextmanager
async def webkassa_by_hand() -> AsyncIterator[tuple[RawServer, WebkassaCabinet]]:
    async with raw_server() as server:
        server.answers = {
            "/api/get-cashdocs-for-period": _period,
            "/api/get-check-history": _of_the_day("headers.json"),
            "/api/get-sales": _of_the_day("sales.json"),
            "/api/warehouse/list": _goods,
            "/api/warehouse/save": lambda _: Reply(text("saved.json")),
        }
        client = OutsideClient(
            server.address,
            Budget(1_000, 2),
            timeout_seconds=PATIENT_SECONDS,
            headers={"Authorization": f"Bearer {TOKEN}"},
            backoff_seconds=0.001,
        )
        cabinet = WebkassaCabinet(WebkassaApi(client), token=TOKEN, zone=MINSK, clock=SystemClock())
        yield server, cabinet
        await cabinet.close()


def hurry(cabinet: WebkassaCabinet) -> None:
    """Wait for the cabinet no longer than a test may last."""
    cabinet._api._client._timeout_seconds = HASTY_SECONDS
