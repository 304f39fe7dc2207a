"""Run one statement on the driver's connection of the session's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import raw_connection

ROWS_PER_WRITE = 500
BINARY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""Signature, no flags, no extension (PostgreSQL, COPY, Binary Format)."""
BINARY_END = b"\xff\xff"


async def fetch(session: AsyncSession, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement, as tuples in binary form; empty where it gives none."""
    connection = await raw_connection(session)
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


async def copy_binary(session: AsyncSession, statement: str, rows: Sequence[bytes]) -> None:
    """Load rows that are packed already by binary COPY in the session's transaction."""
    connection = await raw_connection(session)
    async with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        await copy.write(BINARY_HEAD)
        for first in range(0, len(rows), ROWS_PER_WRITE):
            await copy.write(b"".join(rows[first : first + ROWS_PER_WRITE]))
        await copy.write(BINARY_END)
