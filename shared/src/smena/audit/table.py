"""The table of a service's audit: declared on its metadata, created by one of its migrations."""

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Identity, MetaData, String, Table
from sqlalchemy.dialects.postgresql import JSONB


def audit_table(metadata: MetaData, schema: str) -> Table:
    """One row a deed. A trigger refuses to change, delete or truncate."""
    return Table(
        "audit_entry",
        metadata,
        Column("organization", String, primary_key=True),
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("position", BigInteger, Identity(always=True), nullable=False, unique=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("who", String, nullable=False),
        Column("what", String, nullable=False),
        Column("subject", String, nullable=False),
        Column("why", String),
        Column("details", JSONB, nullable=False),
        Column("previous", String, nullable=False),
        Column("sha256", String, nullable=False),
        schema=schema,
    )


def create_audit_table(schema: str) -> None:
    """Create the table and what keeps its rows as they are; called from a migration script of the service."""
    metadata = MetaData(schema=schema)
    audit_table(metadata, schema)
    metadata.create_all(op.get_bind(), checkfirst=False)
    op.execute(
        f"""
        create function {schema}.refuse_to_change_history() returns trigger language plpgsql as $$
        begin
            raise exception '%.% is only ever added to', tg_table_schema, tg_table_name
                using errcode = 'insufficient_privilege';
        end $$
        """
    )
    op.execute(
        f"""
        create trigger audit_entry_stays before update or delete or truncate on {schema}.audit_entry
        for each statement execute function {schema}.refuse_to_change_history()
        """
    )
