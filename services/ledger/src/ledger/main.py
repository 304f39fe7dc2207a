"""What a process needs to know of the ledger."""

from ledger.adapters.tables import MESSAGING, METADATA, SCHEMA
from ledger.bootstrap import build
from smena.runtime.service import ServiceDefinition

SERVICE = ServiceDefinition(
    name="ledger",
    segment="ledger",
    schema=SCHEMA,
    metadata=METADATA,
    messaging=MESSAGING,
    migrations="ledger.migrations",
    build=build,
)
