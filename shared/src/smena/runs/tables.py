"""The table of a service's runs."""

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB


def runs_table(metadata: MetaData, schema: str) -> Table:
    """One row a run; ``token`` grows at every take, so that a worker that slept through its lease can't write."""
    table = Table(
        "run",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("organization", Text, nullable=False),
        Column("dedupe", Text, unique=True),
        Column("payload", JSONB, nullable=False),
        Column("state", Text, nullable=False, server_default="queued"),
        Column("done", Integer, nullable=False, server_default="0"),
        Column("total", Integer),
        Column("details", JSONB, nullable=False, server_default=text("'{}'")),
        Column("checkpoint", JSONB),
        Column("result", JSONB),
        Column("error", JSONB),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("token", Integer, nullable=False, server_default="0"),
        Column("version", Integer, nullable=False, server_default="0"),
        Column("owner", Text),
        Column("traceparent", Text),
        Column("not_before", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("locked_until", DateTime(timezone=True)),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("started_at", DateTime(timezone=True)),
        Column("finished_at", DateTime(timezone=True)),
        schema=schema,
    )
    unfinished = table.c.state.in_(("queued", "running"))
    Index("ix_run_unfinished", table.c.not_before, postgresql_where=unfinished)
    return table
