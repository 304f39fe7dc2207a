"""Servers of a run: one private PostgreSQL and one private RabbitMQ, started when they are first asked for."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from servers.postgres import fresh_database, open_folder, private_postgres
from servers.rabbitmq import Broker, broker, fresh_vhost
from smena.db.database import Database, open_database
from smena.db.migrate import migrate
from smena.runtime.service import ServiceDefinition


@dataclass
class Servers:
    """``postgres`` and ``rabbit`` may be given; what is not is started here and stopped at the end."""

    postgres: str | None = None
    rabbit: Broker | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def postgres_url(self) -> str:
        """The server on which databases are made."""
        if self.postgres is None:
            folder = self._stack.enter_context(open_folder())
            self.postgres = self._stack.enter_context(private_postgres(folder))
        return self.postgres

    def broker(self) -> Broker:
        """The broker on which virtual hosts are made."""
        if self.rabbit is None:
            folder = self._stack.enter_context(open_folder())
            self.rabbit = self._stack.enter_context(broker(Path(folder)))
        return self.rabbit

    @asynccontextmanager
    async def database(self, service: ServiceDefinition) -> AsyncIterator[Database]:
        """A fresh database with a service's tables."""
        with fresh_database(self.postgres_url()) as url:
            await migrate(service, url)
            database = open_database(url, service.schema)
            try:
                yield database
            finally:
                await database.close()

    @asynccontextmanager
    async def vhost(self) -> AsyncIterator[str]:
        """A fresh virtual host."""
        with fresh_vhost(self.broker()) as url:
            yield url

    def versions(self) -> dict[str, str]:
        """Of the servers that were started."""
        found = {}
        if self.postgres is not None:
            with psycopg.connect(self.postgres) as connection:
                found["postgresql"] = str(connection.execute("show server_version").fetchone()[0])  # type: ignore[index]
        return found
