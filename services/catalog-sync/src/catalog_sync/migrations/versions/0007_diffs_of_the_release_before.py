"""Let the release before store a diff: it counts no decisions, and during an update it runs on the new schema."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table catalog_sync.diff alter column revision set default 0")
