"""The service as the entry point group ``smena.services`` finds it."""

from catalog_sync.adapters.tables import MESSAGING, METADATA, SCHEMA
from catalog_sync.bootstrap import build
from smena.runtime.service import ServiceDefinition

SERVICE = ServiceDefinition(
    name="catalog-sync",
    segment="catalog",
    schema=SCHEMA,
    metadata=METADATA,
    messaging=MESSAGING,
    migrations="catalog_sync.migrations",
    build=build,
)
