"""The messaging tables as a service's first migration creates them."""

from alembic import op
from sqlalchemy import MetaData

from smena.outbox.tables import messaging_tables


def create_messaging_tables(schema: str) -> None:
    """Create outbox, inbox, delivery and lease; called from a migration script of the service."""
    metadata = MetaData(schema=schema)
    messaging_tables(metadata, schema)
    metadata.create_all(op.get_bind(), checkfirst=False)
