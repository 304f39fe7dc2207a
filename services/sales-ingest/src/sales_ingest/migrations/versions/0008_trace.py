"""Keep with a run the trace of the request it began with, over any restart."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a database made by this release has the column from the shared table of runs already
    op.execute("alter table sales_ingest.run add column if not exists traceparent text")
