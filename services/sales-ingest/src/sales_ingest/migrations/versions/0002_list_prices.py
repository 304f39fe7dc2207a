"""The list price of a sold line: what was set for its item when the line was decided.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    op.add_column("receipt_line", sa.Column("list_price", sa.BigInteger(), nullable=True), schema=SCHEMA)
