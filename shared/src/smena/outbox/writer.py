"""Put events beside the state they tell of: both are committed, or neither."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from smena.clock import Clock
from smena.contracts.envelope import NewEvent, encode, seal
from smena.contracts.routing import route_of
from smena.db.notifications import notify
from smena.observability.tracing import current_traceparent
from smena.outbox.tables import MessagingTables


class EventTooLargeError(Exception):
    """An event is larger than its route allows; the caller holds its subject back and says why."""

    def __init__(self, event_type: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"{event_type}: {size_bytes} bytes, the limit is {limit_bytes}")
        self.event_type = event_type
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class OutboxWriter:
    """Collects the events of one transaction; they are written when it commits."""

    def __init__(self, session: AsyncSession, tables: MessagingTables, clock: Clock) -> None:
        self._session = session
        self._tables = tables
        self._clock = clock
        self._rows: list[dict[str, Any]] = []

    def add(self, event: NewEvent) -> UUID:
        """Send this event if and only if the transaction commits.

        Raises:
            EventTooLargeError: the route of this type does not take that many bytes.
            KeyError: no route is declared for this type.
        """
        traceparent = current_traceparent()
        envelope = seal(event, at=self._clock.now(), traceparent=traceparent)
        body = encode(envelope)
        limit = route_of(event.type).bytes_max
        if len(body) > limit:
            raise EventTooLargeError(event.type, len(body), limit)
        self._rows.append(
            {
                "id": envelope.id,
                "type": envelope.type,
                "partition_key": envelope.partitionkey,
                "body": body,
                "traceparent": traceparent,
                "created_at": envelope.time,
            }
        )
        return envelope.id

    async def flush(self) -> None:
        """Write what was added into the transaction; the relay is woken when it commits."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        await self._session.execute(insert(self._tables.outbox), rows)
        await notify(self._session, self._tables.outbox_channel)
