"""What a process needs to know of sales-ingest."""

from sales_ingest.adapters import cabinet_permits, calendar_tables, item_tables, shift_tables, tables
from sales_ingest.adapters.registry import MESSAGING, METADATA, SCHEMA
from sales_ingest.bootstrap import build
from smena.runtime.service import ServiceDefinition

DECLARED = (tables, shift_tables, item_tables, calendar_tables, cabinet_permits)
"""Modules whose import puts the service's tables on its metadata."""

SERVICE = ServiceDefinition(
    name="sales-ingest",
    segment="sales",
    schema=SCHEMA,
    metadata=METADATA,
    messaging=MESSAGING,
    migrations="sales_ingest.migrations",
    build=build,
)
