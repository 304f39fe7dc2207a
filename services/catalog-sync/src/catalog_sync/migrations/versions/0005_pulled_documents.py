"""What was read from an ERP that is walked: versions of documents, and which document set a price."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    create table catalog_sync.pulled_document (
        organization text not null,
        kind text not null,
        ref text not null,
        version text,
        primary key (organization, kind, ref)
    )
    """,
    "alter table catalog_sync.price add column document_ref text",
    "create index price_document on catalog_sync.price (organization, document_ref)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
