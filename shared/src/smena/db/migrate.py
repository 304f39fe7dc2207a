"""Bring a service's schema up to date, one process at a time and never waiting long for a lock."""

import asyncio
from importlib.util import find_spec
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from smena.db.database import sqlalchemy_url

if TYPE_CHECKING:
    from smena.runtime.service import ServiceDefinition

LOCK_TIMEOUT_SECONDS = 5
"""A migration that waits for a table lock stops everybody behind it: it gives up instead."""
TURN_SECONDS_MAX = 60.0
"""How long a process waits for another one that migrates the same schema."""
TURN_POLL_SECONDS = 0.2
VERSION_TABLE = "alembic_version"

_log = structlog.get_logger(__name__)


class MigrationBusyError(Exception):
    """Another process has been migrating the same schema for too long."""


async def migrate(definition: "ServiceDefinition", url: str) -> None:
    """Run the service's migrations that this database has not seen, in one transaction."""
    await asyncio.to_thread(_migrate, definition, url)


def _migrate(definition: "ServiceDefinition", url: str) -> None:
    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    deadline = monotonic() + TURN_SECONDS_MAX
    try:
        while not _try(engine.connect(), definition):
            if monotonic() > deadline:
                raise MigrationBusyError(f"{definition.name}: another process is migrating for {TURN_SECONDS_MAX} s")
            sleep(TURN_POLL_SECONDS)
    finally:
        engine.dispose()


def _try(connection: Connection, definition: "ServiceDefinition") -> bool:
    """Migrate when it is our turn; the lock is the transaction's and cannot outlive it."""
    with connection, connection.begin():
        mine = connection.execute(
            text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"smena migrate {definition.schema}"},
        ).scalar_one()
        if not mine:
            return False
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
        connection.execute(text(f'create schema if not exists "{definition.schema}"'))
        _upgrade(connection, definition)
        return True


def _folder(package: str) -> str:
    """Where the scripts lie; the package may be a folder without ``__init__``."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no migrations under {package}")
    return next(iter(spec.submodule_search_locations))


def _upgrade(connection: Connection, definition: "ServiceDefinition") -> None:
    config = Config()
    config.set_main_option("script_location", _folder(definition.migrations))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - what alembic's own command does

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(
            connection=connection,
            target_metadata=definition.metadata,
            version_table=VERSION_TABLE,
            version_table_schema=definition.schema,
            include_schemas=True,
        )
        environment.run_migrations()
    _log.info("migrated", service=definition.name, head=scripts.get_current_head())
