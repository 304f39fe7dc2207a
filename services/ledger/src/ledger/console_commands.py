"""``smena ledger …``: commands that look into the ledger itself."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from ledger.adapters.tables import MESSAGING, SCHEMA
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.use_cases.replay_period import check_stored
from smena.cli.surroundings import process_settings
from smena.clock import SystemClock
from smena.db.database import open_database
from smena.db.embedded import EmbeddedPostgres
from smena.settings import ProcessSettings

app = typer.Typer(help="The ledger: documents once, in 1C as in the books.", no_args_is_help=True)
PROBLEMS_SHOWN_MAX = 200

Shown = Annotated[int, typer.Option("--show", help="How many differences are shown one by one.")]


@app.callback()
def ledger() -> None:
    """The ledger: documents once, in 1C as in the books."""


@app.command()
def check(show: Shown = PROBLEMS_SHOWN_MAX) -> None:
    """Recompute every stored document from the stored events; exits 1 on any difference."""
    shifts, documents, problems = asyncio.run(_check(process_settings()))
    console = Console(soft_wrap=True, highlight=False)
    for problem in problems[:show]:
        console.print(problem, markup=False, style="red")
    when = datetime.now(UTC).isoformat(timespec="seconds")
    console.print(f"{when}: {shifts} shifts, {documents} documents, {len(problems)} differences")
    if problems:
        raise typer.Exit(1)


async def _check(settings: ProcessSettings) -> tuple[int, int, list[str]]:
    """Check the database the settings name; the embedded one is started for it when nobody runs it."""
    url = settings.database_url_of("ledger")
    embedded = None if url else EmbeddedPostgres(settings.state_dir)
    address = url or await embedded.start() if embedded else url
    assert address is not None
    database = open_database(address, SCHEMA)
    try:
        return await check_stored(lambda: LedgerUnitOfWork(database, MESSAGING, SystemClock()))
    finally:
        await database.close()
        if embedded is not None:
            await embedded.stop()
