"""`smena up`, `serve`, `work`, `migrate`: the processes themselves."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any

import psycopg
import typer
import uvloop
from sqlalchemy.exc import OperationalError

from smena.cli.services import installed_service, installed_services
from smena.cli.surroundings import configuration, process_settings, refuse
from smena.observability.logs import configure_logs
from smena.observability.masking import masked_text
from smena.runtime.service import ServiceDefinition

ServiceName = Annotated[str, typer.Argument(help="catalog-sync, sales-ingest or ledger")]


def up() -> None:
    """All services in one process, with what is missing embedded; migrates by itself."""
    _run_process(installed_services(), http=True, workers=True)


def serve(service: ServiceName) -> None:
    """The HTTP API of one service."""
    _run_process([installed_service(service)], http=True, workers=False)


def work(service: ServiceName) -> None:
    """The relay, consumers, schedulers and deliveries of one service; only the admin port answers."""
    _run_process([installed_service(service)], http=False, workers=True)


def migrate(service: ServiceName) -> None:
    """Bring the database schema of one service up to date."""
    from smena.db.migrate import migrate as migrate_schema

    settings = process_settings()
    configure_logs(settings.log_level)
    definition = installed_service(service)
    url = settings.database_url_of(definition.name)
    if url is None:
        raise typer.BadParameter("set SMENA_DATABASE_URL; the embedded PostgreSQL is migrated by smena up")
    _run(migrate_schema(definition, url))


def _run_process(definitions: Sequence[ServiceDefinition], *, http: bool, workers: bool) -> None:
    from smena.runtime.process import run_process

    settings = process_settings()
    configure_logs(settings.log_level)
    config = configuration(settings)
    _run(run_process(definitions, settings, config, http=http, workers=workers))


def _run(work_to_do: Coroutine[Any, Any, None]) -> None:
    """Run to the end; what keeps a process from starting is one sentence, not a traceback."""
    from smena.runtime.process import SeparateProcessError
    from smena.runtime.web_server import PortTakenError

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work_to_do)
    except (SeparateProcessError, PortTakenError) as error:
        refuse(str(error))
    except (OperationalError, psycopg.OperationalError) as error:
        reason = masked_text(str(error).splitlines()[0])
        refuse(f"PostgreSQL gave no answer ({reason}): is it running, is SMENA_DATABASE_URL right?")
