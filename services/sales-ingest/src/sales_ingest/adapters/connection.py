"""The driver's connection of a transaction: plain rows and COPY, no objects per row."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, LiteralString

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import raw_connection

COPY_ROWS_AT_ONCE = 1_000
"""So many rows of text are given to the driver together."""

Parameters = Sequence[Any] | Mapping[str, Any]


class Connection:
    """Statements in the session's own transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._found: psycopg.AsyncConnection | None = None
        self._transaction: object = None

    async def rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        raw = await self._raw()
        cursor = await raw.execute(statement, parameters)
        return await cursor.fetchall()

    async def run(self, statement: LiteralString, parameters: Parameters = ()) -> int:
        """How many rows a statement changed."""
        raw = await self._raw()
        cursor = await raw.execute(statement, parameters)
        return cursor.rowcount

    async def copy(self, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> None:
        """Stream rows into a table (``copy … from stdin``)."""
        raw = await self._raw()
        async with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)

    async def copy_text(self, statement: LiteralString, rows: Iterable[str]) -> None:
        """Stream rows that are in COPY's text format already: for values that need no escaping."""
        raw = await self._raw()
        async with raw.cursor() as cursor, cursor.copy(statement) as copy:
            left = iter(rows)
            while some := list(islice(left, COPY_ROWS_AT_ONCE)):
                await copy.write("\n".join((*some, "")))

    async def _raw(self) -> psycopg.AsyncConnection:
        """Asked of the session once for each transaction: it takes longer to answer than a small statement."""
        current = self._session.sync_session.get_transaction()
        if self._found is None or current is None or current is not self._transaction:
            self._found = await raw_connection(self._session)
            self._transaction = self._session.sync_session.get_transaction()
        return self._found
