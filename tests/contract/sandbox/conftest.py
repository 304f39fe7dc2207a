"""A world small enough to be written down by hand, served over a real socket."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.clock import MINSK, SandboxClock
from smena_sandbox.server import running
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import CatalogueItem, Good, Kind, Line, Payments
from smena_sandbox.world.settings import register_settings
from smena_sandbox.world.world import World

OPENED = 1767589200000
"""2026-01-05 08:00 in Minsk."""
MINUTE = 60_000
TOKEN = "key-of-the-contract-tests"


def small_world() -> World:
    registers = register_settings(2)
    missing = CatalogueItem("Сыр", "шт", "Продукты", "A-3", "4810000000032", "10", "10", 500, 790, 40003)
    cabinet = Cabinet("wk-main", seed=1, registers=[(r.identity, r.number) for r in registers], reserved=[missing])
    cabinet.goods[40001] = Good(
        40001, "Молоко", "A-1", 0, 150, 230, quantity=12500, group_name="Продукты/Молочные", gtin="4810000000018",
        gtin_additional=["4810000000025"], sell_vat=1, stock_id=7,
    )  # fmt: skip
    cabinet.goods[40002] = Good(40002, "Яблоки", unit=1, sell_price=490)
    hidden = cabinet.id_for(None, None)
    cabinet.goods[hidden] = Good(hidden, "Старый товар", is_open=False)
    ring_one_shift(cabinet)
    clock = SandboxClock(datetime(2026, 1, 6, 9, tzinfo=MINSK), frozen=True)
    day = datetime(2026, 1, 5)
    return World(1, "by hand", day, day, registers, [missing], cabinet, clock)


def ring_one_shift(cabinet: Cabinet) -> None:
    till = cabinet.tills["131010705"]
    till.open(OPENED)
    till.move_cash(Kind.DEPOSIT, 10000, at=OPENED + MINUTE)
    till.ring(
        Kind.SALE,
        [
            Line(40001, "Молоко", 2000, 460),
            Line(40002, "Яблоки", 350, 172, discount=10),
            Line(None, "Свободный чек", 1000, 300, allowance=5),
        ],
        Payments(cash=500, no_cash=400),
        at=OPENED + 10 * MINUTE,
        discount=27,
    )
    second = till.ring(Kind.SALE, [Line(40001, "Молоко", 1000, 230)], Payments(other=230), at=OPENED + 20 * MINUTE)
    second.uid = f"{3:024X}"
    till.annul(second, at=OPENED + 21 * MINUTE)
    till.ring(Kind.REFUND, [Line(40001, "Молоко", 1000, 230)], Payments(cash=230), at=OPENED + 60 * MINUTE)
    till.move_cash(Kind.WITHDRAWAL, 5000, at=OPENED + 12 * 60 * MINUTE)
    till.close(OPENED + 13 * 60 * MINUTE)
    for n, document in enumerate(till.documents, 1):
        document.uid = f"{n:024X}"


@pytest.fixture
def sandbox() -> Sandbox:
    return create_application(small_world(), tokens=[TOKEN])


@pytest.fixture
async def cabinet(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the cabinet's interface with a right key."""
    async with (
        running(sandbox) as address,
        httpx.AsyncClient(
            base_url=f"{address}/webkassa/api/", headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False
        ) as client,
    ):
        yield client


@pytest.fixture
def typed_by_hand() -> Any:
    """Reads a fixture; numbers as their text, so that 5 and 5.0 differ."""
    folder = Path(__file__).parent / "fixtures"

    def read(name: str) -> Any:
        return as_text((folder / f"{name}.json").read_bytes())

    return read


@pytest.fixture
def text_of() -> Any:
    return as_text


def as_text(body: bytes) -> Any:
    """JSON with numbers kept as written."""
    return json.loads(body, parse_float=str, parse_int=str)
