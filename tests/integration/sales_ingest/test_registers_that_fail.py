"""One register that fails ends its run with the reason; its neighbours are read to the end all the same."""

import tracemalloc
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest

from contract.cabinets.webkassa_by_hand import MINSK, TOKEN
from contract.outside.raw_http import Asked, RawServer, Reply, bomb_reply, html_reply, huge_reply, raw_server
from integration.sales_ingest.shop import Shop
from integration.sales_ingest.test_bad_input import DAY, NOW, Day, served
from sales_ingest.use_cases.pull_receipts import (
    REGISTERS_AT_A_TIME,
    Period,
    Pulled,
    RegistersFailedError,
    pull_receipts,
)
from sales_ingest.workers.runs import failed
from smena.cabinets.webkassa.api import DAY_ANSWER_BYTES_MAX, WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import SystemClock
from smena.outside.budget import Budget
from smena.outside.client import READ_ATTEMPTS, OutsideClient
from unit.sales_ingest.till import setup

MIB = 1024 * 1024
SOUND = ("1000", "1099")
"""The first asked for and the last."""


@cache
def bomb() -> Reply:
    """Packed once, and before anybody counts the memory."""
    return bomb_reply(200 * MIB)


BROKEN: dict[str, tuple[Callable[[], Reply], str]] = {
    "1001": (lambda: huge_reply(200 * MIB), "больше"),
    "1002": (bomb, "больше"),
    "1003": (lambda: Reply(b'[{"uid": "1003-1", "docNu'), "оборван"),
    "1004": (html_reply, "HTML"),
    "1005": (lambda: Reply(b"{}", 500), "500"),
    "1006": (lambda: Reply(drop=True), "оборвался"),
    "1007": (lambda: Reply(b'["\xff'), "оборван"),
}
"""What a register's list of headers is answered with, and what its reason must say."""


async def test_registers_that_fail_stop_no_neighbour_and_are_named_with_their_reasons(shop: Shop) -> None:
    numbers = [SOUND[0], *BROKEN, SOUND[1]]
    shop.registers = {number: setup(number, number, lookback_days=0) for number in numbers}
    shop.clock.moment = NOW
    run = uuid4()
    async with raw_server() as server:
        answers = served({number: Day.of(number) for number in numbers})
        whole = answers["/api/get-check-history"]
        server.answers = {**answers, "/api/get-check-history": lambda asked: _spoilt(asked) or whole(asked)}

        bomb()
        tracemalloc.start()
        with pytest.raises(RegistersFailedError) as caught:
            await _pull(shop, server, run)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak_bytes < REGISTERS_AT_A_TIME * (DAY_ANSWER_BYTES_MAX + 16 * MIB)
        assert {one.register for one in caught.value.pulled if one.failure} == set(BROKEN)
        told = {one.register: str(one.failure) for one in caught.value.pulled}
        assert {number: told[number] for number, (_, reason) in BROKEN.items() if reason not in told[number]} == {}
        assert {one.register: one.counts.new for one in caught.value.pulled} == {
            number: 3 if number in SOUND else 0 for number in numbers
        }
        stored = "select register, count(*) from sales_ingest.receipt group by 1 order by 1"
        assert shop.rows(stored) == [(number, 3) for number in SOUND]
        cursors = "select register from sales_ingest.pull_cursor where done order by 1"
        assert shop.rows(cursors) == [(number,) for number in SOUND]
        assert max(_asked(server, number) for number in ("1003", "1004", "1005", "1006")) == READ_ATTEMPTS

        problem = failed(caught.value)
        assert problem.name == "cabinet-unavailable"
        shown = {one["register"]: one for one in problem.extensions["registers"]}
        assert {number for number, one in shown.items() if "reason" in one} == set(BROKEN)
        assert problem.extensions["new"] == 3 * len(SOUND)

        server.answers = answers
        server.asked.clear()
        again = await _pull(shop, server, run)

        assert {one.counts.new for one in again} == {3}
        assert [_asked(server, number) for number in SOUND] == [0, 0]
        assert shop.rows("select count(*), count(distinct fiscal_id) from sales_ingest.receipt") == [
            (3 * len(numbers), 3 * len(numbers))
        ]


def _register(asked: Asked) -> str:
    return parse_qs(asked.target.partition("?")[2]).get("cashRegisterId", [""])[0]


def _spoilt(asked: Asked) -> Reply | None:
    broken = BROKEN.get(_register(asked))
    return broken[0]() if broken else None


def _asked(server: RawServer, number: str) -> int:
    return sum(one.path == "/api/get-check-history" and _register(one) == number for one in server.asked)


async def _pull(shop: Shop, server: RawServer, run: UUID) -> list[Pulled]:
    client = OutsideClient(server.address, Budget(10_000, 4), timeout_seconds=20, backoff_seconds=0.001)
    cabinet = WebkassaCabinet(WebkassaApi(client), token=TOKEN, zone=MINSK, clock=SystemClock())
    try:
        return await pull_receipts(
            run,
            list(shop.registers.values()),
            Period(DAY, DAY),
            cabinets=lambda _: cabinet,
            open_work=shop.open_work,
            clock=shop.clock,
            progress=_silent,
        )
    finally:
        await cabinet.close()


async def _silent(_done: int, _total: int) -> None: ...
