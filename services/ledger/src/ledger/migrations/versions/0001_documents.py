"""Shifts, revisions, documents with their history, bases; and what every service has.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from smena.http.idempotency import idempotency_table
from smena.outbox.migration import create_messaging_tables
from smena.runs.tables import runs_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "ledger"


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    create_messaging_tables(SCHEMA)
    shared = sa.MetaData(schema=SCHEMA)
    runs_table(shared, SCHEMA)
    idempotency_table(shared, SCHEMA)
    shared.create_all(op.get_bind(), checkfirst=False)
    _shifts()
    _documents()
    op.create_table(
        "erp_base",
        sa.Column("organization", sa.String(), primary_key=True),
        _text("fingerprint"),
        _instant("first_contact_at"),
        schema=SCHEMA,
    )


def _shifts() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _text("organization"),
        _text("cabinet"),
        _text("register"),
        _text("register_number"),
        sa.Column("number", sa.Integer(), nullable=False),
        _instant("opened_at"),
        sa.Column("applied", sa.Integer(), nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "revision",
        sa.Column("shift", sa.Uuid(), sa.ForeignKey(f"{SCHEMA}.shift.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("previous", sa.Integer(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        _text("sha256"),
        sa.Column("business_date", sa.Date(), nullable=False),
        _instant("received_at"),
        _instant("applied_at", nullable=True),
        sa.Column("rules", JSONB(), nullable=True),
        schema=SCHEMA,
    )


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("shift", sa.Uuid(), sa.ForeignKey(f"{SCHEMA}.shift.id"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _text("kind"),
        _text("payment_kind", nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        _text("organization"),
        _text("register"),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("adjusts", sa.Uuid(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        _text("sha256"),
        sa.Column("form", JSONB(), nullable=False),
        _instant("created_at"),
        _text("state"),
        _text("reason", nullable=True),
        sa.Column("differences", JSONB(), nullable=False),
        _text("erp_ref", nullable=True),
        _text("erp_number", nullable=True),
        sa.Column("erp_posted", sa.Boolean(), nullable=False),
        _text("erp_version", nullable=True),
        _instant("verified_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        _instant("unknown_since", nullable=True),
        _instant("next_attempt_at", nullable=True),
        _text("accepted_version", nullable=True),
        sa.Column("create_anyway", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        schema=SCHEMA,
    )
    once = ["shift", "revision", "kind", sa.text("coalesce(payment_kind, '')")]
    op.create_index("document_once", "document", once, unique=True, schema=SCHEMA)
    op.create_index("document_by_position", "document", ["position"], unique=True, schema=SCHEMA)
    op.create_index("document_by_day", "document", ["register", "business_date"], schema=SCHEMA)
    op.create_index(
        "document_open",
        "document",
        ["organization", "shift", "revision", "rank"],
        schema=SCHEMA,
        postgresql_where=sa.text("state in ('planned', 'sending', 'unknown', 'created')"),
    )
    op.create_index(
        "document_by_adjusted",
        "document",
        ["adjusts"],
        schema=SCHEMA,
        postgresql_where=sa.text("adjusts is not null"),
    )
    op.create_index(
        "document_to_verify",
        "document",
        ["verified_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state in ('posted', 'created')"),
    )
    op.create_table(
        "document_history",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("document", sa.Uuid(), sa.ForeignKey(f"{SCHEMA}.document.id"), nullable=False),
        _instant("at"),
        _text("state_before"),
        _text("state_after"),
        _text("reason", nullable=True),
        _text("actor"),
        schema=SCHEMA,
    )
    op.create_index("ix_ledger_document_history_document", "document_history", ["document"], schema=SCHEMA)
