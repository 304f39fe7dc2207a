"""Receipts: decoding a cabinet's page, storing, and pulling a period end to end, first and again."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec
import psycopg

from bench import reference_pull
from bench.cabinet_pages import FIRST_DAY, GOODS, LINES, MINSK, REGISTER, Pages, made_pages, served
from bench.measuring import Arm, Bench, RateGoal
from bench.scales import Scale
from bench.servers import Servers
from sales_ingest.adapters.receipt_store import COPY_LINES, COPY_RECEIPTS, _line_rows, _receipt_row
from sales_ingest.adapters.unit_of_work import open_work
from sales_ingest.domain.receipts import receipt_id
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.main import SERVICE
from sales_ingest.ports.items import BindingToKeep
from sales_ingest.ports.receipts import ReceiptToStore
from sales_ingest.use_cases import store_page as storing_page
from sales_ingest.use_cases.keep_bindings import keep_bindings
from sales_ingest.use_cases.pull_receipts import Period, pull_receipts
from sales_ingest.use_cases.read_page import read_page
from smena.cabinets.documents import DocumentPage
from smena.cabinets.webkassa import wire
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.cabinets.webkassa.documents import LineFacts, document_of
from smena.cabinets.webkassa.goods_cache import readable_items
from smena.cabinets.webkassa.joining import join
from smena.clock import SystemClock
from smena.db.database import Database
from smena.kinds.vat import VatRate
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient
from unit.sales_ingest.till import setup

RECEIPTS_PER_PAGE = 1_000
TABLES = ("receipt", "receipt_line", "receipt_version", "receipt_identity", "shift", "pull_cursor", "outbox")


class WholePeriod(msgspec.Struct):
    """The limit's way of reading: the whole page at once, nothing kept as text."""

    sales: list[wire.Contents]


@asynccontextmanager
async def decoding(scale: Scale, _: Servers) -> AsyncIterator[Bench]:
    """A day's two answers: contents and headers."""
    pages = made_pages(min(scale.receipts, 2_000))
    start, end = pages.days[0]
    contents, headers = pages.answers[pages.period(start, end)], pages.answers[pages.headers(start)]
    whole, heads = msgspec.json.Decoder(WholePeriod).decode, msgspec.json.Decoder(list[wire.Header]).decode

    async def product() -> None:
        found = join(wire.PERIOD.decode(contents), wire.HEADERS.decode(headers))
        assert len(found) == pages.receipts

    async def limit() -> None:
        assert len(whole(contents).sales) == len(heads(headers))

    yield Bench(
        [
            Arm("decode and join a page", pages.receipts * LINES, product),
            Arm("msgspec, typed", pages.receipts * LINES, limit),
        ],
        [RateGoal("decode and join a page", "msgspec, typed", 0.67)],
    )


@asynccontextmanager
async def storing(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """New receipts with their lines, each exactly once, against COPY of the same rows into bare tables."""
    register, clock = setup(), SystemClock()
    pages = made_pages(scale.receipts)
    async with servers.database(SERVICE) as database:
        work_of = open_work(database, clock)
        await bind_all(register, database)
        batches = await prepared(pages, register, database)
        rows = [
            ([_receipt_row(register, one, clock.now()) for one in batch], list(_line_rows(register, batch)))
            for batch in batches
        ]
        units = pages.receipts * (1 + LINES)

        async def product() -> None:
            for batch in batches:
                async with work_of() as work:
                    await work.receipts.store(register, batch, clock.now())
                    await work.commit()

        async with await psycopg.AsyncConnection.connect(database.url) as connection:
            await connection.execute("create table bare_receipt (like sales_ingest.receipt)")
            await connection.execute("create table bare_line (like sales_ingest.receipt_line)")
            await connection.commit()

            async def limit() -> None:
                for receipts, lines in rows:
                    await copy(connection, COPY_RECEIPTS, "bare_receipt", receipts)
                    await copy(connection, COPY_LINES, "bare_line", lines)
                    await connection.commit()

            async def emptied() -> None:
                await connection.execute("truncate bare_receipt, bare_line")
                await connection.commit()

            yield Bench(
                [
                    Arm("store receipts and lines, exactly once", units, product, lambda: empty(database)),
                    Arm("COPY of the same rows", units, limit, emptied),
                ],
                [RateGoal("store receipts and lines, exactly once", "COPY of the same rows", 0.40)],
            )


async def copy(
    connection: psycopg.AsyncConnection[Any], statement: str, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """The columns are those of the product's own statement."""
    columns = statement[statement.index("(") : statement.rindex(")") + 1]
    async with connection.cursor() as cursor, cursor.copy(f"copy {table} {columns} from stdin".encode()) as copying:
        for row in rows:
            await copying.write_row(row)


async def prepared(pages: Pages, register: RegisterSetup, database: Database) -> list[list[ReceiptToStore]]:
    """The receipts as the store is given them: read, understood and decided beforehand."""
    facts = LineFacts(
        {int(item.id): item for item in readable_items(wire.GOODS.decode(pages.answers["/api/warehouse/list"]))}
    )
    work_of = open_work(database, SystemClock())
    batches = []
    async with work_of() as work:
        for start, end in pages.days:
            found = join(
                wire.PERIOD.decode(pages.answers[pages.period(start, end)]),
                wire.HEADERS.decode(pages.answers[pages.headers(start)]),
            )
            documents = tuple(document_of(one, REGISTER, facts) for one in found)
            page = read_page(DocumentPage(start, end, documents, complete=True), SystemClock().now())
            assert not page.unreadable, page.unreadable[0].reason
            understood, refused = storing_page._understand(page.documents, {})
            assert not refused
            lines = await storing_page._decide_lines(work, register, understood)
            stored = [
                ReceiptToStore(
                    id=receipt_id(register.cabinet, register.number, one.read.document.fiscal_id),
                    version=1,
                    content_hash=one.read.content_hash,
                    raw_hash=one.read.raw_hash,
                    document=one.read.document,
                    lines=its_lines,
                    shift_seq=1,
                )
                for one, its_lines in zip(understood, lines, strict=True)
            ]
            batches += [stored[first : first + RECEIPTS_PER_PAGE] for first in range(0, len(stored), RECEIPTS_PER_PAGE)]
    return batches


async def bind_all(register: RegisterSetup, database: Database) -> None:
    """Every good is bound, as it is in a shop that has synchronised its catalogue."""
    clock = SystemClock()
    bindings = [
        BindingToKeep(str(n), "romashka", f"ref-{n}", "Товар", "шт", VatRate.TWENTY, None, None, (), bound=True)
        for n in range(1, GOODS + 1)
    ]
    await keep_bindings(
        uuid4(),
        clock.now(),
        register.cabinet,
        bindings,
        registers={register.id: register},
        open_work=open_work(database, clock),
    )


async def empty(database: Database) -> None:
    """Every round begins with no document stored; what the shop's items are is known.

    The audit is only ever added to, and no benchmark adds to it.
    """
    async with database.session() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            "select table_name from information_schema.tables where table_schema = 'sales_ingest' "
            "and table_type = 'BASE TABLE' and table_name !~ '^(alembic|binding|audit)'"
        )
        names = ", ".join(f"sales_ingest.{row[0]}" for row in found)
        await connection.exec_driver_sql(f"truncate {names} cascade")
        await session.commit()


@asynccontextmanager
async def pulling(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """From the cabinet's HTTP to stored shifts, against a straight pipeline and against the way of an ORM."""
    register, clock = setup(lookback_days=0), SystemClock()
    pages = made_pages(scale.receipts)
    last = pages.days[-1][0].astimezone(MINSK).date()
    async with servers.database(SERVICE) as database, served(pages) as address:
        await bind_all(register, database)
        cabinet = webkassa(address)
        work_of = open_work(database, clock)
        period = Period(start=pages.days[0][0], end=pages.days[-1][1])
        assert (FIRST_DAY, last) == (FIRST_DAY, last)

        async def pull(*, new: int) -> None:
            pulled = await pull_receipts(
                uuid4(), [register], period, cabinets=lambda _: cabinet, open_work=work_of, clock=clock, progress=silent
            )
            counts = pulled[0].counts
            assert (counts.new, counts.read) == (new, pages.receipts), counts

        async with reference_pull.opened(database.url, address, pages) as reference:

            async def again_ready() -> None:
                await empty(database)
                await pull(new=pages.receipts)

            few = made_pages(min(scale.receipts, 2_000))
            async with reference_pull.orm_opened(database.url, address, pages, few.receipts) as orm:
                yield Bench(
                    [
                        Arm("pull a period", pages.receipts, lambda: pull(new=pages.receipts), lambda: empty(database)),
                        Arm("pull it again, all known", pages.receipts, lambda: pull(new=0), again_ready),
                        Arm("reference: prefetch, msgspec, COPY", pages.receipts, reference.run, reference.empty),
                        Arm("an ORM's way: httpx, pydantic, SQLModel", orm.receipts, orm.run, orm.empty),
                    ],
                    [
                        RateGoal("pull a period", "reference: prefetch, msgspec, COPY", 0.7),
                        RateGoal("pull a period", "an ORM's way: httpx, pydantic, SQLModel", 5.0),
                        RateGoal("pull it again, all known", "pull a period", 1.3),
                    ],
                )
        await cabinet.close()


def webkassa(address: str) -> WebkassaCabinet:
    client = OutsideClient(
        address, Budget(100_000, 8), timeout_seconds=60, headers={"Authorization": "Bearer head.claims.signature"}
    )
    return WebkassaCabinet(WebkassaApi(client), token="head.claims.signature", zone=MINSK, clock=SystemClock())


async def silent(done: int, total: int) -> None:
    """Nobody looks at the progress."""
