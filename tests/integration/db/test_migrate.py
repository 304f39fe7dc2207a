"""Migrations: one process at a time, nothing half done, no long wait for a lock."""

import asyncio
from time import monotonic

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from servers.desk_service.main import SERVICE
from smena.db.database import sqlalchemy_url
from smena.db.migrate import LOCK_TIMEOUT_SECONDS, migrate


async def test_the_migrated_schema_is_the_declared_one(database_url: str) -> None:
    await migrate(SERVICE, database_url)

    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        options = {
            "include_schemas": True,
            "version_table_schema": "desk",
            "include_name": lambda name, kind, _parents: kind != "schema" or name == "desk",
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SERVICE.metadata) == []
    engine.dispose()


async def test_four_processes_migrating_at_once_all_succeed(database_url: str) -> None:
    await asyncio.gather(*(migrate(SERVICE, database_url) for _ in range(4)))
    await migrate(SERVICE, database_url)

    with psycopg.connect(database_url) as connection:
        assert connection.execute("select version_num from desk.alembic_version").fetchall() == [("0001",)]


async def test_a_migration_that_meets_a_lock_gives_up_within_its_limit_and_leaves_nothing_behind(
    database_url: str,
) -> None:
    with psycopg.connect(database_url) as blocker:
        blocker.execute("create schema desk")
        blocker.commit()
        blocker.execute("create table desk.effect (n int)")
        began = monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            await migrate(SERVICE, database_url)
        assert monotonic() - began < LOCK_TIMEOUT_SECONDS + 5
        blocker.rollback()

    await migrate(SERVICE, database_url)
