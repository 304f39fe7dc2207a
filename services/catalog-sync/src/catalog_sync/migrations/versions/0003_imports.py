"""Rows of imports on their way into the ERP, and the feed for an ERP that fetches."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table catalog_sync.import_row (
        run uuid not null,
        n integer not null,
        item_ref text,
        alike text[] not null,
        written boolean not null,
        priced_at timestamp with time zone,
        primary key (run, n)
    )
    """,
    """
    create table catalog_sync.feed_entry (
        organization text not null,
        position bigint not null,
        cabinet text not null,
        cabinet_item_id text not null,
        diff uuid not null,
        run uuid not null,
        n integer not null,
        body bytea not null,
        state text not null,
        created_at timestamp with time zone not null,
        ref text,
        message text,
        acknowledged_at timestamp with time zone,
        primary key (organization, position)
    )
    """,
    "create index feed_entry_open on catalog_sync.feed_entry (organization, position) where state = 'open'",
    "create index feed_entry_item on catalog_sync.feed_entry (cabinet, cabinet_item_id) where state = 'open'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
