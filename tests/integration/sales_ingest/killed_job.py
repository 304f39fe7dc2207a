"""A pull and a publication in a process that tells when so many statements have gone out, and goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import Any
from uuid import UUID

from integration.sales_ingest.repeating_cabinet import RepeatingCabinet
from integration.sales_ingest.shop import Shop, binding
from sales_ingest.adapters.connection import Connection
from sales_ingest.main import SERVICE
from sales_ingest.use_cases import pull_receipts
from sales_ingest.use_cases.store_page import store_page
from smena.db.database import open_database
from unit.sales_ingest.till import NUMBER, Till, line, setup

DAYS = 4
SALES_OF_A_DAY = 12
NUMBERS = {"kassa-1": NUMBER, "kassa-2": "131010706"}
PERIOD = date(2026, 1, 15), date(2026, 1, 15) + timedelta(days=DAYS - 1)


def the_same_days(number: str) -> Till:
    till = Till(number=number)
    for _ in range(DAYS):
        for place in range(SALES_OF_A_DAY):
            till.sale(line("4.10"), line("0.99", name=f"Спички {place % 3}"))
        till.refund(line("0.99", name="Спички 1"))
        till.close()
        till.at += timedelta(hours=20)
        till.opened_at = till.at
    return till


async def pull_and_publish(url: str, run: UUID) -> None:
    """Each document three times, on overlapping pages."""
    documents = [one for number in NUMBERS.values() for one in the_same_days(number).documents]
    cabinet = RepeatingCabinet(registers=list(NUMBERS.values()), documents=documents)
    database = open_database(url, SERVICE.schema)
    registers = {name: setup(name, number, lookback_days=0) for name, number in NUMBERS.items()}
    shop = Shop(database, url, cabinet, registers)
    try:
        await shop.bind(binding(), event=UUID(int=7))
        await shop.pull(*PERIOD, run=run)
        await shop.publish(*PERIOD)
    finally:
        await database.close()


@dataclass(frozen=True)
class Moment:
    """So many statements after this process has stored so many new documents."""

    documents: int
    statements: int


def a_life(url: str, run: UUID, moment: Moment, reached: Event, pages_open: "Synchronized[int]") -> None:
    """Say that the moment has come, and go on; how many pages are open then is for whoever kills to see."""
    whole = Connection._raw
    stored = statements = 0

    async def counted(connection: Connection) -> Any:
        nonlocal statements
        statements += stored >= moment.documents
        if statements == moment.statements:
            reached.set()
        return await whole(connection)

    async def shown(*arguments: Any, **named: Any) -> Any:
        nonlocal stored
        pages_open.value += 1
        counts = await store_page(*arguments, **named)
        pages_open.value -= 1
        stored += counts.new
        return counts

    _replace(Connection, "_raw", counted)
    _replace(pull_receipts, "store_page", shown)
    try:
        asyncio.run(pull_and_publish(url, run))
    finally:
        reached.set()


def _replace(owner: object, name: str, by: Callable[..., Awaitable[Any]]) -> None:
    """For the rest of this process, which serves nothing else."""
    setattr(owner, name, by)
