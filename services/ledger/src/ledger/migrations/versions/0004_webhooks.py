"""Webhooks, their deliveries, and the log of attempts.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "ledger"


def _instant(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("previous_secret", sa.String(), nullable=True),
        _instant("previous_until"),
        _instant("created_at", nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        _instant("rotated_at"),
        sa.Column("rotated_by", sa.String(), nullable=True),
        sa.Column("rotated_why", sa.String(), nullable=True),
        _instant("deleted_at"),
        sa.Column("deleted_by", sa.String(), nullable=True),
        schema=SCHEMA,
    )
    living = sa.text("deleted_at is null")
    op.create_index("webhook_living", "webhook", ["organization", "id"], schema=SCHEMA, postgresql_where=living)
    op.create_table(
        "webhook_delivery",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("webhook", sa.Uuid(), sa.ForeignKey(f"{SCHEMA}.webhook.id"), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _instant("next_attempt_at", nullable=False),
        _instant("claimed_until"),
        _instant("created_at", nullable=False),
        _instant("delivered_at"),
        schema=SCHEMA,
    )
    pending = sa.text("state = 'pending'")
    for name, columns in (
        ("webhook_delivery_due", ["next_attempt_at", "n"]),
        ("webhook_delivery_pending", ["webhook", "claimed_until"]),
    ):
        op.create_index(name, "webhook_delivery", columns, schema=SCHEMA, postgresql_where=pending)
    op.create_index("webhook_delivery_log", "webhook_delivery", ["webhook", "n"], schema=SCHEMA)
    op.create_table(
        "webhook_attempt",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("delivery", sa.BigInteger(), sa.ForeignKey(f"{SCHEMA}.webhook_delivery.n"), nullable=False),
        _instant("at", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        schema=SCHEMA,
    )
    op.create_index("webhook_attempt_log", "webhook_attempt", ["delivery", "position"], schema=SCHEMA)
