"""A cabinet that is down, slow, refuses or answers nonsense: the right error, and nothing half-read."""

from collections.abc import Callable
from datetime import datetime

import pytest

from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START, MINSK, REGISTER, hurry, text
from contract.outside.raw_http import (
    RawServer,
    Reply,
    bomb_reply,
    closed_port,
    html_reply,
    huge_reply,
    json_reply,
)
from smena.cabinets.documents import DocumentPage
from smena.cabinets.items import ItemWrite
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError, CabinetUnavailableError
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import SystemClock
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

ByHand = tuple[RawServer, WebkassaCabinet]
MIB = 1024 * 1024
CONTENTS = "/api/get-cashdocs-for-period"
SAVE = "/api/warehouse/save"
ITEM = ItemWrite(None, "Хлеб", "A-1", "шт", "Продукты", ("4810000000018",), VatRate.TEN, Kopecks(100), Kopecks(150))
NO_USE: dict[str, Callable[[], Reply]] = {
    "429": lambda: json_reply({}, 429, **{"Retry-After": "120"}),
    "500": lambda: json_reply({"exception": {"errMessForClient": "Сбой"}}, 500),
    "html": html_reply,
    "empty": lambda: Reply(b""),
    "truncated": lambda: Reply(text("period.json")[:900]),
    "cut": lambda: Reply(text("period.json"), cut=900),
    "dropped": lambda: Reply(drop=True),
    "slow": lambda: Reply(text("period.json"), hang=True),
    "other-shape": lambda: json_reply({"sales": "none"}),
    "gzip-bomb": lambda: bomb_reply(200 * MIB),
    "200-MB": lambda: huge_reply(200 * MIB),
}


async def read(cabinet: WebkassaCabinet, start: datetime = DAY_START) -> list[DocumentPage]:
    return [page async for page in cabinet.read_documents(REGISTER, start, DAY_END)]


@pytest.mark.parametrize("fault", NO_USE)
async def test_an_unusable_answer_is_a_cabinet_that_is_unavailable(by_hand: ByHand, fault: str) -> None:
    server, cabinet = by_hand
    server.on(CONTENTS, NO_USE[fault]())
    if fault == "slow":
        hurry(cabinet)

    with pytest.raises(CabinetUnavailableError):
        await read(cabinet)


@pytest.mark.parametrize("fault", ["500", "html", "empty", "truncated", "cut", "dropped", "slow"])
async def test_after_a_passing_fault_nothing_is_missing(by_hand: ByHand, fault: str) -> None:
    server, cabinet = by_hand
    server.before(CONTENTS, NO_USE[fault](), NO_USE[fault]())
    if fault == "slow":
        hurry(cabinet)

    assert sum(len(page.documents) for page in await read(cabinet)) == 11


async def test_pages_before_a_fault_stand_and_the_fault_is_told(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.before(CONTENTS, json_reply({}), json_reply({"exception": {"errMessForClient": "нет"}}, 400))
    reading = cabinet.read_documents(REGISTER, DAY_START - (DAY_END - DAY_START), DAY_END)

    first = await anext(aiter(reading))

    assert first.end == DAY_START
    with pytest.raises(CabinetRefusedError, match="нет"):
        await anext(aiter(reading))


async def test_a_pause_asked_for_is_told_to_the_caller(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.on(CONTENTS, NO_USE["429"]())

    with pytest.raises(CabinetUnavailableError) as caught:
        await read(cabinet)

    assert caught.value.retry_after_seconds == 120


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_says_what_to_do(by_hand: ByHand, status: int) -> None:
    server, cabinet = by_hand
    server.on(CONTENTS, json_reply({"exception": {"errMessForClient": "Токен истёк"}}, status))

    with pytest.raises(CabinetRefusedError, match=r"создайте новый ключ в кабинете.*Токен истёк"):
        await read(cabinet)


@pytest.mark.parametrize("fault", ["500", "html", "empty", "truncated", "cut", "dropped", "slow", "other-shape"])
async def test_a_save_without_a_clear_answer_is_unknown_and_sent_once(by_hand: ByHand, fault: str) -> None:
    server, cabinet = by_hand
    server.on(SAVE, NO_USE[fault]())
    if fault == "slow":
        hurry(cabinet)

    with pytest.raises(CabinetOutcomeUnknownError):
        await cabinet.save_items([ITEM])

    assert server.paths() == [SAVE]


@pytest.mark.parametrize(
    "results",
    [[], [{"index": 0, "status": "created", "goodId": None}], [{"index": 0, "status": "delayed", "goodId": 1}],
     [{"index": 7, "status": "created", "goodId": 1}], [{"index": 0, "status": "created", "goodId": 1}] * 2],
    ids=["none", "no-id", "unknown-status", "other-index", "twice"],
)  # fmt: skip
async def test_a_save_answered_incompletely_is_unknown(by_hand: ByHand, results: list[object]) -> None:
    server, cabinet = by_hand
    server.on(SAVE, json_reply({"results": results}))

    with pytest.raises(CabinetOutcomeUnknownError):
        await cabinet.save_items([ITEM])


async def test_a_save_told_to_come_later_did_not_happen(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.on(SAVE, NO_USE["429"]())

    with pytest.raises(CabinetUnavailableError):
        await cabinet.save_items([ITEM])


async def test_a_refused_save_is_refused(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.on(SAVE, json_reply({"exception": {"errMessForClient": "Неверный код"}}, 400))

    with pytest.raises(CabinetRefusedError, match="Неверный код"):
        await cabinet.save_items([ITEM])


async def test_nobody_listening_is_unavailable_for_reads_and_writes() -> None:
    async with closed_port() as address:
        client = OutsideClient(address, Budget(1_000, 1), timeout_seconds=1, backoff_seconds=0.001)
        cabinet = WebkassaCabinet(WebkassaApi(client), token="", zone=MINSK, clock=SystemClock())
        with pytest.raises(CabinetUnavailableError):
            await read(cabinet)
        with pytest.raises(CabinetUnavailableError):
            await cabinet.save_items([ITEM])
        await cabinet.close()


async def test_a_consumer_that_stops_early_leaves_no_request_behind(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    reading = cabinet.read_documents(REGISTER, DAY_START, DAY_END)

    async for _ in reading:
        break
    await reading.aclose()  # type: ignore[attr-defined] # the adapter's iterator is a generator

    assert server.running == 0
