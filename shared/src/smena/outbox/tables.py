"""The four messaging tables of a service, made for its own schema and metadata."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)


@dataclass(frozen=True, slots=True)
class MessagingTables:
    """Events on their way out, events already taken in, deliveries under way, and leases."""

    schema: str
    outbox: Table
    inbox: Table
    delivery: Table
    lease: Table

    @property
    def outbox_channel(self) -> str:
        """The notification channel that wakes this service's relay."""
        return f"{self.schema}_outbox"


def messaging_tables(metadata: MetaData, schema: str) -> MessagingTables:
    """Declare the tables on a service's metadata; one process may hold several services, each with its own."""
    return MessagingTables(
        schema=schema,
        outbox=_outbox(metadata, schema),
        inbox=_inbox(metadata, schema),
        delivery=_delivery(metadata, schema),
        lease=_lease(metadata, schema),
    )


def _outbox(metadata: MetaData, schema: str) -> Table:
    """``position`` gives the order of sending; it is no cursor, since a late commit would be passed over."""
    table = Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("position", BigInteger, Identity(always=True), nullable=False),
        Column("type", Text, nullable=False),
        Column("partition_key", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("traceparent", Text),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("sent_at", DateTime(timezone=True)),
        Column("retry_at", DateTime(timezone=True)),
        schema=schema,
    )
    Index("outbox_unsent", table.c.position, postgresql_where=text("sent_at is null"))
    Index(
        "outbox_held",
        table.c.partition_key,
        table.c.position,
        postgresql_where=text("sent_at is null and retry_at is not null"),
    )
    Index("outbox_sent", table.c.sent_at, postgresql_where=text("sent_at is not null"))
    return table


def _inbox(metadata: MetaData, schema: str) -> Table:
    table = Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        Column("done_at", DateTime(timezone=True), nullable=False),
        schema=schema,
    )
    Index("inbox_done", table.c.done_at)
    return table


def _delivery(metadata: MetaData, schema: str) -> Table:
    """Failed attempts of one consumer at one event; the embedded transport also keeps its queue here."""
    table = Table(
        "delivery",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", Text, primary_key=True),
        Column("position", BigInteger, Identity(always=True), nullable=False),
        Column("partition_key", Text, nullable=False, server_default=""),
        Column("body", LargeBinary),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("dead_at", DateTime(timezone=True)),
        Column("reason", Text),
        schema=schema,
    )
    Index(
        "delivery_waiting",
        table.c.consumer,
        table.c.position,
        postgresql_where=text("dead_at is null and body is not null"),
    )
    return table


def _lease(metadata: MetaData, schema: str) -> Table:
    return Table(
        "lease",
        metadata,
        Column("name", Text, primary_key=True),
        Column("owner", Text, nullable=False),
        Column("token", BigInteger, nullable=False),
        Column("expires_at", DateTime(timezone=True), nullable=False),
        schema=schema,
    )
