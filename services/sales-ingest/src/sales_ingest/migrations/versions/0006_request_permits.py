"""Which of the requests a cabinet allows within a window are free, for all processes together.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    op.create_table(
        "request_permit",
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("permit", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("base", "permit"),
        schema=SCHEMA,
    )
