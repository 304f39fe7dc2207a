"""The driver's connection of a transaction: plain rows and COPY, no objects per row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import raw_connection

Parameters = Sequence[Any] | Mapping[str, Any]


class Connection:
    """Statements in the session's own transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(self, statement: LiteralString, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        raw = await raw_connection(self._session)
        cursor = await raw.execute(statement, parameters)
        return await cursor.fetchall()

    async def run(self, statement: LiteralString, parameters: Parameters = ()) -> int:
        """How many rows a statement changed."""
        raw = await raw_connection(self._session)
        cursor = await raw.execute(statement, parameters)
        return cursor.rowcount

    async def copy(self, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> None:
        """Stream rows into a table (``copy … from stdin``)."""
        raw = await raw_connection(self._session)
        async with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)
