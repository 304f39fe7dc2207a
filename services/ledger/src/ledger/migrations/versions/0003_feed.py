"""The feed of documents for an ERP that fetches them.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "ledger"


def upgrade() -> None:
    op.create_table(
        "feed_entry",
        sa.Column("organization", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("document", sa.Uuid(), sa.ForeignKey(f"{SCHEMA}.document.id"), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("post", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        schema=SCHEMA,
    )
    op.create_index(
        "feed_open",
        "feed_entry",
        ["organization", "position"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("feed_by_document", "feed_entry", ["document", "position"], schema=SCHEMA)
    op.create_index(
        "document_cancelled",
        "document",
        ["organization"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'cancelled'"),
    )
