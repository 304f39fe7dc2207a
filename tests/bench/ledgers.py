"""The ledger: storing the documents of published shifts, and what a document costs in requests to 1C."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

import psycopg

from bench.measuring import Arm, Bench, Fact, RateGoal
from bench.scales import Scale
from bench.servers import Servers
from chaos.delivery_bench import DeliveryBench
from integration.ledger.conftest import CONFIG
from ledger.adapters.rulebook import ConfiguredRulebook
from ledger.adapters.tables import MESSAGING
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.domain.shifts import ShiftRevision
from ledger.main import SERVICE
from ledger.use_cases.post_shift import ShiftOutcome, post_shift
from servers.postgres import fresh_database
from smena.clock import SystemClock
from smena.config.model import SmenaConfig
from smena.db.database import Database
from smena.kinds.identity import shift_id
from unit.ledger.making import OPENED, event_of, line, payment, revision, shift_key

AT_ONCE = 8
LINES_PER_SHIFT = 20
LINES_OF_A_LARGE_SHIFT = 3_000
LARGE_SHIFT_SECONDS_MAX = 1.0
REQUESTS_PER_DOCUMENT_MAX = 4


def published(number: int, lines: int) -> bytes:
    """The event of a shift of its own."""
    opened = OPENED + timedelta(hours=number)
    key = replace(shift_key(number), id=shift_id("wk-main", "131010705", number, opened), opened_at=opened)
    sold = [line(f"item-{n}", 1000, 100 + n % 900, key=f"{n}") for n in range(lines)]
    total = sum(one.amount for one in sold)
    facts: ShiftRevision = revision(
        sold,
        [payment("cash", total // 2), payment("card", total - total // 2)],
        shift=key,
        opened_at=opened,
        closed_at=opened + timedelta(minutes=50),
    )
    return event_of(facts)


@asynccontextmanager
async def storing(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Inbox, documents and outbox of a shift in one transaction, eight at once."""
    events = [published(number, LINES_PER_SHIFT) for number in range(scale.documents)]
    rulebook, clock = ConfiguredRulebook(SmenaConfig.model_validate(CONFIG)), SystemClock()
    async with servers.database(SERVICE) as database:

        def new_work() -> LedgerUnitOfWork:
            return LedgerUnitOfWork(database, MESSAGING, clock)

        async def post(event: bytes) -> None:
            outcome = await post_shift(uuid4(), event, rulebook=rulebook, clock=clock, new_work=new_work)
            assert outcome is ShiftOutcome.APPLIED

        async def product() -> None:
            waiting = iter(events)

            async def worker() -> None:
                for event in waiting:
                    await post(event)

            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))

        connections = [await psycopg.AsyncConnection.connect(database.url, autocommit=True) for _ in range(AT_ONCE)]
        await connections[0].execute("create table bare (id uuid primary key, body bytea)")

        async def limit() -> None:
            waiting = iter(events)

            async def worker(connection: psycopg.AsyncConnection) -> None:
                for event in waiting:
                    await connection.execute("insert into bare values (%s, %s)", (uuid4(), event))

            await asyncio.gather(*map(worker, connections))

        async def facts() -> Sequence[Fact]:
            large = published(scale.documents + 1, LINES_OF_A_LARGE_SHIFT)
            began = perf_counter()
            await post(large)
            seconds = perf_counter() - began
            return [Fact(f"seconds for a shift of {LINES_OF_A_LARGE_SHIFT:,} lines", seconds, LARGE_SHIFT_SECONDS_MAX)]

        name, bare = "event to stored documents", f"bare transactions of one statement, {AT_ONCE} connections"
        yield Bench(
            [
                Arm(name, len(events), product, lambda: empty(database)),
                Arm(bare, len(events), limit, lambda: empty(database)),
            ],
            [RateGoal(name, bare, 0.25)],
            facts,
        )
        for connection in connections:
            await connection.close()


async def empty(database: Database) -> None:
    async with database.session() as session:
        connection = await session.connection()
        # the audit is only ever added to, and no benchmark adds to it
        emptied = (table.name for table in SERVICE.metadata.sorted_tables if table.name != "audit_entry")
        names = ", ".join(f"ledger.{name}" for name in emptied)
        await connection.exec_driver_sql(f"truncate bare, {names} cascade")
        await session.commit()


@asynccontextmanager
async def delivering(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Requests to 1C for each document on the straight path, and when nothing changed."""
    shifts = min(scale.documents, 20)
    with fresh_database(servers.postgres_url()) as url:
        async with DeliveryBench.open(url) as bench:

            async def facts() -> Sequence[Fact]:
                await bench.publish(bench.shift(0))  # the base is met and its names are read once, not per document
                await bench.deliver()
                met, before = len(await bench.stored()), len(bench.requests())
                for number in range(1, shifts + 1):
                    await bench.publish(bench.shift(number))
                await bench.deliver()
                asked = len([one for one in bench.requests()[before:] if "AccountingRegister_" not in one.path])
                documents, settled = len(await bench.stored()) - met, len(bench.requests())
                for number in range(1, shifts + 1):
                    await bench.publish(bench.shift(number))
                await bench.deliver()
                again = len(bench.requests()) - settled
                return [
                    Fact(
                        f"requests per document, of {documents} documents", asked / documents, REQUESTS_PER_DOCUMENT_MAX
                    ),
                    Fact("requests for the same shifts published again", again, 0),
                ]

            yield Bench([], [], facts)
