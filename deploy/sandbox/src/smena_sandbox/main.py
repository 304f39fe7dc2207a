"""The command line of the sandbox."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.journal.keeping import Keeper
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.server import serve as serve_application
from smena_sandbox.world.files import DataFileError
from smena_sandbox.world.loaded import loaded_world
from smena_sandbox.world.report import LoadReport, rubles_text
from smena_sandbox.world.seeded import seeded_world
from smena_sandbox.world.world import World

application = typer.Typer(add_completion=False, help="Plays the cabinets and 1C: ours, not the operators'.")
DEFAULT_DAYS = 7


@application.callback()
def main() -> None:
    """Keep ``serve`` a command of its own."""


@application.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8090,
    seed: Annotated[int, typer.Option(help="Same seed, same traffic.")] = 1,
    data: Annotated[str, typer.Option(help="Folder with data files, or none.")] = "none",
    days: Annotated[int | None, typer.Option(min=1, help="Days of trade: 7 when seeded, all of the files.")] = None,
    registers: Annotated[int, typer.Option(min=1, max=40, help="Registers of the seeded world.")] = 3,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First seeded day.")] = datetime(  # noqa: DTZ001
        2026, 1, 5
    ),
    receipts: Annotated[int, typer.Option(min=1, help="Receipts per register and day, seeded.")] = 60,
    free_lines: Annotated[int, typer.Option(min=0, help="Free-form lines in all, seeded.")] = 0,
    sums_after_discount: Annotated[
        bool, typer.Option(help="Line sums on the wire are after discount: nobody states which it is.")
    ] = False,
    token: Annotated[
        list[str] | None,
        typer.Option(envvar="SMENA_SANDBOX_WEBKASSA_TOKEN", help="Accepted keys of the cabinet."),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="File that remembers writes and does them again at the next start.")
    ] = None,
    onec_password: Annotated[
        str | None, typer.Option(envvar="SMENA_SANDBOX_ONEC_PASSWORD", help="Password of the 1C user.")
    ] = None,
) -> None:
    """Serve the outside world until stopped."""
    console = Console(soft_wrap=True)
    try:
        world = (
            seeded_world(
                seed=seed, start=start, days=days or DEFAULT_DAYS, registers=registers, receipts=receipts,
                free_lines=free_lines,
            )
            if data in {"", "none"}
            else loaded_world(Path(data), seed=seed, days=days)
        )  # fmt: skip
    except DataFileError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    world.cabinet.sums_after_discount = sums_after_discount
    _show(console, world)
    switches = OnecSwitches() if onec_password is None else OnecSwitches(password=onec_password)
    keeper = None if keep is None else Keeper(keep)
    asyncio.run(_run(create_application(world, tokens=token or (), switches=switches, keeper=keeper), host, port))


async def _run(sandbox: Sandbox, host: str, port: int) -> None:
    """Do kept writes again, then listen."""
    await sandbox.recall()
    await serve_application(sandbox, host, port)


def _show(console: Console, world: World) -> None:
    """Print what became of every kind of input."""
    table = Table(title=f"{world.source}: {world.first_day:%Y-%m-%d} … {world.last_day:%Y-%m-%d}")
    for name, justify in (("kind", "left"), ("count", "right"), ("sum", "right"), ("what was done", "left")):
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    for row in _rows(world.report):
        table.add_row(*row)
    console.print(table)


def _rows(report: LoadReport) -> list[tuple[str, str, str, str]]:
    return [
        (row.kind, f"{row.count:,}", rubles_text(row.amount), row.done)
        for row in sorted(report.rows.values(), key=lambda row: row.kind)
    ]


def run() -> None:
    """Entry point ``smena-sandbox``."""
    application()


if __name__ == "__main__":
    run()
