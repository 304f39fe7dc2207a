"""`smena onec probe`: what a base of 1C shows and can do, before anything is written to it."""

import asyncio
import json
import os
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from smena.cli.surroundings import configuration, process_settings, refuse
from smena.config.secrets import SecretMissingError
from smena.erp.errors import ErpError
from smena.erp.onec.probe import ProbeReport
from smena.erp.open_erp import probe_base

NOT_READY = 1

onec_app = typer.Typer(help="A base of 1C:Accounting, reached by OData.", no_args_is_help=True)


@onec_app.callback()
def onec() -> None:
    """A base of 1C:Accounting, reached by OData."""


@onec_app.command()
def probe(
    organization: Annotated[str, typer.Argument(help="The organisation's id in the configuration.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """List the objects to publish for OData, the least rights on them, and how this base differs; writes nothing.

    Exits 1 when something that is needed is missing, 2 when the base can't be asked.
    """
    config = configuration(process_settings())
    if organization not in {one.id for one in config.organizations}:
        refuse(f"There is no organisation {organization!r} in the configuration.")
    try:
        report = asyncio.run(probe_base(config, organization, os.environ))
    except (ErpError, SecretMissingError) as error:
        refuse(f"The base of {organization} can't be asked: {error}")
    if report is None:
        refuse(f"The ERP of {organization} is not 1C by OData: there is nothing to probe.")
    console = Console(soft_wrap=True, highlight=False)
    if as_json:
        console.print(json.dumps({**asdict(report), "ready": report.ready}, ensure_ascii=False), markup=False)
    else:
        _show(report, console)
    if not report.ready:
        raise typer.Exit(NOT_READY)


def _show(report: ProbeReport, console: Console) -> None:
    console.print(f"База: {report.fingerprint}", markup=False)
    objects = Table("Объект OData", "Права роли", "Зачем", "Состояние", title="Опубликовать для OData")
    for one in report.objects:
        state = one.problem or "есть"
        if one.problem and one.need.optional:
            state += " (необязательно)"
        objects.add_row(one.entity_set, ", ".join(one.need.rights), one.need.purpose, state)
    console.print(objects)
    capabilities = Table("Свойство базы", "Значение", "Что значит")
    for found in report.capabilities:
        capabilities.add_row(found.name, found.value or "пока неизвестно", found.means)
    console.print(capabilities)
    for problem in report.problems:
        console.print(problem, markup=False, style="red")
    console.print("Удаление не нужно ни на один объект. " + ("Всё нужное есть." if report.ready else "Нужного нет."))
