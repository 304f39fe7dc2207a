"""Measure what waits in an outbox, apart from the relay: it has to be seen while the relay is stuck."""

import asyncio

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from smena.clock import Clock
from smena.db.database import Database
from smena.messaging.metrics import OLDEST_UNSENT, UNSENT
from smena.outbox.tables import MessagingTables

MEASURE_EVERY_SECONDS = 15.0

_log = structlog.get_logger(__name__)


class OutboxMeasuring:
    """Tells how many events of a service wait for the bus and since when."""

    def __init__(self, database: Database, tables: MessagingTables, clock: Clock, *, service: str) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock
        self._service = service

    async def run(self) -> None:
        """Measure now and then until cancelled."""
        while True:
            try:
                await self.measure()
            except SQLAlchemyError as error:
                _log.warning("outbox.not-measured", service=self._service, error=str(error))
            await asyncio.sleep(MEASURE_EVERY_SECONDS)

    async def measure(self) -> None:
        """Look once; the index of unsent rows answers."""
        row = self._tables.outbox.c
        query = select(func.count(), func.min(row.created_at)).where(row.sent_at.is_(None))
        async with self._database.session() as session:
            count, oldest = (await session.execute(query)).one()
        age = 0.0 if oldest is None else max(0.0, (self._clock.now() - oldest).total_seconds())
        UNSENT.labels(self._service).set(count)
        OLDEST_UNSENT.labels(self._service).set(age)
