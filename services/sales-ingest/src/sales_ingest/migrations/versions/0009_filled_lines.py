"""What a remembered rule filled is found by its group.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "receipt_line_filled_group",
        "receipt_line",
        ["cabinet", "group_key"],
        schema="sales_ingest",
        postgresql_where=sa.text("resolution in ('rule', 'manual')"),
    )
