"""Let the effect of an event happen once per consumer."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from smena.clock import Clock
from smena.messaging.metrics import DUPLICATES
from smena.outbox.tables import MessagingTables


class InboxGate:
    """The inbox of one transaction: the mark and the effect are committed together, or neither."""

    def __init__(self, session: AsyncSession, tables: MessagingTables, clock: Clock) -> None:
        self._session = session
        self._inbox = tables.inbox
        self._clock = clock

    async def first(self, event_id: UUID, consumer: str) -> bool:
        """Whether this consumer has not yet done this event.

        A peer that is doing the same event right now makes this wait for its commit or rollback, so
        that two can never both be first.
        """
        mark = (
            insert(self._inbox)
            .values(event_id=event_id, consumer=consumer, done_at=self._clock.now())
            .on_conflict_do_nothing()
            .returning(self._inbox.c.event_id)
        )
        first = (await self._session.execute(mark)).first() is not None
        if not first:
            DUPLICATES.labels(consumer).inc()
        return first
