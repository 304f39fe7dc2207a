"""One service's door to PostgreSQL."""

from typing import cast

import psycopg
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

DRIVER = "postgresql+psycopg"
POOL_CONNECTIONS = 10
"""Connections one service of one process keeps open."""
POOL_CONNECTIONS_OVERFLOW = 10
"""Further connections opened under load and closed after use."""
POOL_WAIT_SECONDS = 10.0
"""How long a use case waits for a connection before it fails as if the database were down."""
CONNECT_TIMEOUT_SECONDS = 5


class Database:
    """The engine of one service, and the schema its tables stand in."""

    def __init__(self, engine: AsyncEngine, schema: str, url: str) -> None:
        self.engine = engine
        self.schema = schema
        self.url = url

    def session(self) -> AsyncSession:
        """A new session; objects stay readable after a commit."""
        return AsyncSession(self.engine, expire_on_commit=False)

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()


def sqlalchemy_url(url: str) -> URL:
    """The address of a database as SQLAlchemy wants it: the same, with the driver's name."""
    return make_url(url).set(drivername=DRIVER)


def open_database(url: str, schema: str) -> Database:
    """Prepare the door to a database; connections are made when they are first needed."""
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_CONNECTIONS_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text goes to the logs; values may be secrets, receipts, people
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": f"smena {schema}"},
    )
    return Database(engine, schema, url)


async def raw_connection(session: AsyncSession) -> psycopg.AsyncConnection:
    """The driver's connection of this session's transaction, for COPY and binary paths."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection", raw.driver_connection)
