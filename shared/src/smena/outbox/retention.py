"""Forget events that were sent, and marks of events that were done, long ago."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.exc import SQLAlchemyError

from smena.clock import Clock
from smena.db.database import Database
from smena.outbox.tables import MessagingTables

OUTBOX_RETENTION = timedelta(days=30)
"""How long a sent event can still be looked at."""
INBOX_RETENTION = timedelta(days=30)
"""How long a redelivered event is known as done: an accounting month."""
SWEEP_SECONDS = 3600.0
SWEEP_ROWS_MAX = 5_000
"""Rows of one transaction, so that a sweep never holds many locks."""

_log = structlog.get_logger(__name__)


class Retention:
    """Deletes what is old and completed, and nothing else: an unsent event and a dead delivery stay."""

    def __init__(self, database: Database, tables: MessagingTables, clock: Clock) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock

    async def run(self) -> None:
        """Sweep once an hour until cancelled."""
        while True:
            try:
                await self.sweep()
            except SQLAlchemyError as error:
                _log.warning("retention.failed", schema=self._tables.schema, error=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Delete everything past its time; answers how many rows."""
        now = self._clock.now()
        outbox, inbox = self._tables.outbox, self._tables.inbox
        return await self._delete(outbox, outbox.c.sent_at < now - OUTBOX_RETENTION) + await self._delete(
            inbox, inbox.c.done_at < now - INBOX_RETENTION
        )

    async def _delete(self, table: Table, past: ColumnElement[bool]) -> int:
        total = 0
        keys = list(table.primary_key.columns)
        while True:
            old = select(*keys).where(past).limit(SWEEP_ROWS_MAX).subquery()
            statement = delete(table).where(*(key == old.c[key.name] for key in keys)).returning(keys[0])
            async with self._database.session() as session, session.begin():
                deleted = len((await session.execute(statement)).all())
            total += deleted
            if deleted < SWEEP_ROWS_MAX:
                return total
