"""A worker process that takes a run, says that it has it, and then never ends: the test kills it."""

import asyncio
import sys
from typing import Any

from sqlalchemy import MetaData

from smena.clock import SystemClock
from smena.db.database import open_database
from smena.db.notifications import Notifications
from smena.runs.context import RunContext
from smena.runs.store import RunStore
from smena.runs.tables import runs_table
from smena.runs.worker import RunWorker


async def hang(context: RunContext) -> dict[str, Any]:
    await context.progress(3, 10)
    await context.checkpoint(page=3)
    sys.stdout.write("taken\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    return {}


async def main(url: str) -> None:
    database = open_database(url, "sales_ingest")
    store = RunStore(runs_table(MetaData(), "sales_ingest"))
    worker = RunWorker(database, store, Notifications(url), {"pull": hang}, SystemClock(), lease_seconds=1)
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
