"""Open the services of a process: their databases, their parts, and what carries their events."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.db.database import Database, open_database
from smena.db.notifications import Notifications
from smena.messaging.book import DeliveryBook
from smena.messaging.embedded import EmbeddedTransport
from smena.messaging.port import Transport
from smena.messaging.rabbit import RabbitTransport
from smena.outbox.measuring import OutboxMeasuring
from smena.outbox.relay import Relay
from smena.outbox.retention import Retention
from smena.runtime.service import BackgroundLoop, Runtime, ServiceDefinition, ServiceParts
from smena.settings import ProcessSettings


@dataclass(frozen=True, slots=True)
class OpenService:
    """One service of this process, built and ready to be run."""

    definition: ServiceDefinition
    database: Database
    notifications: Notifications
    parts: ServiceParts

    async def database_answers(self) -> bool:
        """For readiness."""
        async with self.database.session() as session:
            await session.execute(text("select 1"))
        return True

    async def close(self) -> None:
        """Close the parts first, then what they stand on."""
        await self.parts.close()
        await self.notifications.close()
        await self.database.close()


async def open_service(
    definition: ServiceDefinition,
    url: str,
    settings: ProcessSettings,
    config: SmenaConfig,
    clock: Clock,
    *,
    migrate_first: bool,
) -> OpenService:
    """Migrate when asked to, open the database, build the parts."""
    if migrate_first:
        from smena.db.migrate import migrate  # alembic takes half a second to load, and most processes never migrate

        await migrate(definition, url)
    database = open_database(url, definition.schema)
    notifications = Notifications(url)
    runtime = Runtime(settings, config, database, notifications, clock, os.environ)
    try:
        parts = await definition.build(runtime)
    except BaseException:
        await notifications.close()
        await database.close()
        raise
    return OpenService(definition, database, notifications, _under_segment(definition, parts))


def choose_transport(amqp_url: str | None, services: Sequence[OpenService]) -> Transport:
    """RabbitMQ when there is an address, else the bus inside this process."""
    books: Mapping[str, DeliveryBook] = {
        each.definition.name: DeliveryBook(each.database, each.definition.messaging) for each in services
    }
    return RabbitTransport(amqp_url, books) if amqp_url else EmbeddedTransport(books)


def relay_of(service: OpenService, transport: Transport, clock: Clock, poll_seconds: float) -> Relay:
    """The relay of a service's outbox."""
    return Relay(
        service.database,
        service.definition.messaging,
        transport,
        service.notifications,
        clock,
        service=service.definition.name,
        poll_seconds=poll_seconds,
    )


def loops_of(service: OpenService, relay: Relay, clock: Clock) -> list[BackgroundLoop]:
    """The service's own loops, its relay, and what measures and sweeps its messaging tables."""
    name = service.definition.name
    measuring = OutboxMeasuring(service.database, service.definition.messaging, clock, service=name)
    retention = Retention(service.database, service.definition.messaging, clock)
    return [
        *(replace(loop, name=f"{name} {loop.name}") for loop in service.parts.loops),
        BackgroundLoop(f"{name} relay", relay.run),
        BackgroundLoop(f"{name} outbox measuring", measuring.run),
        BackgroundLoop(f"{name} retention", retention.run),
    ]


async def close_all(services: Sequence[OpenService]) -> None:
    """Close every service, whatever happens to one of them."""
    await asyncio.gather(*(service.close() for service in services), return_exceptions=True)


def _under_segment(definition: ServiceDefinition, parts: ServiceParts) -> ServiceParts:
    """Put routers that do not say so themselves under ``/<segment>/v1``."""
    prefix = f"/{definition.segment}/v1"
    routers: list[APIRouter] = []
    for router in parts.routers:
        paths = [context.path or "" for context in iter_route_contexts(router.routes)]
        if all(path.startswith(f"/{definition.segment}/") for path in paths):
            routers.append(router)
            continue
        outer = APIRouter(prefix=prefix)
        outer.include_router(router)
        routers.append(outer)
    return replace(parts, routers=tuple(routers))
