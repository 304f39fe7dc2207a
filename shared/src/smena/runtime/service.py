"""What a service tells the process that runs it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import MetaData

from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.messaging.port import Consumer
from smena.outbox.tables import MessagingTables
from smena.settings import ProcessSettings


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a process gives to each service it builds."""

    settings: ProcessSettings
    config: SmenaConfig
    database: Database
    notifications: Notifications
    clock: Clock
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BackgroundLoop:
    """Something that runs until it is cancelled; a crash is logged, counted, and it is started again."""

    name: str
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """A built service: its routes, its consumers, its loops, and how to close it."""

    routers: tuple[APIRouter, ...]
    consumers: tuple[Consumer, ...]
    loops: tuple[BackgroundLoop, ...]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """One service as its package declares it under the entry point group ``smena.services``."""

    name: str
    """As on the command line and in events: ``sales-ingest``."""
    segment: str
    """First segment of its paths: ``sales``."""
    schema: str
    """Schema of its tables: ``sales_ingest``."""
    metadata: MetaData
    messaging: MessagingTables
    migrations: str
    """Dotted package that holds ``versions/`` with the alembic scripts."""
    build: Callable[[Runtime], Awaitable[ServiceParts]]
