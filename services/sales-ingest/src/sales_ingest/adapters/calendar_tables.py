"""Tables of what people say of days and payments, of ids a shift had, and of silences."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable, register_field


class DayDecisionRow(SalesTable, table=True):
    """What a person said of a register's day, with the reason; append-only, the latest one counts."""

    __tablename__ = "day_decision"
    __table_args__ = (Index("day_decision_day", "register", "day", "at"),)

    id: UUID = Field(primary_key=True)
    register_id: str = register_field()
    organization: str
    day: date
    mark: str
    reason: str
    person: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


class PaymentCorrectionRow(SalesTable, table=True):
    """A payment rung as the wrong kind: ``corrected`` is what the receipt said, ``payments`` what counts instead.

    Never deleted: a later correction only takes ``latest`` over. It counts while the receipt says ``corrected``.
    """

    __tablename__ = "payment_correction"
    __table_args__ = (
        Index("payment_correction_receipt", "receipt_id", "at"),
        Index("payment_correction_latest", "receipt_id", unique=True, postgresql_where=text("latest")),
    )

    id: UUID = Field(primary_key=True)
    receipt_id: UUID
    corrected: dict[str, Any] = Field(sa_type=JSONB)
    payments: dict[str, Any] = Field(sa_type=JSONB)
    reason: str
    person: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
    latest: bool


class ShiftFormerIdRow(SalesTable, table=True):
    """The id an open shift had until its Z-report told the opening: it still finds the shift."""

    __tablename__ = "shift_former_id"

    id: UUID = Field(primary_key=True)
    shift_seq: int = Field(primary_key=True, sa_type=BigInteger)


class RegisterSilenceRow(SalesTable, table=True):
    """A silence of a register that was told of; ``ended_at`` when it reported again or its day was marked."""

    __tablename__ = "register_silence"
    __table_args__ = (
        Index("register_silence_standing", "register", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: UUID = Field(primary_key=True)
    register_id: str = register_field()
    silent_since: datetime = Field(sa_type=DateTime(timezone=True))
    raised_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
