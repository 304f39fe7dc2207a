"""Keep with a run and a revision the trace of the request it began with, over any restart."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a database made by this release has the column from the shared table of runs already
    op.execute("alter table ledger.run add column if not exists traceparent text")
    op.execute("alter table ledger.revision add column traceparent text")
