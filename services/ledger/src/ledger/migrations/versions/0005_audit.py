"""What people decided, hash-chained; the database itself refuses to change or remove an entry.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "ledger"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("organization", sa.String(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False, unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        schema=SCHEMA,
    )
    op.execute(
        f"""
        create function {SCHEMA}.refuse_to_change_history() returns trigger language plpgsql as $$
        begin
            raise exception '%.% is only ever added to', tg_table_schema, tg_table_name
                using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        f"""
        create trigger audit_entry_stays before update or delete or truncate on {SCHEMA}.audit_entry
        for each statement execute function {SCHEMA}.refuse_to_change_history()
        """
    )
