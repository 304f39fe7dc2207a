"""The delivery table of a service: failed attempts, and the queue of the embedded transport."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert

from smena.contracts.envelope import Envelope
from smena.db.database import Database
from smena.messaging.port import OutgoingEvent
from smena.outbox.tables import MessagingTables

REASON_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery of the embedded transport that is due."""

    event_id: UUID
    partition_key: str
    body: bytes
    attempts: int


class DeliveryBook:
    """Counts failures outside the handlers' transactions, so that they outlive a rollback and a restart."""

    def __init__(self, database: Database, tables: MessagingTables) -> None:
        self._database = database
        self._table = tables.delivery

    async def answers(self) -> None:
        """Return when the database answers a question.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it does not.
        """
        async with self._database.session() as session:
            await session.execute(text("select 1"))

    async def failures(self, event_id: UUID, consumer: str) -> int:
        """How many attempts of this consumer at this event have failed."""
        row = self._table
        async with self._database.session() as session:
            found = await session.execute(
                select(row.c.attempts).where(row.c.event_id == event_id, row.c.consumer == consumer)
            )
            return found.scalar_one_or_none() or 0

    async def failed(self, envelope: Envelope, consumer: str, reason: str) -> int:
        """Count one more failed attempt; answers how many there are now."""
        row = self._table
        one = insert(row).values(
            event_id=envelope.id,
            consumer=consumer,
            partition_key=envelope.partitionkey,
            attempts=1,
            reason=reason[:REASON_CHARACTERS_MAX],
        )
        counted = one.on_conflict_do_update(
            index_elements=[row.c.event_id, row.c.consumer],
            set_={"attempts": row.c.attempts + 1, "reason": reason[:REASON_CHARACTERS_MAX]},
        ).returning(row.c.attempts)
        async with self._database.session() as session, session.begin():
            return int((await session.execute(counted)).scalar_one())

    async def settled(self, event_id: UUID, consumer: str) -> None:
        """Forget the failures of an event that is done, and its place in the embedded queue."""
        row = self._table
        async with self._database.session() as session, session.begin():
            await session.execute(delete(row).where(row.c.event_id == event_id, row.c.consumer == consumer))

    async def accept(self, deliveries: Sequence[tuple[OutgoingEvent, str]]) -> None:
        """Queue events for consumers; what is queued already stays as it is."""
        rows = [
            {"event_id": event.id, "consumer": consumer, "partition_key": event.partition_key, "body": event.body}
            for event, consumer in deliveries
        ]
        async with self._database.session() as session, session.begin():
            await session.execute(insert(self._table).on_conflict_do_nothing(), rows)

    async def due(self, consumer: str, busy: Collection[UUID], limit: int) -> list[Waiting]:
        """The next deliveries in order; one that was postponed holds back those of its own partition key."""
        row, earlier = self._table, self._table.alias("earlier")
        held = exists().where(
            earlier.c.consumer == consumer,
            earlier.c.partition_key == row.c.partition_key,
            earlier.c.position < row.c.position,
            earlier.c.dead_at.is_(None),
            earlier.c.body.is_not(None),
            earlier.c.next_attempt_at > func.clock_timestamp(),
        )
        statement = (
            select(row.c.event_id, row.c.partition_key, row.c.body, row.c.attempts)
            .where(
                row.c.consumer == consumer,
                row.c.dead_at.is_(None),
                row.c.body.is_not(None),
                row.c.next_attempt_at <= func.clock_timestamp(),
                row.c.event_id.not_in(list(busy)),
                ~held,
            )
            .order_by(row.c.position)
            .limit(limit)
        )
        async with self._database.session() as session:
            return [Waiting(*found) for found in await session.execute(statement)]

    async def postpone(self, event_id: UUID, consumer: str, seconds: float) -> None:
        """Try this delivery again later."""
        row = self._table
        async with self._database.session() as session, session.begin():
            await session.execute(
                update(row)
                .where(row.c.event_id == event_id, row.c.consumer == consumer)
                .values(next_attempt_at=func.clock_timestamp() + literal(timedelta(seconds=seconds)))
            )

    async def bury(self, event_id: UUID, consumer: str, reason: str) -> None:
        """Keep this delivery as dead, with the reason, until a person decides."""
        row = self._table
        async with self._database.session() as session, session.begin():
            await session.execute(
                update(row)
                .where(row.c.event_id == event_id, row.c.consumer == consumer)
                .values(dead_at=func.clock_timestamp(), reason=reason[:REASON_CHARACTERS_MAX])
            )
