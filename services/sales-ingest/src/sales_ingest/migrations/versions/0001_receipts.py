"""Receipts, shifts, items; and what every service has.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from smena.http.idempotency import idempotency_table
from smena.outbox.migration import create_messaging_tables
from smena.runs.tables import runs_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    create_messaging_tables(SCHEMA)
    shared = sa.MetaData(schema=SCHEMA)
    runs_table(shared, SCHEMA)
    idempotency_table(shared, SCHEMA)
    shared.create_all(op.get_bind(), checkfirst=False)
    _receipts()
    _shifts()
    _items()


def _receipts() -> None:
    op.create_table(
        "pull_cursor",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "register"),
        schema=SCHEMA,
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("fiscal_id", sa.String(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shift_seq", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index(
        "quarantine_fiscal",
        "quarantine",
        ["cabinet", "register_number"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_index(
        "quarantine_shift",
        "quarantine",
        ["shift_seq"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("fiscal_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shift_seq", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=True),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("markup", sa.BigInteger(), nullable=False),
        sa.Column("payments", postgresql.JSONB(), nullable=False),
        sa.Column("cashier", sa.String(), nullable=True),
        sa.Column("target_fiscal_id", sa.String(), nullable=True),
        sa.Column("z_report", postgresql.JSONB(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("receipt_register_at", "receipt", ["register", "at", "id"], unique=False, schema=SCHEMA)
    op.create_index("receipt_shift", "receipt", ["shift_seq"], unique=False, schema=SCHEMA)
    op.create_index(
        "receipt_target", "receipt", ["cabinet", "register_number", "target_fiscal_id"], unique=False, schema=SCHEMA
    )
    op.create_table(
        "receipt_identity",
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("fiscal_id", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("cabinet", "register_number", "fiscal_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "receipt_line",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_given", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("price_source", sa.String(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("receipt_discount", sa.BigInteger(), nullable=False),
        sa.Column("markup", sa.BigInteger(), nullable=False),
        sa.Column("receipt_markup", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("vat_rate", sa.String(), nullable=False),
        sa.Column("vat_source", sa.String(), nullable=False),
        sa.Column("vat_amount", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("cabinet_item_id", sa.String(), nullable=True),
        sa.Column("barcode", sa.String(), nullable=True),
        sa.Column("barcode_digits", sa.String(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("item_ref", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", "version", "position"),
        schema=SCHEMA,
    )
    op.create_index(
        "receipt_line_waiting_article",
        "receipt_line",
        ["cabinet", "article"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolution in ('none', 'default')"),
    )
    op.create_index(
        "receipt_line_waiting_barcode",
        "receipt_line",
        ["cabinet", "barcode_digits"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolution in ('none', 'default')"),
    )
    op.create_index(
        "receipt_line_waiting_group",
        "receipt_line",
        ["cabinet", "group_key"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolution in ('none', 'default')"),
    )
    op.create_index(
        "receipt_line_waiting_item",
        "receipt_line",
        ["cabinet", "cabinet_item_id"],
        unique=False,
        schema=SCHEMA,
        postgresql_where=sa.text("resolution in ('none', 'default')"),
    )
    op.create_table(
        "receipt_version",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_id", "version"),
        schema=SCHEMA,
    )
    op.create_table(
        "register_cursor",
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("covered_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("covered_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cabinet", "register_number"),
        schema=SCHEMA,
    )


def _shifts() -> None:
    op.create_table(
        "shift",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("chosen_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=True),
        sa.Column("held_reasons", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("cabinet", "register_number", "group_key", name="shift_group"),
        schema=SCHEMA,
    )
    op.create_index("shift_id", "shift", ["id"], unique=False, schema=SCHEMA)
    op.create_index("shift_opened", "shift", ["opened_at", "seq"], unique=False, schema=SCHEMA)
    op.create_index(
        "shift_ready", "shift", ["register"], unique=False, schema=SCHEMA, postgresql_where=sa.text("state = 'ready'")
    )
    op.create_index("shift_register_day", "shift", ["register", "day"], unique=False, schema=SCHEMA)
    op.create_table(
        "shift_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("shift_decision_shift", "shift_decision", ["shift_seq"], unique=False, schema=SCHEMA)
    op.create_table(
        "shift_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("erp_ref", sa.String(), nullable=False),
        sa.Column("erp_number", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("shift_document_shift", "shift_document", ["shift_id"], unique=False, schema=SCHEMA)
    op.create_table(
        "shift_revision",
        sa.Column("shift_seq", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shift_seq", "number"),
        schema=SCHEMA,
    )
    op.create_table(
        "shift_revision_line",
        sa.Column("shift_seq", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("receipts", postgresql.ARRAY(postgresql.UUID()), nullable=False),
        sa.Column("versions", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("positions", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("shift_seq", "revision", "key"),
        schema=SCHEMA,
    )


def _items() -> None:
    op.create_table(
        "binding",
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("cabinet_item_id", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("item_ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("vat_rate", sa.String(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cabinet", "cabinet_item_id"),
        schema=SCHEMA,
    )
    op.create_index("binding_article", "binding", ["cabinet", "article"], unique=False, schema=SCHEMA)
    op.create_index("binding_item", "binding", ["cabinet", "item_ref"], unique=False, schema=SCHEMA)
    op.create_table(
        "binding_barcode",
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("digits", sa.String(), nullable=False),
        sa.Column("cabinet_item_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("cabinet", "digits", "cabinet_item_id"),
        schema=SCHEMA,
    )
    op.create_index(
        "binding_barcode_item", "binding_barcode", ["cabinet", "cabinet_item_id"], unique=False, schema=SCHEMA
    )
    op.create_table(
        "item_rule",
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("item_ref", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cabinet", "group_key"),
        schema=SCHEMA,
    )
    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("item_ref", sa.String(), nullable=False),
        sa.Column("scope", postgresql.JSONB(), nullable=False),
        sa.Column("remember", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_table(
        "schedule",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("register"),
        schema=SCHEMA,
    )
