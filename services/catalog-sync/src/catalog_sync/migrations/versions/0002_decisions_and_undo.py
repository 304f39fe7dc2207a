"""Who bound what, what a diff was compared under, what a row wrote: for matching by hand and for undo."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "alter table catalog_sync.binding add column bound_by text",
    "alter table catalog_sync.diff add column bindings_version text",
    "alter table catalog_sync.diff add column revision integer not null default 0",
    "alter table catalog_sync.diff alter column revision drop default",
    "alter table catalog_sync.apply_row add column written bytea",
    "alter table catalog_sync.apply_row add column refused jsonb",
    "create index apply_row_diff on catalog_sync.apply_row (diff, n)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
