"""``smena ledger …``: commands that look into the ledger itself."""

import asyncio
from collections.abc import Awaitable, Callable
from getpass import getuser
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from ledger.adapters.tables import MESSAGING, SCHEMA
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.check_stored import check_stored
from ledger.use_cases.contact_base import accept_other_base
from smena.cli.audit_commands import verify_audit
from smena.cli.surroundings import process_settings
from smena.clock import SystemClock
from smena.db.database import open_database
from smena.db.embedded import EmbeddedPostgres
from smena.settings import ProcessSettings

app = typer.Typer(help="The ledger: documents once, in 1C as in the books.", no_args_is_help=True)
PROBLEMS_SHOWN_MAX = 200
CANNOT_LOOK = 2

app.command(name="verify-audit")(verify_audit)

Done = TypeVar("Done")
Organization = Annotated[str, typer.Argument(help="The organisation's id in the configuration.")]
Fingerprint = Annotated[str, typer.Argument(help="The base's fingerprint, as the waiting documents show it.")]
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
        shifts, documents, problems = asyncio.run(_in_ledger(process_settings(), check_stored))
    except (NoLedgerError, DBAPIError) as error:
        _cannot_look(console, error)
    for problem in problems[:show]:
        console.print(problem, markup=False, style="red")
    console.print(f"{shifts} shifts, {documents} documents, {len(problems)} differences")
    if problems:
        raise typer.Exit(1)


@app.command(name="accept-base")
def accept_base(organization: Organization, fingerprint: Fingerprint) -> None:
    """Take the base that answers now for the organisation's own: it was renamed, or moved with all its documents.

    The fingerprint is asked for so that nobody accepts a base without having read which one it is.
    """
    console = Console(soft_wrap=True, highlight=False)

    async def accept(new_work: NewWork) -> str | None:
        person = f"{getuser()} (smena ledger accept-base)"
        return await accept_other_base(organization, fingerprint, person, clock=SystemClock(), new_work=new_work)

    try:
        before = asyncio.run(_in_ledger(process_settings(), accept))
    except (NoLedgerError, DBAPIError) as error:
        _cannot_look(console, error)
    if before is None:
        console.print(f"No base of {organization} was ever contacted: there is nothing to accept.", markup=False)
        raise typer.Exit(1)
    console.print(f"{organization}: was {before}\n{organization}: now {fingerprint}", markup=False)


def _cannot_look(console: Console, error: Exception) -> NoReturn:
    reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    console.print(f"The ledger can't be read: {reason.splitlines()[0]}", markup=False, style="red")
    raise typer.Exit(CANNOT_LOOK) from error


async def _in_ledger(settings: ProcessSettings, do: Callable[[NewWork], Awaitable[Done]]) -> Done:
    """Do it in the database the settings name; the embedded one is started for it when nobody runs it.

    Raises:
        NoLedgerError: there is no database in the state folder.
    """
    url = settings.database_url_of("ledger")
    if url is not None:
        return await _at(url, do)
    embedded = EmbeddedPostgres(settings.state_dir)
    if not embedded.data_dir.exists():
        raise NoLedgerError(f"no database in {settings.state_dir}: set SMENA_STATE_DIR or SMENA_DATABASE_URL")
    try:
        return await _at(await embedded.start(), do)
    finally:
        await embedded.stop()


async def _at(url: str, do: Callable[[NewWork], Awaitable[Done]]) -> Done:
    database = open_database(url, SCHEMA)
    try:
        return await do(lambda: LedgerUnitOfWork(database, MESSAGING, SystemClock()))
    finally:
        await database.close()
