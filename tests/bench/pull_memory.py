"""Memory of a pull: a process of its own reads a short period, another a long one, and each tells its peak."""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from bench.cabinet_pages import RECEIPTS_PER_DAY, Pages, made_pages, served
from bench.measuring import Bench, Fact
from bench.receipts import silent, webkassa
from bench.scales import Scale
from bench.servers import Servers
from sales_ingest.adapters.unit_of_work import open_work
from sales_ingest.main import SERVICE
from sales_ingest.use_cases.pull_receipts import Period, pull_receipts
from smena.clock import SystemClock
from smena.db.database import open_database
from unit.sales_ingest.till import setup

SHORT_DAYS = 2
PEAK_RATIO_MAX = 1.15
"""A long period may take so much more at its peak than a short one: the allocator's share, not the period's."""


@asynccontextmanager
async def measuring(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Two days against all of the scale's days, of the same pages."""
    pages = made_pages(max(scale.receipts, SHORT_DAYS * min(scale.receipts, RECEIPTS_PER_DAY)))
    async with served(pages) as address:

        async def peaks() -> list[Fact]:
            short = await peak_of(servers, address, pages, SHORT_DAYS)
            long = await peak_of(servers, address, pages, len(pages.days))
            told = f"peak memory of {len(pages.days)} days to {min(SHORT_DAYS, len(pages.days))} days"
            return [Fact(f"{told} ({long // 1024} MB to {short // 1024} MB)", long / short, PEAK_RATIO_MAX)]

        yield Bench([], [], peaks)


async def peak_of(servers: Servers, address: str, pages: Pages, days: int) -> int:
    """Kilobytes at the peak of a process that pulls the first days into a fresh database."""
    start, end = pages.days[0][0], pages.days[:days][-1][1]
    async with servers.database(SERVICE) as database:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.pull_memory", database.url, address, start.isoformat(), end.isoformat(),
            cwd=Path(__file__).parents[1], stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await process.communicate()
        assert process.returncode == 0
    return int(told.split()[-1])


async def pull(url: str, address: str, start: datetime, end: datetime) -> None:
    """Read the period as a worker does."""
    database, clock = open_database(url, SERVICE.schema), SystemClock()
    cabinet = webkassa(address)
    try:
        await pull_receipts(
            uuid4(),
            [setup(lookback_days=0)],
            Period(start=start, end=end),
            cabinets=lambda _: cabinet,
            open_work=open_work(database, clock),
            clock=clock,
            progress=silent,
        )
    finally:
        await cabinet.close()
        await database.close()


if __name__ == "__main__":
    asyncio.run(pull(sys.argv[1], sys.argv[2], *map(datetime.fromisoformat, sys.argv[3:5])))
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")
