"""One service's door to PostgreSQL."""

from typing import Any, cast

import psycopg
from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

DRIVER = "postgresql+psycopg"
POOL_CONNECTIONS = 10
"""Connections one service of one process keeps open."""
POOL_CONNECTIONS_OVERFLOW = 10
"""Further connections opened under load and closed after use."""
POOL_WAIT_SECONDS = 10.0
"""How long a use case waits for a connection before it fails as if the database were down."""
CONNECT_TIMEOUT_SECONDS = 5
IDLE_IN_TRANSACTION_SECONDS_MAX = 60
"""A process that is frozen inside a transaction holds its rows no longer than this: its peers go on without it."""


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
    event.listen(engine.sync_engine, "connect", _settle)
    return Database(engine, schema, url)


def _settle(connection: Any, _record: object) -> None:
    """Set for the whole session, by statements: a pooler in between may take no options.

    The driver gives instants in the session's time zone, and events and documents are hashed as they are written: what
    the server takes for local time must not show in them.
    """
    cursor = connection.cursor()
    cursor.execute("set timezone = 'UTC'")
    cursor.execute(f"set idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS_MAX}s'")
    cursor.close()
    connection.commit()


async def raw_connection(session: AsyncSession) -> psycopg.AsyncConnection:
    """The driver's connection of this session's transaction, for COPY and binary paths."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return cast("psycopg.AsyncConnection", raw.driver_connection)
