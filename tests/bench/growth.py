"""What a receipt costs when many are stored already: one pull beside few stored lines and beside ten times more."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import psycopg

from bench.cabinet_pages import LINES, REGISTER, Pages, made_pages, served
from bench.measuring import Arm, Bench, CostGoal
from bench.receipts import bind_all, silent, webkassa
from bench.scales import Scale
from bench.servers import Servers
from sales_ingest.adapters.unit_of_work import open_work
from sales_ingest.main import SERVICE
from sales_ingest.use_cases.pull_receipts import Period, pull_receipts
from smena.clock import SystemClock
from smena.db.database import Database
from unit.sales_ingest.till import setup

RECEIPTS_PER_ROUND = 4_000
STORED_REGISTER = "999999999"
"""Under this number stands what fills the tables; it is never read."""
COPIES_AT_ONCE = 50
ID_OF_COPY = "md5({0}::text || ':' || copy)::uuid"
CHANGED = {
    "receipt": {
        "id": ID_OF_COPY.format("id"),
        "fiscal_id": "fiscal_id || '-' || copy",
        "register_number": f"'{STORED_REGISTER}'",
        "shift_seq": "1000000 + copy",
        "at": "at - copy * interval '1 hour'",
    },
    "receipt_identity": {
        "receipt_id": ID_OF_COPY.format("receipt_id"),
        "fiscal_id": "fiscal_id || '-' || copy",
        "register_number": f"'{STORED_REGISTER}'",
    },
    "receipt_line": {"receipt_id": ID_OF_COPY.format("receipt_id")},
    "receipt_version": {"receipt_id": ID_OF_COPY.format("receipt_id")},
}
"""Which columns of a copied row are its own; every other one is as the product stored it."""
OF_THE_ROUND = "(select receipt_id from sales_ingest.receipt_identity where register_number = %s)"


@asynccontextmanager
async def growing(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Two databases, one with ten times the lines of the other; indexes and statistics as in a running shop."""
    pages = made_pages(min(scale.receipts, RECEIPTS_PER_ROUND))
    names = {f"pull beside {lines:,} stored lines": lines for lines in (scale.fewer_stored_lines, scale.stored_lines)}
    async with AsyncExitStack() as opened:
        address = await opened.enter_async_context(served(pages))
        arms = []
        for name, lines in names.items():
            database = await opened.enter_async_context(servers.database(SERVICE))
            await bind_all(setup(), database)
            await pull(pages, address, database)
            await fill(database, lines, pages.receipts * LINES)
            arms.append(
                Arm(
                    name,
                    pages.receipts,
                    lambda database=database: pull(pages, address, database),  # type: ignore[misc]
                    lambda database=database: forget_round(database),  # type: ignore[misc]
                )
            )
        few, many = names
        yield Bench(arms, [CostGoal(many, few, 1.3)])


async def pull(pages: Pages, address: str, database: Database) -> None:
    """Every receipt of the pages, none of which is stored."""
    clock = SystemClock()
    cabinet = webkassa(address)
    period = Period(start=pages.days[0][0], end=pages.days[-1][1])
    pulled = await pull_receipts(
        uuid4(),
        [setup(lookback_days=0)],
        period,
        cabinets=lambda _: cabinet,
        open_work=open_work(database, clock),
        clock=clock,
        progress=silent,
    )
    await cabinet.close()
    assert pulled[0].counts.new == pages.receipts, pulled[0].counts


async def fill(database: Database, lines: int, round_lines: int) -> None:
    """Copies of what was pulled, so many that the tables hold this number of lines; indexes are made afterwards."""
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        made = await without_indexes(connection)
        copies = max(1, lines // round_lines)
        for table, changed in CHANGED.items():
            found = await connection.execute(
                "select column_name from information_schema.columns where table_schema = 'sales_ingest' "
                "and table_name = %s order by ordinal_position",
                [table],
            )
            columns = [row[0] for row in await found.fetchall()]
            quoted = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
            await connection.execute(f"create temporary table one_round as select * from sales_ingest.{table}".encode())
            for first in range(1, copies + 1, COPIES_AT_ONCE):
                await connection.execute(
                    f"insert into sales_ingest.{table} ({quoted}) select {values} from one_round, "
                    f"generate_series({first}, {min(first + COPIES_AT_ONCE - 1, copies)}) as copy".encode()
                )
            await connection.execute("drop table one_round")
        for statement in made:
            await connection.execute(statement.encode())
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("vacuum analyze")


async def without_indexes(connection: psycopg.AsyncConnection) -> list[str]:
    """Take keys and indexes away; answers the statements that make them again."""
    again = []
    for table in CHANGED:
        keys = await connection.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint "
            "where contype = 'p' and conrelid = %s::regclass",
            [f"sales_ingest.{table}"],
        )
        for name, definition in await keys.fetchall():
            await connection.execute(f'alter table sales_ingest.{table} drop constraint "{name}"'.encode())
            again.append(f'alter table sales_ingest.{table} add constraint "{name}" {definition}')
        indexes = await connection.execute(
            "select indexname, indexdef from pg_indexes where schemaname = 'sales_ingest' and tablename = %s", [table]
        )
        for name, definition in await indexes.fetchall():
            await connection.execute(f'drop index sales_ingest."{name}"'.encode())
            again.append(definition)
    return again


async def forget_round(database: Database) -> None:
    """Every round begins with its own receipts unknown."""
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        for table in ("receipt_line", "receipt_version"):
            await connection.execute(
                f"delete from sales_ingest.{table} where receipt_id in {OF_THE_ROUND}".encode(), [REGISTER]
            )
        for table in ("receipt", "receipt_identity", "shift", "register_cursor"):
            await connection.execute(
                f"delete from sales_ingest.{table} where register_number = %s".encode(), [REGISTER]
            )
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("vacuum")
