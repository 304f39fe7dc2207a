"""A shop for integration tests: one real database, a cabinet in memory, the use cases wired as in production."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg

from sales_ingest.adapters.unit_of_work import open_work
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.items import BindingToKeep
from sales_ingest.use_cases.keep_bindings import keep_bindings
from sales_ingest.use_cases.publish_period import PeriodOutcome, publish_period
from sales_ingest.use_cases.pull_receipts import Period, Pulled, pull_receipts
from smena.cabinets.memory import MemoryCabinet
from smena.contracts.sales_events import SHIFT_CLOSED, ShiftClosed
from smena.db.database import Database
from smena.kinds.vat import VatRate

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


@dataclass
class FixedClock:
    """It is always the same moment, until a test says otherwise."""

    moment: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Shop:
    database: Database
    url: str
    cabinet: MemoryCabinet
    registers: dict[str, RegisterSetup]
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.open_work = open_work(self.database, self.clock)

    async def pull(self, first: date = JANUARY[0], last: date = JANUARY[1], *, run: UUID | None = None) -> list[Pulled]:
        return await pull_receipts(
            run or uuid4(),
            list(self.registers.values()),
            Period(first, last),
            cabinets=lambda _: self.cabinet,
            open_work=self.open_work,
            clock=self.clock,
            progress=_silent,
        )

    async def publish(self, first: date = JANUARY[0], last: date = JANUARY[1]) -> PeriodOutcome:
        return await publish_period(
            list(self.registers.values()),
            first,
            last,
            open_work=self.open_work,
            clock=self.clock,
            progress=_silent,
        )

    async def bind(self, *bindings: BindingToKeep, told_at: datetime | None = None, event: UUID | None = None) -> int:
        return await keep_bindings(
            event or uuid4(),
            told_at or self.clock.now(),
            "wk-main",
            bindings,
            registers=self.registers,
            open_work=self.open_work,
        )

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Asked on a connection of its own: only what is committed."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, parameters).fetchall()

    def execute(self, statement: str) -> None:
        """A change of the test's own."""
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)

    def states(self) -> dict[int, str]:
        return {row[0]: row[1] for row in self.rows("select number, state from sales_ingest.shift order by opened_at")}

    def reasons(self, number: int) -> list[str]:
        rows = self.rows("select reasons from sales_ingest.shift where number = %s", [number])
        return [one["code"] for one in rows[0][0]]

    def closed(self) -> list[ShiftClosed]:
        rows = self.rows("select body from sales_ingest.outbox where type = %s order by position", [SHIFT_CLOSED])
        return [msgspec.convert(msgspec.json.decode(bytes(row[0]))["data"], ShiftClosed) for row in rows]


def binding(
    item: str = "good-1",
    ref: str = "ref-1",
    *,
    price: int | None = None,
    vat: str = "20",
    barcodes: tuple[str, ...] = (),
    article: str | None = None,
    bound: bool = True,
) -> BindingToKeep:
    return BindingToKeep(item, "romashka", ref, "Молоко 1 л", "шт", VatRate(vat), price, article, barcodes, bound)


async def _silent(done: int, total: int) -> None:
    assert 0 <= done <= total
