"""Start, use and stop the three services as processes of their own."""

import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from smena.cli.demo import children
from smena.cli.demo.api import JobError
from smena.cli.demo.command import job_and_table
from smena.cli.demo.sandbox import SANDBOX_PORT, Sandbox, demo_token, start_sandbox, write_configuration
from smena.cli.demo.screen import make_console
from smena.cli.demo.worlds import DEFAULT_SEED, World
from smena.cli.local.notes import Note, remember, remembered, stop_remembered
from smena.cli.local.plan import ADDRESSES, planned_processes

SESSION_KEY_BYTES = 32
OWN_CONFIGURATION = Path("smena.toml")
LOOK_AGAIN_SECONDS = 0.1

local_app = typer.Typer(help="The three services as processes of their own on this machine.", no_args_is_help=True)


@local_app.command()
def up(
    data: Annotated[Path | None, typer.Option(help="Folder with catalogue.tsv.gz and receipts.csv.gz.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Only the first days of the world.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated world.")] = DEFAULT_SEED,
) -> None:
    """Start RabbitMQ and PostgreSQL (unless named by SMENA_AMQP_URL, SMENA_DATABASE_URL), sandbox and services."""
    console = make_console()
    if any(note.runs for note in remembered()):
        console.print("It is running already; `make down` stops it.")
        raise typer.Exit(1)
    world = World(seed=seed, data=data, days=days)
    notes: list[Note] = []
    try:
        _start_all(world, notes, console)
    except (children.StartError, httpx.HTTPError) as error:
        console.print(f"[red]Not started:[/] {error}", highlight=False)
        stop_remembered()
        raise typer.Exit(1) from error
    console.print(f"Up: catalog {ADDRESSES.catalog}, sales {ADDRESSES.sales}, ledger {ADDRESSES.ledger}")
    console.print("Token in .smena/demo-token; `make job` runs the main job; `make down` stops everything")


@local_app.command()
def job() -> None:
    """Run the main job through what `up` started; 0 only if every sum is proven."""
    console = make_console()
    if not any(note.runs for note in remembered()):
        console.print("Nothing runs here; `make up` starts it.")
        raise typer.Exit(1)
    try:
        good = job_and_table(ADDRESSES, Sandbox(f"http://127.0.0.1:{SANDBOX_PORT}"), console)
    except (JobError, httpx.HTTPError) as error:
        console.print(f"[red]The job stopped:[/] {error}", highlight=False)
        raise typer.Exit(1) from error
    raise typer.Exit(0 if good else 1)


@local_app.command()
def down() -> None:
    """Stop what `up` started; what was stored stays."""
    make_console().print(f"Stopped {stop_remembered()} processes")


def _start_all(world: World, notes: list[Note], console: Console) -> None:
    folder = world.folder("up")
    servers = _start_servers(folder, notes, console)
    sandbox = start_sandbox(world, folder)
    if sandbox.child is not None:
        _note(sandbox.child, notes)
    configuration = Path(os.environ.get("SMENA_CONFIG", OWN_CONFIGURATION))
    if not configuration.exists():
        configuration = folder / "smena.toml"
        write_configuration(sandbox, configuration, demo_token())
    environment = {
        **sandbox.secrets(),
        **servers,
        "SMENA_CONFIG": str(configuration),
        "SMENA_STATE_DIR": str(folder),
    }
    plan = planned_processes(os.environ.get("SMENA_SESSION_KEY") or secrets.token_hex(SESSION_KEY_BYTES))
    for planned in plan:
        if planned.arguments[0] == "serve":
            _migrate(planned.arguments[1], environment, folder)
    started: list[tuple[children.Child, int]] = []
    for planned in plan:
        log = folder / f"{planned.name.replace(' ', '-')}.log"
        command = [children.script("smena"), *planned.arguments]
        child = children.start(planned.name, command, log, {**environment, **planned.environment})
        _note(child, notes)
        started.append((child, planned.admin_port))
    for child, admin_port in started:
        children.wait_ready(child, f"http://127.0.0.1:{admin_port}/readyz")
        console.print(f"  {child.name} is ready", highlight=False)


def _start_servers(folder: Path, notes: list[Note], console: Console) -> dict[str, str]:
    """PostgreSQL and RabbitMQ: those the environment names, private ones for the rest."""
    given = {
        "SMENA_DATABASE_URL": os.environ.get("SMENA_DATABASE_URL", ""),
        "SMENA_AMQP_URL": os.environ.get("SMENA_AMQP_URL", ""),
    }
    if all(given.values()):
        return given
    options = ["--state-dir", str(folder)]
    options += ["--no-postgres"] if given["SMENA_DATABASE_URL"] else []
    options += ["--no-rabbitmq"] if given["SMENA_AMQP_URL"] else []
    log = folder / "servers.log"
    log.unlink(missing_ok=True)
    console.print("Starting PostgreSQL and RabbitMQ of our own")
    command = [sys.executable, "-m", "smena.runtime.local_servers", *options]
    child = children.start("PostgreSQL and RabbitMQ", command, log)
    _note(child, notes)
    addresses = _read_addresses(child)
    return {
        "SMENA_DATABASE_URL": given["SMENA_DATABASE_URL"] or addresses["database_url"],
        "SMENA_AMQP_URL": given["SMENA_AMQP_URL"] or addresses["amqp_url"],
    }


def _read_addresses(child: children.Child) -> dict[str, str]:
    """The line of JSON the servers print when they answer."""
    deadline = time.monotonic() + children.READY_SECONDS_MAX
    while time.monotonic() < deadline:
        for line in child.tail().splitlines():
            if line.startswith("{"):
                addresses: dict[str, str] = json.loads(line)
                return addresses
        if child.process.poll() is not None:
            break
        time.sleep(LOOK_AGAIN_SECONDS)
    raise children.StartError(f"{child.name} did not start:\n{child.tail()}")


def _migrate(service: str, environment: dict[str, str], folder: Path) -> None:
    command = [children.script("smena"), "migrate", service]
    child = children.start(f"migrate {service}", command, folder / "migrate.log", environment)
    if child.process.wait(timeout=children.READY_SECONDS_MAX) != 0:
        raise children.StartError(f"migrating {service} failed:\n{child.tail()}")


def _note(child: children.Child, notes: list[Note]) -> None:
    notes.append(Note.of(child.name, child.process.pid))
    remember(notes)
