"""Tables of shifts: their state, what people decided, what was published, and which documents came of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable, register_field


class ShiftRow(SalesTable, table=True):
    """A shift. ``seq`` is internal; ``id`` is frozen once the Z-report is known.

    ``day`` is the business date, or the day of opening while that is not known: what lists filter by.
    """

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("cabinet", "register_number", "group_key", name="shift_group"),
        Index("shift_id", "id"),
        Index("shift_register_day", "register", "day"),
        Index("shift_opened", "opened_at", "seq"),
        Index("shift_ready", "register", postgresql_where=text("state = 'ready'")),
    )

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, nullable=False)
    )
    id: UUID
    cabinet: str
    register_id: str = register_field()
    organization: str
    register_number: str
    group_key: str
    number: int = Field(sa_type=BigInteger)
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    frozen: bool = False
    closed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    last_at: datetime = Field(sa_type=DateTime(timezone=True))
    day: date
    business_date: date | None = None
    chosen_date: date | None = None
    state: str = "open"
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    revision: int = 0
    content_sha256: str | None = None
    held_reasons: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)


class ShiftDecisionRow(SalesTable, table=True):
    """What a person decided about a shift, with the reason; append-only."""

    __tablename__ = "shift_decision"
    __table_args__ = (Index("shift_decision_shift", "shift_seq"),)

    id: UUID = Field(primary_key=True)
    shift_seq: int = Field(sa_type=BigInteger)
    kind: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    reason: str
    person: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ShiftRevisionRow(SalesTable, table=True):
    """A published revision: the event's data, byte for byte; never changed."""

    __tablename__ = "shift_revision"

    shift_seq: int = Field(primary_key=True, sa_type=BigInteger)
    number: int = Field(primary_key=True)
    shift_id: UUID
    event_id: UUID
    sha256: str
    content_sha256: str
    body: bytes
    published_at: datetime = Field(sa_type=DateTime(timezone=True))


class ShiftRevisionLineRow(SalesTable, table=True):
    """The receipt lines behind one published line: three arrays of the same length."""

    __tablename__ = "shift_revision_line"

    shift_seq: int = Field(primary_key=True, sa_type=BigInteger)
    revision: int = Field(primary_key=True)
    key: str = Field(primary_key=True)
    receipts: list[UUID] = Field(sa_type=ARRAY(PG_UUID(as_uuid=True)))
    versions: list[int] = Field(sa_type=ARRAY(Integer))
    positions: list[int] = Field(sa_type=ARRAY(Integer))


class ShiftStandingRow(SalesTable, table=True):
    """How a shift stands in the books, as the ledger told it last; ``number`` orders what it told."""

    __tablename__ = "shift_standing"

    shift_id: UUID = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    revision: int
    state: str
    documents: list[dict[str, Any]] = Field(sa_type=JSONB)
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ShiftDocumentRow(SalesTable, table=True):
    """A document of the ERP that came of a shift (column «Документ»)."""

    __tablename__ = "shift_document"
    __table_args__ = (Index("shift_document_shift", "shift_id"),)

    id: UUID = Field(primary_key=True)
    shift_id: UUID
    kind: str
    key: str = Field(sa_type=Text)
    revision: int
    erp_ref: str
    erp_number: str
    amount: int = Field(sa_type=BigInteger)
    posted_at: datetime = Field(sa_type=DateTime(timezone=True))
