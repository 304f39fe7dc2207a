"""`smena contracts`: write what strangers rely on into files: event schemas, AsyncAPI, OpenAPI."""

import asyncio
import json
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from smena.cli.services import installed_services
from smena.clock import SystemClock
from smena.config.model import SmenaConfig
from smena.contracts.envelope import routing_key
from smena.contracts.published import asyncapi, event_schema
from smena.contracts.routing import EVENTS
from smena.http.services_app import services_app
from smena.messaging.definitions import broker_definitions
from smena.runtime.services import close_all, open_service
from smena.settings import ProcessSettings

contracts_app = typer.Typer(help="The published contracts: events and HTTP.", no_args_is_help=True)
LINE_WIDTH = 120
NO_DATABASE = "postgresql://nobody@127.0.0.1:9/none"
"""Describing an application asks no database: the address is never called."""


@contracts_app.command("write")
def write(
    folder: Annotated[Path, typer.Argument(help="Where the files go; existing ones are replaced.")] = Path(
        "docs/contracts"
    ),
) -> None:
    """Write event schemas, asyncapi.yaml and one OpenAPI file per service."""
    for name, text in contract_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(path)


@contracts_app.command("broker")
def broker() -> None:
    """Show exchanges, queues and bindings as a file that `rabbitmqctl import_definitions` reads."""
    typer.echo(_json(broker_definitions()), nl=False)


def contract_files() -> dict[str, str]:
    """Every file by its name in the folder, as text."""
    events = {f"events/{routing_key(route.type)}.schema.json": _json(event_schema(route)) for route in EVENTS}
    described = asyncio.run(_openapi())
    http = {f"openapi/{segment}.json": _json(description) for segment, description in described.items()}
    return {"asyncapi.yaml": _yaml(asyncapi(version("smena-shared"))), **events, **http}


async def _openapi() -> dict[str, dict[str, Any]]:
    found = {}
    config = SmenaConfig()
    for definition in installed_services():
        opened = await open_service(
            definition, NO_DATABASE, ProcessSettings(), config, SystemClock(), migrate_first=False
        )
        try:
            app = services_app([(opened.definition, opened.database, opened.parts)], config)
            found[definition.segment] = app.openapi()
        finally:
            await close_all([opened])
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=LINE_WIDTH)
