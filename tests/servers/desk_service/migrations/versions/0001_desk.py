"""The desk's tables."""

import sqlalchemy as sa
from alembic import op

from smena.outbox.migration import create_messaging_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_messaging_tables("desk")
    op.create_table(
        "effect",
        sa.Column("position", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        schema="desk",
    )
