"""A small service with messaging tables and one table of effects, for tests of everything that carries events."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, Uuid, insert, select
from sqlalchemy.schema import CreateSchema

from smena.clock import SystemClock
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND
from smena.contracts.envelope import Envelope, NewEvent, encode, seal
from smena.contracts.routing import Subscription
from smena.db.database import Database, open_database
from smena.db.unit_of_work import UnitOfWork
from smena.messaging.book import DeliveryBook
from smena.messaging.port import OutgoingEvent, ReceivedEvent
from smena.outbox.tables import MessagingTables, messaging_tables

ROUTED, UNROUTED_ALLOWED = ITEMS_BOUND, DIFF_APPLIED


class Note(msgspec.Struct, frozen=True):
    text: str


class Desk:
    """A service of two parts: a unit of work that can send, and a handler whose effect is one row."""

    def __init__(self, url: str, schema: str = "desk") -> None:
        metadata = MetaData(schema=schema)
        self.tables: MessagingTables = messaging_tables(metadata, schema)
        self.effects = Table(
            "effect",
            metadata,
            Column("position", BigInteger, Identity(), primary_key=True),
            Column("event_id", Uuid, nullable=False),
            Column("consumer", Text, nullable=False),
            Column("text", Text, nullable=False),
        )
        self.metadata = metadata
        self.database: Database = open_database(url, schema)
        self.clock = SystemClock()
        self.book = DeliveryBook(self.database, self.tables)

    async def create(self) -> None:
        async with self.database.engine.begin() as connection:
            await connection.execute(CreateSchema(self.tables.schema, if_not_exists=True))
            await connection.run_sync(self.metadata.create_all)

    async def close(self) -> None:
        await self.database.close()

    def work(self) -> UnitOfWork:
        return UnitOfWork(self.database, self.tables, self.clock)

    async def send(self, *texts: str, key: str = "kassa-1", event_type: str = ROUTED) -> list[UUID]:
        async with self.work() as work:
            ids = [work.outbox.add(note(text, key=key, event_type=event_type)) for text in texts]
            await work.commit()
        return ids

    async def take(self, event: ReceivedEvent, consumer: str) -> None:
        """The effect of an event: once, whatever the bus does."""
        async with self.work() as work:
            if not await work.inbox.first(event.envelope.id, consumer):
                return
            values = {"event_id": event.envelope.id, "consumer": consumer, "text": event.data(Note).text}
            await work.session.execute(insert(self.effects).values(**values))
            await work.commit()

    async def done(self, consumer: str | None = None) -> list[str]:
        """The texts of the effects so far, in order."""
        query = select(self.effects.c.text).order_by(self.effects.c.position)
        if consumer is not None:
            query = query.where(self.effects.c.consumer == consumer)
        async with self.database.session() as session:
            return list((await session.execute(query)).scalars())

    async def unsent(self) -> int:
        outbox = self.tables.outbox
        async with self.database.session() as session:
            return len((await session.execute(select(outbox.c.id).where(outbox.c.sent_at.is_(None)))).all())


def note(text: str, *, key: str = "kassa-1", event_type: str = ROUTED) -> NewEvent:
    return NewEvent(type=event_type, source="/desk/romashka", partition_key=key, data=Note(text))


def sealed(text: str, *, key: str = "kassa-1", event_type: str = ROUTED) -> Envelope:
    return seal(note(text, key=key, event_type=event_type), at=SystemClock().now(), traceparent=None)


def outgoing(text: str, *, key: str = "kassa-1", event_type: str = ROUTED) -> OutgoingEvent:
    envelope = sealed(text, key=key, event_type=event_type)
    return OutgoingEvent(envelope.id, envelope.type, key, encode(envelope))


def subscription(
    consumer: str = "desk.notes", *, ordered: bool = False, prefetch: int = 20, service: str = "desk"
) -> Subscription:
    return Subscription(consumer, service, (ROUTED,), prefetch=prefetch, ordered=ordered)


def garbage(body: bytes) -> OutgoingEvent:
    return OutgoingEvent(uuid4(), ROUTED, "kassa-1", body)


def numbered(count: int) -> Iterator[str]:
    return (f"{number:04d}" for number in range(count))
