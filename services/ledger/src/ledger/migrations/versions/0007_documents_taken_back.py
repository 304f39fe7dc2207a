"""What was decided to take out of the ERP or to write over there, and what a posting left in the accounts."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    alter table ledger.document
        add column erp_digest varchar,
        add column withdrawing varchar,
        add column decided_on varchar,
        add column movements integer,
        add column movements_asked_at timestamp with time zone
    """,
    """
    create index document_withdrawing on ledger.document (organization, shift, revision, rank)
        where withdrawing is not null
    """,
    """
    create index document_without_movements on ledger.document (position)
        where state = 'posted' and movements is null and kind in ('retail-report', 'retail-refund')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
