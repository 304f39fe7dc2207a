"""What forked processes do: work on runs as production does."""

import asyncio
from pathlib import Path

from integration.sales_ingest.shop import FixedClock
from sales_ingest.main import SERVICE
from smena.config.load import load_config
from smena.db.database import open_database
from smena.db.notifications import Notifications
from smena.runtime.service import Runtime
from smena.settings import ProcessSettings


def work_on_runs(url: str, config: Path, secrets: dict[str, str]) -> None:
    """A worker of sales-ingest, wired by its own bootstrap, until it is killed."""
    asyncio.run(_work_on_runs(url, config, secrets))


async def _work_on_runs(url: str, config: Path, secrets: dict[str, str]) -> None:
    database = open_database(url, SERVICE.schema)
    parts = await SERVICE.build(
        Runtime(
            ProcessSettings(),
            load_config(config, secrets),
            database,
            Notifications(url),
            FixedClock(),
            secrets,
        )
    )
    (runs,) = (loop for loop in parts.loops if loop.name == "runs")
    await runs.run()
