"""The outbox of the ledger, which makes webhook deliveries in the transaction that makes the event."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.tables import SCHEMA
from ledger.ports.webhooks import HOOK_CHANNEL
from smena.clock import Clock
from smena.contracts.envelope import NewEvent
from smena.contracts.ledger_events import DOCUMENT_FAILED, DOCUMENT_POSTED, SHIFT_POSTED
from smena.db.notifications import notify
from smena.outbox.tables import MessagingTables
from smena.outbox.writer import OutboxWriter

TOLD = {DOCUMENT_POSTED: "document-posted", SHIFT_POSTED: "shift-posted", DOCUMENT_FAILED: "document-failed"}
"""What webhooks may tell of, by the event's type."""
DELIVERIES = f"""
insert into {SCHEMA}.webhook_delivery
    (webhook, message_id, event_id, event, body, state, attempts, next_attempt_at, created_at)
select w.id, gen_random_uuid(), e.id, e.event, e.body, 'pending', 0, :now, :now
from unnest(cast(:ids as uuid[]), cast(:organizations as text[]), cast(:events as text[]), cast(:bodies as bytea[]))
     as e(id, organization, event, body)
join {SCHEMA}.webhook w on w.organization = e.organization and w.deleted_at is null and w.events @> to_jsonb(e.event)
returning n
"""


class Told(msgspec.Struct, frozen=True):
    """The body of a webhook, as Standard Webhooks 1.0 advises."""

    type: str
    timestamp: datetime
    data: msgspec.Struct


class TellingOutbox(OutboxWriter):
    """Event and deliveries are committed together, or neither: a webhook tells of nothing that did not happen."""

    def __init__(self, session: AsyncSession, tables: MessagingTables, clock: Clock) -> None:
        super().__init__(session, tables, clock)
        self._telling: list[tuple[UUID, str, str, bytes]] = []

    def add(self, event: NewEvent) -> UUID:
        """Send this event, and tell the webhooks that asked for it, if and only if the transaction commits."""
        event_id = super().add(event)
        if name := TOLD.get(event.type):
            organization = event.source.rpartition("/")[2]
            body = msgspec.json.encode(Told(name, self._clock.now().astimezone(UTC), event.data))
            self._telling.append((event_id, organization, name, body))
        return event_id

    async def flush(self) -> None:
        """Write what was added into the transaction."""
        telling, self._telling = self._telling, []
        if telling:
            ids, organizations, events, bodies = (list(column) for column in zip(*telling, strict=True))
            given = {"ids": ids, "organizations": organizations, "events": events, "bodies": bodies}
            made = await self._session.execute(text(DELIVERIES), {**given, "now": self._clock.now()})
            if made.first() is not None:
                await notify(self._session, HOOK_CHANNEL)
        await super().flush()
