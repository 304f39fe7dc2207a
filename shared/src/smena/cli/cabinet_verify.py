"""`smena cabinet verify`: hold a cabinet of the configuration to what the product relies on, and write a report."""

import asyncio
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from smena.cabinets.open_cabinet import OperatorNotSupportedError, open_cabinet
from smena.cabinets.port import CabinetError
from smena.cabinets.verify import Check, Verdict, Verification
from smena.cli.surroundings import configuration, process_settings, refuse
from smena.clock import SystemClock
from smena.config.model import SmenaConfig
from smena.config.registers import Register
from smena.config.secrets import SecretMissingError

DAYS = 3
FAILED = 1


def verify(
    register: Annotated[str, typer.Argument(help="Id of a register in the configuration.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; three days ago if left out.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; yesterday if left out.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Where to write the report, as JSON.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write one item as well; else nothing is written.")] = False,
) -> None:
    """Check a cabinet by one of its registers. Reads only, unless --write is given; ends with 1 when a check fails."""
    config = configuration(process_settings())
    table = next((each for each in config.registers if each.id == register), None)
    if table is None:
        known = ", ".join(each.id for each in config.registers) or "none"
        refuse(f"there is no register {register!r} in the configuration; known are: {known}")
    zone = ZoneInfo(config.organization_of(register).timezone)
    today = datetime.now(UTC).astimezone(zone).date()
    begin = first.date() if first is not None else today - timedelta(days=DAYS)
    until = last.date() if last is not None else today - timedelta(days=1)
    if until < begin:
        refuse("--to lies before --from")
    start = datetime.combine(begin, time(), zone).astimezone(UTC)
    end = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
    checks = asyncio.run(_verified(config, table, start, end, write=write))
    _print(checks, f"{table.cabinet}, {table.id}: {begin} … {until}")
    if report is not None:
        content = {"cabinet": table.cabinet, "register": table.id, "from": str(begin), "to": str(until)}
        found = {**content, "checks": [asdict(check) for check in checks]}
        report.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if any(check.verdict is Verdict.FAILED for check in checks):
        raise typer.Exit(FAILED)


async def _verified(
    config: SmenaConfig, register: Register, start: datetime, end: datetime, *, write: bool
) -> list[Check]:
    try:
        cabinet = open_cabinet(config, register.cabinet, os.environ, clock=SystemClock())
    except (OperatorNotSupportedError, SecretMissingError, CabinetError) as error:
        refuse(f"{register.cabinet}: {error}")
    try:
        return await Verification(cabinet, register.number, start, end).run(write=write)
    finally:
        await cabinet.close()


def _print(checks: list[Check], title: str) -> None:
    table = Table(title=title, title_justify="left")
    for name in ("check", "", "seen"):
        table.add_column(name, overflow="fold")
    for check in checks:
        table.add_row(check.name, check.verdict.value, check.seen)
    Console(highlight=False, soft_wrap=True, markup=False).print(table)
