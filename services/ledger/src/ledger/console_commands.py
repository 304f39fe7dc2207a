"""``smena ledger …``: commands that look into the ledger itself."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from ledger.adapters.tables import MESSAGING, SCHEMA
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.use_cases.check_stored import check_stored
from smena.cli.surroundings import process_settings
from smena.clock import SystemClock
from smena.db.database import open_database
from smena.db.embedded import EmbeddedPostgres
from smena.settings import ProcessSettings

app = typer.Typer(help="The ledger: documents once, in 1C as in the books.", no_args_is_help=True)
PROBLEMS_SHOWN_MAX = 200
CANNOT_LOOK = 2

Shown = Annotated[int, typer.Option("--show", help="How many differences are shown one by one.")]


class NoLedgerError(Exception):
    """There is no database to look into."""


@app.callback()
def ledger() -> None:
    """The ledger: documents once, in 1C as in the books."""


@app.command()
def check(show: Shown = PROBLEMS_SHOWN_MAX) -> None:
    """Recompute every stored document from the stored events; exits 1 on any difference, 2 when it can't look."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        shifts, documents, problems = asyncio.run(_check(process_settings()))
    except (NoLedgerError, DBAPIError) as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        console.print(f"The ledger can't be read: {reason.splitlines()[0]}", markup=False, style="red")
        raise typer.Exit(CANNOT_LOOK) from error
    for problem in problems[:show]:
        console.print(problem, markup=False, style="red")
    console.print(f"{shifts} shifts, {documents} documents, {len(problems)} differences")
    if problems:
        raise typer.Exit(1)


async def _check(settings: ProcessSettings) -> tuple[int, int, list[str]]:
    """Check the database the settings name; the embedded one is started for it when nobody runs it.

    Raises:
        NoLedgerError: there is no database in the state folder.
    """
    url = settings.database_url_of("ledger")
    if url is not None:
        return await _check_at(url)
    embedded = EmbeddedPostgres(settings.state_dir)
    if not embedded.data_dir.exists():
        raise NoLedgerError(f"no database in {settings.state_dir}: set SMENA_STATE_DIR or SMENA_DATABASE_URL")
    try:
        return await _check_at(await embedded.start())
    finally:
        await embedded.stop()


async def _check_at(url: str) -> tuple[int, int, list[str]]:
    database = open_database(url, SCHEMA)
    try:
        return await check_stored(lambda: LedgerUnitOfWork(database, MESSAGING, SystemClock()))
    finally:
        await database.close()
