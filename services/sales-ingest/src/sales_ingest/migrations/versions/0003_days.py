"""Days as people mark them, corrected payments, ids a shift had before its Z-report, silences of registers.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    op.create_table(
        "day_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("day_decision_day", "day_decision", ["register", "day", "at"], schema=SCHEMA)
    op.create_table(
        "payment_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("corrected", postgresql.JSONB(), nullable=False),
        sa.Column("payments", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index("payment_correction_receipt", "payment_correction", ["receipt_id", "at"], schema=SCHEMA)
    op.create_index(
        "payment_correction_latest",
        "payment_correction",
        ["receipt_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("latest"),
    )
    op.create_table(
        "shift_former_id",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "shift_seq"),
        schema=SCHEMA,
    )
    op.create_table(
        "register_silence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
    )
    op.create_index(
        "register_silence_standing",
        "register_silence",
        ["register"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("ended_at is null"),
    )
