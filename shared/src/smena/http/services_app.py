"""The one HTTP application of a process that holds one service or all of them."""

from collections.abc import Sequence

from fastapi import FastAPI

from smena.config.model import SmenaConfig
from smena.db.database import Database
from smena.http.application import create_app
from smena.http.auth import TokenBook
from smena.http.idempotency import IdempotencyStore
from smena.http.sessions import Sessions
from smena.runtime.service import ServiceDefinition, ServiceParts

BuiltService = tuple[ServiceDefinition, Database, ServiceParts]


def services_app(built: Sequence[BuiltService], config: SmenaConfig, sessions: Sessions | None = None) -> FastAPI:
    """Join the routers of the built services; each keeps its idempotency keys in its own schema.

    With ``sessions`` the console's sessions are taken as bearer tokens too.
    """
    return create_app(
        "Smena",
        [router for _, _, parts in built for router in parts.routers],
        tokens=TokenBook(config.api_tokens, sessions),
        idempotency={
            definition.segment: store
            for definition, database, _ in built
            if (store := _idempotency_store(definition, database, config)) is not None
        },
    )


def _idempotency_store(
    definition: ServiceDefinition, database: Database, config: SmenaConfig
) -> IdempotencyStore | None:
    table = definition.metadata.tables.get(f"{definition.schema}.idempotency_key")
    return None if table is None else IdempotencyStore(database, table, lease_seconds=config.timing.lease)
