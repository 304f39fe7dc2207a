"""Diffs of large catalogues: computing by columns, and the whole way from stored rows to a stored diff."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import polars as pl

from bench.measuring import Arm, Bench, CostGoal, Fact
from bench.scales import Scale
from bench.servers import Servers
from bench.stored_catalogues import CABINET, EQUAL_OF_TEN, ORGANIZATION, PRICE_TYPE, ZONE, store_catalogues
from catalog_sync.adapters.columnar.engine import Task, compare
from catalog_sync.adapters.columnar.frames import BINDING_SCHEMA, CABINET_SCHEMA, ERP_SCHEMA, Catalogues
from catalog_sync.adapters.columnar.large_diffs import BINDING_QUERY, CABINET_QUERY, ERP_QUERY
from catalog_sync.adapters.columnar.price_columns import price_reading
from catalog_sync.adapters.columnar.reading import Reading, read_tables
from catalog_sync.adapters.tables import MESSAGING
from catalog_sync.adapters.unit_of_work import PostgresCatalogWork
from catalog_sync.domain.prices import Filling, PriceChoice, PriceSource
from catalog_sync.domain.rows import Direction, Field, Status
from catalog_sync.domain.selection import Selection, SelectionKind
from catalog_sync.domain.terms import Terms
from catalog_sync.main import SERVICE
from catalog_sync.ports.records import Diff, DiffRequest, DiffState
from catalog_sync.use_cases.compute_large_diff import compute_large
from smena.cabinets.port import Capabilities
from smena.clock import SystemClock
from smena.config.organizations import Organization
from smena.db.database import Database, open_database

AS_OF = date(2026, 1, 31)
RETAIL = PriceChoice(PriceSource.PRICE_TYPE, PRICE_TYPE)
REQUEST = DiffRequest(Direction.EXPORT, Selection(SelectionKind.ALL), None, RETAIL, AS_OF)
NAMES = frozenset({"name", "unit", "group", "barcodes", "article", "vat_rate", "retail_price", "active"})
CAPABILITIES = Capabilities(
    operator="bench",
    operations=(),
    readable_fields=NAMES,
    writable_fields=NAMES,
    units=frozenset({"шт", "кг"}),
    vat_rates=frozenset({"20", "10", "0", "none"}),
    name_length_max=128,
    items_per_write_max=100,
    window_days_max=1,
)
TERMS = Terms(
    fields=frozenset(Field) - {Field.PURCHASE_PRICE},
    units=CAPABILITIES.units,
    vat_rates=CAPABILITIES.vat_rates,
    name_length_max=CAPABILITIES.name_length_max,
    vat_payer=True,
    as_of=AS_OF,
    purchase=None,
    retail=RETAIL,
)
COMPARED = ("name", "unit", "group", "article", "vat", "price", "active")
PEAK_MEGABYTES_MAX = 1536
FEWER_ORGANIZATION, FEWER_CABINET = "fewer", "wk-fewer"


def read_sides(url: str, organization: str, cabinet: str) -> tuple[Catalogues, str]:
    """Both sides as columns, as the product reads them."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None

        prices = price_reading(RETAIL, organization, ZoneInfo(ZONE), AS_OF, settings=0)
        erp, held, bindings, found = read_tables(
            url,
            row[0],
            [
                Reading(ERP_QUERY, (organization,), ERP_SCHEMA),
                Reading(CABINET_QUERY, (cabinet,), CABINET_SCHEMA),
                Reading(BINDING_QUERY, (cabinet,), BINDING_SCHEMA),
                prices,
            ],
        )
    return Catalogues(erp, held, bindings, None, found), url


def plain_join(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, int]:
    """What polars does with the same columns: one join by the barcode, every column compared, statuses counted."""
    joined = ours.lazy().join(theirs.lazy(), on="codes", how="full", suffix="_held")
    differing = [pl.col(name).ne_missing(pl.col(f"{name}_held")).alias(f"differs_{name}") for name in COMPARED]
    status = (
        pl.when(pl.col("id_held").is_null())
        .then(pl.lit("missing"))
        .when(pl.any_horizontal(r"^differs_.*$"))
        .then(pl.lit("differs"))
        .otherwise(pl.lit("identical"))
    )
    counted = joined.with_columns(differing).with_columns(status=status).collect()["status"].value_counts()
    return dict(counted.iter_rows())


def joinable(sides: Catalogues) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The limit's columns; its prices stand beside the items already."""
    assert sides.retail is not None
    prices = sides.retail.select(id="ref", price="price")
    ours = sides.erp.join(prices, on="id", how="left").select("id", "codes", *COMPARED)
    theirs = sides.cabinet.rename({"retail": "price"}).select("id", "codes", *COMPARED)
    return ours, theirs


@asynccontextmanager
async def computing(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Matching, comparing and counting, from columns to the rows that are shown."""
    async with servers.database(SERVICE) as database:
        await asyncio.to_thread(store_catalogues, database.url, ORGANIZATION, CABINET, scale.items)
        sides, _ = await asyncio.to_thread(read_sides, database.url, ORGANIZATION, CABINET)
        everything = pl.Series([True]).new_from_index(0, sides.erp.height)
        ours, theirs = joinable(sides)

        async def product() -> None:
            found = compare(Task(Direction.EXPORT, sides, TERMS, everything, no_prices, ZoneInfo(ZONE)))
            assert found.equal_and_bound == scale.items * EQUAL_OF_TEN // 10, found.equal_and_bound
            assert found.left_to_the_rule == scale.items - found.equal_and_bound

        async def polars() -> None:
            assert plain_join(ours, theirs)["differs"] == scale.items - scale.items * EQUAL_OF_TEN // 10

        async def join_alone() -> None:
            ours.join(theirs, on="codes", how="full")

        name = f"compute {scale.items:,} × {scale.items:,}"
        yield Bench(
            [
                Arm(name, scale.items, product),
                Arm("polars: join and compare", scale.items, polars),
                Arm("polars: the join alone", scale.items, join_alone),
            ],
            [CostGoal(name, "polars: join and compare", 2.0)],
        )


def no_prices(_: list[str]) -> tuple[Filling, Filling]:
    """Nothing is shown here."""
    return {}, {}


@asynccontextmanager
async def storing(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """From stored rows to a stored diff, for a whole catalogue and for a tenth of it."""
    async with servers.database(SERVICE) as database:
        await asyncio.to_thread(store_catalogues, database.url, ORGANIZATION, CABINET, scale.items)
        await asyncio.to_thread(store_catalogues, database.url, FEWER_ORGANIZATION, FEWER_CABINET, scale.fewer_items)
        sides, _ = await asyncio.to_thread(read_sides, database.url, ORGANIZATION, CABINET)
        ours, theirs = joinable(sides)
        del sides

        async def many() -> None:
            await store_one(database, ORGANIZATION, CABINET, scale.items)

        async def few() -> None:
            await store_one(database, FEWER_ORGANIZATION, FEWER_CABINET, scale.fewer_items)

        async def polars() -> None:
            plain_join(ours, theirs)

        async def facts() -> list[Fact]:
            peak = await peak_megabytes(database.url, scale.items)
            return [Fact("peak memory of the process that stored the diff, MB", peak, PEAK_MEGABYTES_MAX)]

        name, tenth = (
            f"stored rows to stored diff, {scale.items:,}",
            f"stored rows to stored diff, {scale.fewer_items:,}",
        )
        yield Bench(
            [
                Arm(name, scale.items, many),
                Arm(tenth, scale.fewer_items, few),
                Arm("polars: join and compare", scale.items, polars),
            ],
            [CostGoal(name, "polars: join and compare", 8.0), CostGoal(name, tenth, 1.5)],
            facts,
        )


async def store_one(database: Database, organization: str, cabinet: str, items: int) -> None:
    """One diff, and the proof that it is complete."""
    clock = SystemClock()

    def open_work() -> PostgresCatalogWork:
        return PostgresCatalogWork(database, MESSAGING, clock)

    diff = Diff(uuid4(), uuid4(), organization, "kassa-1", cabinet, REQUEST, DiffState.COMPUTING, clock.now(), "bench")
    async with open_work() as work:
        await work.diffs.add(diff)
        await work.commit()
    whose = Organization.model_validate({"id": organization, "name": "ООО Ромашка", "unp": "190000005"})
    counts = await compute_large(diff, whose, CAPABILITIES, open_work=open_work, clock=clock)
    assert counts[Status.IDENTICAL] == items * EQUAL_OF_TEN // 10
    assert counts[Status.DIFFERS] == items - counts[Status.IDENTICAL]
    await _forget(database, diff.id)


async def _forget(database: Database, diff: UUID) -> None:
    """Every round stores into tables of the same size."""
    async with database.session() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("truncate catalog_sync.diff_row")
        await connection.exec_driver_sql("delete from catalog_sync.diff where id = %s", (diff,))
        await session.commit()


async def peak_megabytes(url: str, items: int) -> float:
    """The most memory a fresh process took for one diff."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.diffs", url, str(items),
        cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0
    return float(json.loads(told.splitlines()[-1]))


async def _alone(url: str, items: int) -> None:
    database = open_database(url, SERVICE.schema)
    await store_one(database, ORGANIZATION, CABINET, items)
    await database.close()
    sys.stdout.write(json.dumps(own_peak_megabytes()) + "\n")


def own_peak_megabytes() -> float:
    """Of this program's memory alone: a child's maximum by getrusage begins with its parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status names no VmHWM")


if __name__ == "__main__":
    asyncio.run(_alone(sys.argv[1], int(sys.argv[2])))
