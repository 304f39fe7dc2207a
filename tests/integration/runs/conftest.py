"""Runs on a real database, with workers made by the test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, Table, text

from smena.clock import SystemClock
from smena.db.database import Database, open_database
from smena.db.notifications import Notifications
from smena.runs.context import RunContext
from smena.runs.run import Run
from smena.runs.store import RunStore
from smena.runs.tables import runs_table
from smena.runs.worker import RetryPolicy, RunWorker

SCHEMA = "sales_ingest"
DEADLINE_SECONDS = 20
AT_ONCE = RetryPolicy(attempts_max=3, first_seconds=0.01, growth=1, seconds_max=0.01)

Handler = Callable[[RunContext], Awaitable[dict[str, Any]]]


@dataclass
class Runs:
    """What a test needs of runs."""

    database: Database
    store: RunStore
    notifications: Notifications
    table: Table

    async def create(self, kind: str = "pull", organization: str = "romashka", **more: Any) -> Run:
        async with self.database.session() as session:
            run = await self.store.create(
                session, kind=kind, payload=more.pop("payload", {}), organization=organization, **more
            )
            await session.commit()
        return run

    async def get(self, run_id: UUID) -> Run:
        async with self.database.session() as session:
            run = await self.store.get(session, run_id)
        assert run is not None
        return run

    async def take(self, lease_seconds: float = 60) -> Run:
        async with self.database.session() as session:
            run = await self.store.take(session, ["pull"], "test", lease_seconds)
            await session.commit()
        assert run is not None
        return run

    async def end_leases(self) -> None:
        """As if every lease had run out."""
        async with self.database.session() as session:
            await session.execute(text("update sales_ingest.run set locked_until = now() - interval '1 second'"))
            await session.commit()

    async def until(self, run_id: UUID, good: Callable[[Run], bool]) -> Run:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not good(run := await self.get(run_id)):
                await self.notifications.wait(self.store.changed_channel, 0.05)
        return run

    def worker(self, handler: Handler, **more: Any) -> RunWorker:
        more.setdefault("retry", AT_ONCE)
        return RunWorker(self.database, self.store, self.notifications, {"pull": handler}, SystemClock(), **more)

    @asynccontextmanager
    async def working(self, handler: Handler, **more: Any) -> AsyncIterator[None]:
        task = asyncio.create_task(self.worker(handler, **more).run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def runs(database_url: str) -> AsyncIterator[Runs]:
    metadata = MetaData()
    table = runs_table(metadata, SCHEMA)
    database = open_database(database_url, SCHEMA)
    async with database.engine.begin() as connection:
        await connection.execute(text(f"create schema {SCHEMA}"))
        await connection.run_sync(metadata.create_all)
    notifications = Notifications(database_url)
    yield Runs(database, RunStore(table), notifications, table)
    await notifications.close()
    await database.close()
