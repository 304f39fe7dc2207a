"""Tables of receipts: identity, versions, the current document, its lines, and what was not understood."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable, register_field

WAITING_SQL = "resolution in ('none', 'default')"
"""Lines whose item a later binding or person may still decide."""

FILLED_SQL = "resolution in ('rule', 'manual')"
"""Lines that a person filled, by hand or by a remembered rule."""


class ReceiptIdentityRow(SalesTable, table=True):
    """One row per fiscal document: its primary key is the promise "stored once"."""

    __tablename__ = "receipt_identity"

    cabinet: str = Field(primary_key=True)
    register_number: str = Field(primary_key=True)
    fiscal_id: str = Field(primary_key=True)
    receipt_id: UUID
    version: int
    content_hash: bytes
    raw_hash: bytes


class ReceiptVersionRow(SalesTable, table=True):
    """Every text a document ever had; nothing is overwritten."""

    __tablename__ = "receipt_version"

    receipt_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    stored_at: datetime = Field(sa_type=DateTime(timezone=True))
    raw: bytes


class ReceiptRow(SalesTable, table=True):
    """A document as it stands now; ``payments`` maps a payment kind to kopecks."""

    __tablename__ = "receipt"
    __table_args__ = (
        Index("receipt_shift", "shift_seq"),
        Index("receipt_register_at", "register", "at", "id"),
        Index("receipt_target", "cabinet", "register_number", "target_fiscal_id"),
    )

    id: UUID = Field(primary_key=True)
    version: int
    cabinet: str
    register_id: str = register_field()
    organization: str
    register_number: str
    fiscal_id: str
    kind: str
    number: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    shift_seq: int = Field(sa_type=BigInteger)
    payable: int = Field(sa_type=BigInteger)
    gross: int | None = Field(default=None, sa_type=BigInteger)
    discount: int = Field(sa_type=BigInteger)
    markup: int = Field(sa_type=BigInteger)
    payments: dict[str, Any] = Field(sa_type=JSONB)
    cashier: str | None = None
    target_fiscal_id: str | None = None
    z_report: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    stored_at: datetime = Field(sa_type=DateTime(timezone=True))


class ReceiptLineRow(SalesTable, table=True):
    """A line of one version of a receipt; sums in kopecks, quantity in thousandths."""

    __tablename__ = "receipt_line"
    __table_args__ = (
        Index("receipt_line_waiting_item", "cabinet", "cabinet_item_id", postgresql_where=text(WAITING_SQL)),
        Index("receipt_line_waiting_barcode", "cabinet", "barcode_digits", postgresql_where=text(WAITING_SQL)),
        Index("receipt_line_waiting_article", "cabinet", "article", postgresql_where=text(WAITING_SQL)),
        Index("receipt_line_waiting_group", "cabinet", "group_key", postgresql_where=text(WAITING_SQL)),
        Index("receipt_line_filled_group", "cabinet", "group_key", postgresql_where=text(FILLED_SQL)),
    )

    receipt_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    cabinet: str
    name: str
    unit: str
    unit_given: bool
    quantity: int = Field(sa_type=BigInteger)
    price: int = Field(sa_type=BigInteger)
    price_source: str
    list_price: int | None = Field(default=None, sa_type=BigInteger)
    gross: int = Field(sa_type=BigInteger)
    discount: int = Field(sa_type=BigInteger)
    receipt_discount: int = Field(sa_type=BigInteger)
    markup: int = Field(sa_type=BigInteger)
    receipt_markup: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    vat_rate: str
    vat_source: str
    vat_amount: int = Field(sa_type=BigInteger)
    kind: str
    mark: str | None = None
    cabinet_item_id: str | None = None
    barcode: str | None = None
    barcode_digits: str | None = None
    article: str | None = None
    item_ref: str | None = None
    resolution: str
    group_key: str


class QuarantineRow(SalesTable, table=True):
    """A document that was not understood, with its raw text and where in time it was read."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("quarantine_shift", "shift_seq", postgresql_where=text("resolved_at is null")),
        Index("quarantine_fiscal", "cabinet", "register_number", postgresql_where=text("resolved_at is null")),
    )

    id: UUID = Field(primary_key=True)
    cabinet: str
    register_id: str = register_field()
    organization: str
    register_number: str
    fiscal_id: str | None = None
    number: int | None = Field(default=None, sa_type=BigInteger)
    at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    shift_seq: int | None = Field(default=None, sa_type=BigInteger)
    reason: str
    raw: bytes
    window_start: datetime = Field(sa_type=DateTime(timezone=True))
    window_end: datetime = Field(sa_type=DateTime(timezone=True))
    stored_at: datetime = Field(sa_type=DateTime(timezone=True))
    resolved_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    resolved_by: str | None = None


class RegisterCursorRow(SalesTable, table=True):
    """The stretch of time of a register that has been read without a hole."""

    __tablename__ = "register_cursor"

    cabinet: str = Field(primary_key=True)
    register_number: str = Field(primary_key=True)
    covered_from: datetime = Field(sa_type=DateTime(timezone=True))
    covered_until: datetime = Field(sa_type=DateTime(timezone=True))


class PullCursorRow(SalesTable, table=True):
    """How far one pull has got with one register, and what it counted; resumed after a crash."""

    __tablename__ = "pull_cursor"

    run_id: UUID = Field(primary_key=True)
    register_id: str = register_field(primary_key=True)
    read_until: datetime = Field(sa_type=DateTime(timezone=True))
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    done: bool = False
