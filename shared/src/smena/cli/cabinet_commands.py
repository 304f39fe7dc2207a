"""`smena cabinet show`, `try` and `verify`; this file shows what each cabinet can do and how sure its protocol is."""

import asyncio
import os
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from smena.cabinets.open_cabinet import OperatorNotSupportedError, open_cabinet
from smena.cabinets.port import CabinetError, Capabilities
from smena.cli.cabinet_trial import try_manifest
from smena.cli.cabinet_verify import verify
from smena.cli.surroundings import configuration, process_settings, refuse
from smena.clock import SystemClock
from smena.config.model import SmenaConfig
from smena.config.secrets import SecretMissingError

PROVENANCE_WORDS = (
    "official: the maker's documentation; observed: public client code that works or worked;"
    " assumed: ours, ask the operator for a test stand before production."
)

cabinet_app = typer.Typer(help="The operators' cabinets.", no_args_is_help=True)
cabinet_app.command("try")(try_manifest)
cabinet_app.command("verify")(verify)


@cabinet_app.command("show")
def show(cabinet: Annotated[str | None, typer.Argument(help="Its id; all of them when left out.")] = None) -> None:
    """Print each cabinet's operations with provenance and source; asks no cabinet anything."""
    config = configuration(process_settings())
    wanted = [table.id for table in config.cabinets if cabinet in {None, table.id}]
    if cabinet is not None and not wanted:
        known = ", ".join(table.id for table in config.cabinets) or "none"
        refuse(f"there is no cabinet {cabinet!r} in the configuration; known are: {known}")
    console = Console(highlight=False, soft_wrap=True)
    for each in wanted:
        _print(console, each, asyncio.run(_capabilities(config, each)))
    console.print(PROVENANCE_WORDS, markup=False)


async def _capabilities(config: SmenaConfig, cabinet_id: str) -> Capabilities:
    try:
        cabinet = open_cabinet(config, cabinet_id, os.environ, clock=SystemClock())
    except (OperatorNotSupportedError, SecretMissingError, CabinetError) as error:
        refuse(f"{cabinet_id}: {error}")
    try:
        return cabinet.capabilities()
    finally:
        await cabinet.close()


def _print(console: Console, cabinet_id: str, can: Capabilities) -> None:
    table = Table(title=f"{cabinet_id}: {can.operator}", title_justify="left")
    for name in ("operation", "by", "provenance", "source"):
        table.add_column(name, overflow="fold")
    for operation in can.operations:
        table.add_row(operation.operation.value, operation.call, operation.provenance.value, operation.source)
    console.print(table)
    console.print(f"fields it takes: {', '.join(sorted(can.writable_fields)) or 'none'}", markup=False)
    for note in can.notes:
        console.print(f"note: {note}", markup=False)
    console.print()
