"""The service's own table registry: one process may hold three services, each with its own."""

from typing import Any

from sqlalchemy import Column, MetaData, String
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from smena.audit.table import audit_table
from smena.http.idempotency import idempotency_table
from smena.outbox.tables import messaging_tables
from smena.runs.tables import runs_table

SCHEMA = "sales_ingest"
METADATA = MetaData(schema=SCHEMA)


class SalesTable(SQLModel, registry=registry(metadata=METADATA)):
    """Base of every table of sales-ingest."""


def register_field(*, primary_key: bool = False) -> Any:
    """The id of a register: its column is ``register``, a name SQLModel keeps for itself."""
    return Field(sa_column=Column("register", String, primary_key=primary_key, nullable=False))


MESSAGING = messaging_tables(METADATA, SCHEMA)
RUNS = runs_table(METADATA, SCHEMA)
IDEMPOTENCY = idempotency_table(METADATA, SCHEMA)
AUDIT = audit_table(METADATA, SCHEMA)
