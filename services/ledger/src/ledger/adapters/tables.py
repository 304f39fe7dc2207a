"""Tables of the schema ``ledger``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from smena.audit.table import audit_table
from smena.http.idempotency import idempotency_table
from smena.outbox.tables import messaging_tables
from smena.runs.tables import runs_table

SCHEMA = "ledger"


class LedgerTable(SQLModel, registry=registry(metadata=MetaData(schema=SCHEMA))):
    """Base of the ledger's tables: one process may hold three services, each with metadata of its own."""


class ShiftRow(LedgerTable, table=True):
    """A shift; its row is the lock of its one writer. ``applied`` is the last revision whose documents stand."""

    __tablename__ = "shift"

    id: UUID = Field(primary_key=True)
    organization: str
    cabinet: str
    register_id: str = Field(sa_column=Column("register", String, nullable=False))
    register_number: str
    number: int
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    applied: int = 0


class RevisionRow(LedgerTable, table=True):
    """A published revision as it came, byte for byte, and the rules its documents were built by.

    ``superseded`` are the keys of earlier documents whose place its own ones took.
    """

    __tablename__ = "revision"
    __table_args__ = (Index("revision_waiting", "shift", "number", postgresql_where=text("applied_at is null")),)

    shift: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.shift.id")
    number: int = Field(primary_key=True)
    previous: int
    event: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: str
    business_date: date
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    applied_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    rules: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    superseded: list[str] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))


class DocumentRow(LedgerTable, table=True):
    """A document: what was computed, and where its delivery stands."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("key"),
        Index(
            "document_once",
            "shift",
            "revision",
            "kind",
            text("coalesce(payment_kind, '')"),
            unique=True,
        ),
        Index("document_by_position", "position", unique=True),
        Index("document_by_day", "register", "business_date"),
        Index(
            "document_open",
            "organization",
            "shift",
            "revision",
            "rank",
            postgresql_where=text("state in ('planned', 'sending', 'unknown', 'created')"),
        ),
        Index("document_cancelled", "organization", postgresql_where=text("state = 'cancelled'")),
        Index("document_by_adjusted", "adjusts", postgresql_where=text("adjusts is not null")),
        Index(
            "document_withdrawing",
            "organization",
            "shift",
            "revision",
            "rank",
            postgresql_where=text("withdrawing is not null"),
        ),
        Index(
            "document_without_movements",
            "position",
            postgresql_where=text(
                "state = 'posted' and movements is null and kind in ('retail-report', 'retail-refund')"
            ),
        ),
        Index("document_to_verify", "verified_at", postgresql_where=text("state in ('posted', 'created')")),
    )

    id: UUID = Field(primary_key=True)
    position: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    key: str
    shift: UUID = Field(foreign_key=f"{SCHEMA}.shift.id")
    revision: int
    kind: str
    payment_kind: str | None = None
    rank: int
    organization: str
    register_id: str = Field(sa_column=Column("register", String, nullable=False))
    business_date: date
    amount: int = Field(sa_type=BigInteger)
    adjusts: UUID | None = None
    content: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str
    form: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    state: str
    reason: str | None = None
    differences: list[dict[str, str]] = Field(default=[], sa_column=Column(JSONB, nullable=False))
    erp_ref: str | None = None
    erp_number: str | None = None
    erp_posted: bool = False
    erp_version: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    attempts: int = 0
    looks: int = 0
    unknown_since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    next_attempt_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    accepted_version: str | None = None
    create_anyway: bool = False
    released: bool = False
    erp_digest: str | None = None
    withdrawing: str | None = None
    decided_on: str | None = None
    movements: int | None = None
    movements_asked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class HistoryRow(LedgerTable, table=True):
    """Every change of a document's state: when, from what to what, why, and by whom. Only ever added to."""

    __tablename__ = "document_history"

    position: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    document: UUID = Field(foreign_key=f"{SCHEMA}.document.id", index=True)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    state_before: str
    state_after: str
    reason: str | None = None
    actor: str


class ErpBaseRow(LedgerTable, table=True):
    """The base an organisation's documents go to, as it was at first contact."""

    __tablename__ = "erp_base"

    organization: str = Field(primary_key=True)
    fingerprint: str
    first_contact_at: datetime = Field(sa_type=DateTime(timezone=True))


METADATA = LedgerTable.metadata
MESSAGING = messaging_tables(METADATA, SCHEMA)
RUNS = runs_table(METADATA, SCHEMA)
IDEMPOTENCY = idempotency_table(METADATA, SCHEMA)
AUDIT = audit_table(METADATA, SCHEMA)

SHIFT = METADATA.tables[f"{SCHEMA}.shift"]
REVISION = METADATA.tables[f"{SCHEMA}.revision"]
DOCUMENT = METADATA.tables[f"{SCHEMA}.document"]
HISTORY = METADATA.tables[f"{SCHEMA}.document_history"]
ERP_BASE = METADATA.tables[f"{SCHEMA}.erp_base"]
