"""When the next request to a cabinet may leave, for all processes together.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    op.create_table(
        "request_pace",
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("base"),
        schema=SCHEMA,
    )
