"""`smena demo`: everything on one machine, one command, with a table at the end that proves the sums."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from smena.cli.demo import children
from smena.cli.demo.api import Addresses, Api, JobError
from smena.cli.demo.closing_table import print_outcome, proven
from smena.cli.demo.job import run_job
from smena.cli.demo.sandbox import Sandbox, demo_token, start_sandbox, write_configuration
from smena.cli.demo.screen import Screen, make_console
from smena.cli.demo.shop_files import put_shop_files
from smena.cli.demo.worlds import DEFAULT_SEED, EVERY_OPERATOR, World

HTTP_PORT = 8000
ADMIN_PORT = 9000


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running demo answers; kept in its state folder, so that a second call uses it."""

    api: str
    admin: str
    sandbox: str


def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit after the job: 0 only if every sum is proven.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder with catalogue.tsv.gz and receipts.csv.gz.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Only the first days of the world.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generated world.")] = DEFAULT_SEED,
) -> None:
    """Run the main job from end to end against the sandbox, with embedded PostgreSQL and bus."""
    console = make_console()
    if data is not None and not data.is_dir():
        console.print(f"[red]There is no folder {data}.[/] It has to hold catalogue.tsv.gz and receipts.csv.gz.")
        raise typer.Exit(2)
    world = World(seed=seed, data=data, days=days, every_operator=data is None)
    children.end_as_by_hand()
    try:
        with running_world(world, console) as running:
            good = job_and_table(Addresses.one(running.api), Sandbox(running.sandbox), console)
            if not once:
                serve_on(running, console)
    except (JobError, children.StartError, httpx.HTTPError) as error:
        console.print(f"[red]The job stopped:[/] {error}", markup=True, highlight=False)
        console.print(f"Logs are in {world.folder('demo')}/")
        raise typer.Exit(1) from error
    raise typer.Exit(0 if good else 1)


def job_and_table(addresses: Addresses, sandbox: Sandbox, console: Console) -> bool:
    """Run the job with progress bars, print the closing table, and say whether everything is proven."""
    task = sandbox.task()
    api = Api(addresses, demo_token())
    try:
        with Screen(console) as screen:
            outcome = run_job(api, task, screen.bar)
    finally:
        api.close()
    print_outcome(outcome, task, console)
    return proven(outcome)


@contextmanager
def running_world(world: World, console: Console) -> Iterator[Running]:
    """The world and the product over it: what runs already is used, else both are started and stopped."""
    folder = world.folder("demo")
    note = folder / "running.json"
    if (running := _already_running(note)) is not None:
        console.print(f"Using the demo that is running at {running.api}")
        yield running
        return
    started: list[children.Child] = []
    try:
        console.print("Starting the sandbox (it plays the operators' cabinets and 1C; ours, not theirs)")
        sandbox = start_sandbox(world, folder)
        if sandbox.child is not None:
            started.append(sandbox.child)
        for line in sandbox.state().get("loader", []):
            console.print(f"  {line}", highlight=False)
        running = _start_product(sandbox, world, console, started)
        note.write_text(json.dumps(asdict(running)))
        yield running
    finally:
        note.unlink(missing_ok=True)
        children.stop(started)


def _start_product(sandbox: Sandbox, world: World, console: Console, started: list[children.Child]) -> Running:
    folder = world.folder("demo")
    operator = EVERY_OPERATOR if world.every_operator else "webkassa"
    write_configuration(sandbox, folder / "smena.toml", demo_token(), operator)
    put_shop_files(sandbox, folder / "smena.toml")
    http_port = children.free_port(int(os.environ.get("SMENA_HTTP_PORT", HTTP_PORT)))
    admin_port = children.free_port(int(os.environ.get("SMENA_ADMIN_PORT", ADMIN_PORT)))
    environment = {
        **sandbox.secrets(),
        "SMENA_CONFIG": str(folder / "smena.toml"),
        "SMENA_STATE_DIR": str(folder),
        "SMENA_HTTP_PORT": str(http_port),
        "SMENA_ADMIN_PORT": str(admin_port),
        "SMENA_DATABASE_URL": "",
        "SMENA_AMQP_URL": "",
    }
    console.print("Starting the three services in one process, with a PostgreSQL and a bus of their own")
    child = children.start("smena", [children.script("smena"), "up"], folder / "smena.log", environment)
    started.append(child)
    running = Running(f"http://127.0.0.1:{http_port}", f"http://127.0.0.1:{admin_port}", sandbox.url)
    children.wait_ready(child, f"{running.admin}/readyz")
    return running


def _already_running(note: Path) -> Running | None:
    if not note.exists():
        return None
    running = Running(**json.loads(note.read_text()))
    alive = children.answers(f"{running.admin}/readyz") and children.answers(f"{running.sandbox}/_sandbox/state")
    return running if alive else None


def serve_on(running: Running, console: Console) -> None:
    """Keep serving until the person has seen enough."""
    console.print(f"\nThe console is at {running.api}/console/; sign in with the token in .smena/demo-token")
    console.print(f"The API is at {running.api}, described by {running.api}/openapi.json; token in .smena/demo-token")
    console.print(f"The sandbox's 1C: {running.sandbox}/_sandbox/onec/documents")
    console.print("Ctrl-C ends everything; what was stored stays in .smena/")
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping")
