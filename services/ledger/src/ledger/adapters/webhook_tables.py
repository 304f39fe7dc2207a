"""Tables of webhooks, their deliveries and the log of attempts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from ledger.adapters.tables import METADATA, SCHEMA, LedgerTable


class WebhookRow(LedgerTable, table=True):
    """A subscription; its secrets must stand here, since every message is signed with them."""

    __tablename__ = "webhook"
    __table_args__ = (Index("webhook_living", "organization", "id", postgresql_where=text("deleted_at is null")),)

    id: UUID = Field(primary_key=True)
    organization: str
    url: str
    events: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    secret: str
    previous_secret: str | None = None
    previous_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    created_by: str
    rotated_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    rotated_by: str | None = None
    rotated_why: str | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    deleted_by: str | None = None


class WebhookDeliveryRow(LedgerTable, table=True):
    """One event for one webhook, with the very bytes that are signed and sent."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("webhook_delivery_due", "next_attempt_at", "n", postgresql_where=text("state = 'pending'")),
        Index("webhook_delivery_pending", "webhook", "claimed_until", postgresql_where=text("state = 'pending'")),
        Index("webhook_delivery_log", "webhook", "n"),
    )

    n: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    webhook: UUID = Field(foreign_key=f"{SCHEMA}.webhook.id")
    message_id: UUID
    event_id: UUID
    event: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str
    attempts: int
    next_attempt_at: datetime = Field(sa_type=DateTime(timezone=True))
    claimed_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    delivered_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class WebhookAttemptRow(LedgerTable, table=True):
    """One attempt, or a person's wish to send again. Only ever added to; what a receiver answered is not kept."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("webhook_attempt_log", "delivery", "position"),)

    position: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    delivery: int = Field(sa_column=Column(BigInteger, ForeignKey(f"{SCHEMA}.webhook_delivery.n"), nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    status: int | None = None
    error: str | None = None
    milliseconds: int
    why: str | None = None


WEBHOOK = METADATA.tables[f"{SCHEMA}.webhook"]
HOOK_DELIVERY = METADATA.tables[f"{SCHEMA}.webhook_delivery"]
HOOK_ATTEMPT = METADATA.tables[f"{SCHEMA}.webhook_attempt"]
