"""`smena cabinet try <manifest>`: call or read as the manifest says, show what it makes of it; writes nothing."""

import asyncio
import os
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from smena.cabinets.calls import TooLargeError
from smena.cabinets.declarative.cabinet import DeclarativeCabinet
from smena.cabinets.declarative.caller import Caller
from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.declarative.model import DocumentSource, Manifest, Source
from smena.cabinets.declarative.records import Node
from smena.cabinets.declarative.requests import window_filling
from smena.cabinets.declarative.trial import SourceTrial, try_source
from smena.cabinets.files.tables import FileRefusedError, records_of
from smena.cabinets.port import CabinetError
from smena.cli.surroundings import refuse
from smena.config.load import ConfigError
from smena.observability.masking import remember_secret
from smena.outside.budget import shared_budget
from smena.outside.client import OutsideClient

ENVIRONMENT_PREFIX = "env:"
REQUESTS_PER_SECOND = 2.0
TIMEOUT_SECONDS = 60.0
DID_NOT_MAP = 1


def try_manifest(
    manifest: Annotated[str, typer.Argument(help="A shipped manifest's name, or the path of one.")],
    base_url: Annotated[str, typer.Option(help="Address of the cabinet, where the manifest makes calls.")] = "",
    given: Annotated[
        list[str] | None, typer.Option("--set", help="What the manifest asks for: key=value, or key=env:NAME.")
    ] = None,
    register: Annotated[str, typer.Option(help="Number of a register.")] = "",
    file: Annotated[Path | None, typer.Option(help="A file to read, where the manifest reads files.")] = None,
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The day to read; yesterday if left out.")
    ] = None,
) -> None:
    """Show the first records of each source as the manifest maps them, and name what did not map."""
    try:
        loaded = load_manifest(manifest_path(manifest, Path()))
    except ConfigError as error:
        refuse(str(error))
    if file is not None or loaded.documents[0].file is not None:
        if not _try_file(loaded, file, register):
            raise typer.Exit(DID_NOT_MAP)
        return
    settings = _settings(loaded, given or [])
    if any(source.request for _, source in _sources(loaded)) and not base_url:
        refuse("this manifest makes calls: give the cabinet's address with --base-url")
    when = day.date() if day is not None else datetime.now(UTC).date() - timedelta(days=1)
    good = asyncio.run(_try(loaded, base_url, settings, register, when))
    if not good:
        raise typer.Exit(DID_NOT_MAP)


def _try_file(manifest: Manifest, file: Path | None, register: str) -> bool:
    """Read one file by the source whose pattern its name fits; it stays where it is."""
    if file is None:
        refuse("this manifest reads files: give one with --file")
    patterns = {source.file.pattern: source for source in manifest.documents if source.file is not None}
    fitting = [source for pattern, source in patterns.items() if fnmatchcase(file.name.casefold(), pattern.casefold())]
    if not fitting:
        refuse(f"{file.name}: fits none of {', '.join(patterns) or 'no pattern: this manifest makes calls'}")
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{manifest.name}: {manifest.title}; {manifest.provenance.value}", markup=False)
    try:
        records = _records(manifest, fitting[0], file)
    except (FileRefusedError, OSError) as error:
        console.print(f"\n{file.name}: {error}", markup=False)
        return False
    trial = try_source(manifest, "documents", fitting[0], records, register)
    _print(console, trial)
    return not trial.unreadable


def _records(manifest: Manifest, source: DocumentSource, file: Path) -> list[Node]:
    """The records of a file that is not larger than the manifest takes, else it is left unread."""
    limit = manifest.limits.file_bytes
    if (size := file.stat().st_size) > limit:
        raise FileRefusedError(f"файл в {size} байт, больше {limit}: разделите его по дням")
    return records_of(file.read_bytes(), source)


def _settings(manifest: Manifest, given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or name not in manifest.asks:
            refuse(f"--set {name}: write key=value; the manifest asks for {', '.join(manifest.asks) or 'nothing'}")
        if value.startswith(ENVIRONMENT_PREFIX):
            value = os.environ.get(value.removeprefix(ENVIRONMENT_PREFIX), "")
        if not value:
            refuse(f"--set {name}: the value is empty")
        if manifest.asks[name] == "secret":
            remember_secret(value)
        found[name] = value
    if missing := [name for name in manifest.asks if name not in found]:
        refuse(f"the manifest asks for {', '.join(missing)}: give each with --set key=value or --set key=env:NAME")
    return found


def _sources(manifest: Manifest) -> list[tuple[str, Source]]:
    return [
        *(("registers", source) for source in manifest.registers),
        *(("items", source) for source in manifest.items),
        *(("documents", source) for source in manifest.documents),
    ]


async def _try(manifest: Manifest, base_url: str, settings: dict[str, str], register: str, day: date) -> bool:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{manifest.name}: {manifest.title}; {manifest.provenance.value}", markup=False)

    def client(base: str) -> OutsideClient:
        return OutsideClient(base, shared_budget(base, REQUESTS_PER_SECOND, 1), timeout_seconds=TIMEOUT_SECONDS)

    cabinet = DeclarativeCabinet(manifest, Caller(manifest, client(base_url), settings, client))
    zone = ZoneInfo(manifest.instants.zone)
    start = datetime.combine(day, time(), zone)
    filling = window_filling(register, start, start + timedelta(days=1), manifest.instants)
    good = True
    try:
        for name, source in _sources(manifest):
            try:
                records = await cabinet.records(name, source, filling if name == "documents" else {})
            except (CabinetError, TooLargeError) as error:
                console.print(f"\n{name}: {error}", markup=False)
                good = False
                continue
            trial = try_source(manifest, name, source, records, register)
            _print(console, trial)
            good = good and not trial.unreadable
    finally:
        await cabinet.close()
    return good


def _print(console: Console, trial: SourceTrial) -> None:
    console.print(f"\n{trial.name}: {trial.door}: {trial.records} records", markup=False)
    if trial.name == "documents":
        console.print(f"  documents {trial.documents}, not understood {trial.unreadable}", markup=False)
    for place, row in enumerate(trial.shown, start=1):
        values = ", ".join(f"{name}={value}" for name, value in row.items())
        console.print(f"  {place}. {values}", markup=False)
    for sentence, count in sorted(trial.problems.items(), key=lambda pair: -pair[1]):
        console.print(f"  did not map, {count} times: {sentence}", markup=False)
    if trial.unused:
        console.print(f"  not used by any map: {', '.join(trial.unused)}", markup=False)
