"""How a command reaches the API: addresses and token from the environment, waiting with a progress bar."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from smena.cli.demo.api import Addresses, Api, JobError
from smena.cli.surroundings import process_settings

DEFAULT_URL = "http://127.0.0.1:8000"
REFUSED = 1

console = Console(highlight=False)
_errors = Console(stderr=True, soft_wrap=True, highlight=False)


def addresses(environment: Mapping[str, str]) -> Addresses:
    """One address for each service: its own variable, else ``SMENA_URL``, else this machine."""
    common = environment.get("SMENA_URL") or DEFAULT_URL
    return Addresses(
        catalog=environment.get("SMENA_CATALOG_URL") or common,
        sales=environment.get("SMENA_SALES_URL") or common,
        ledger=environment.get("SMENA_LEDGER_URL") or common,
    )


def token(environment: Mapping[str, str]) -> str:
    """``SMENA_TOKEN``, else what the demo left in the state folder.

    Raises:
        JobError: there is neither.
    """
    if named := environment.get("SMENA_TOKEN"):
        return named
    left = process_settings().state_dir / "demo-token"
    try:
        return left.read_text().strip()
    except OSError as error:
        raise JobError(f"set SMENA_TOKEN to your API token (there is no {left} either)") from error


@contextmanager
def api() -> Iterator[Api]:
    """The API for one command; whatever goes wrong ends it with a sentence and code 1."""
    try:
        client = Api(addresses(os.environ), token(os.environ))
        try:
            yield client
        finally:
            client.close()
    except JobError as error:
        _errors.print(str(error), markup=False)
        raise typer.Exit(REFUSED) from error
    except httpx.HTTPError as error:
        where = error.request.url if isinstance(error, httpx.RequestError) else ""
        _errors.print(f"{where} gave no answer ({error}): is Smena running, is SMENA_URL right?", markup=False)
        raise typer.Exit(REFUSED) from error


def finish(client: Api, path: str, what: str) -> dict[str, Any]:
    """Wait for long work with a bar, and give its last state."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_errors) as bars:
        task = bars.add_task(what, total=None)
        return client.finish(path, lambda done, total: bars.update(task, completed=done, total=total))
