"""``smena verify-audit``: read an exported audit of any service and name the first entry that was changed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from smena.audit.chain import ChainReading
from smena.cli.asking import token
from smena.cli.demo.api import JobError

BROKEN, CANNOT_READ = 1, 2
READ_SECONDS_MAX = 60.0
LINE_CHARACTERS_MAX = 1_000_000
ADDRESSES = ("http://", "https://")

Source = Annotated[
    str, typer.Argument(help="A file of JSON lines, - for what is piped in, or the address of …/v1/audit.jsonl.")
]
Noted = Annotated[
    list[str] | None,
    typer.Option("--noted", help="A sha256 noted at an earlier verification: it must still stand in the chain."),
]


class UnreadableAuditError(Exception):
    """The export can't be read; the message says why."""


def verify_audit(source: Source, noted: Noted = None) -> None:
    """Hash every entry anew; exits 1 and names the first that does not fit, 2 when nothing can be read.

    What was cut off at the end leaves a chain that holds, so the last hash is printed to be noted, and may be given
    back later.
    """
    console = Console(soft_wrap=True, highlight=False)
    reading = ChainReading()
    try:
        with _opened(source) as lines:
            for place, line in enumerate(lines, start=1):
                if line.strip() and (broken := reading.take(_entry(line, place))) is not None:
                    console.print(f"line {place}: {broken}", markup=False, style="red")
                    raise typer.Exit(BROKEN)
    except (OSError, UnicodeDecodeError, httpx.HTTPError, JobError, UnreadableAuditError) as error:
        console.print(f"The audit can't be read: {error}", markup=False, style="red")
        raise typer.Exit(CANNOT_READ) from error
    if missing := [one for one in noted or () if one not in reading.hashes]:
        console.print(f"not in the chain, though it was noted: {', '.join(missing)}", markup=False, style="red")
        raise typer.Exit(BROKEN)
    for organization, (number, sha256) in sorted(reading.heads.items()):
        console.print(f"{organization}: {number} entries, the last one {sha256}", markup=False)
    console.print(f"{reading.entries} entries, every hash fits")


@contextmanager
def _opened(source: str) -> Iterator[Iterator[str]]:
    if source == "-":
        yield iter(sys.stdin)
        return
    if not source.startswith(ADDRESSES):
        with Path(source).open(encoding="utf-8") as file:
            yield iter(file)
        return
    headers = {"Authorization": f"Bearer {token(os.environ)}"}
    with httpx.stream("GET", source, headers=headers, timeout=READ_SECONDS_MAX) as answer:
        if not answer.is_success:
            raise UnreadableAuditError(f"{source} answered {answer.status_code}")
        yield answer.iter_lines()


def _entry(line: str, place: int) -> dict[str, Any]:
    if len(line) > LINE_CHARACTERS_MAX:
        raise UnreadableAuditError(f"line {place} is longer than {LINE_CHARACTERS_MAX} characters")
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise UnreadableAuditError(f"line {place} is not JSON ({error})") from error
    if not isinstance(entry, dict):
        raise UnreadableAuditError(f"line {place} is not a JSON object")
    return entry
