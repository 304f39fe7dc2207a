"""Files handed to a person for a cabinet's own import, and the rows that wait for it."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table catalog_sync.handed_file (
        run uuid not null,
        name text not null,
        media_type text not null,
        body bytea not null,
        made_at timestamp with time zone not null,
        primary key (run)
    )
    """,
    "create index apply_row_handed_over on catalog_sync.apply_row (diff) where state = 'handed-over'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
