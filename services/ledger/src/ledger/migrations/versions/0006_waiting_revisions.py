"""Find revisions that wait for a predecessor.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "revision_waiting",
        "revision",
        ["shift", "number"],
        schema="ledger",
        postgresql_where=sa.text("applied_at is null"),
    )
