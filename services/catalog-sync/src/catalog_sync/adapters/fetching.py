"""Run one statement on the driver's connection of the session's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import raw_connection


async def fetch(session: AsyncSession, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement, as tuples in binary form; empty where it gives none."""
    connection = await raw_connection(session)
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


async def copy_rows(session: AsyncSession, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Load rows by COPY in the session's transaction."""
    connection = await raw_connection(session)
    async with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            await copy.write_row(row)
