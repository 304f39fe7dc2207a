"""Read whole tables into columns by COPY, several at once, all from one state of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg

PARSED_BYTES = 8 * 1024 * 1024
"""So much of a table is held as text at a time."""
CONNECT_SECONDS = 5
_BOOLEAN = pl.Boolean()


@dataclass(frozen=True, slots=True)
class Reading:
    """One table: the query, what is put into it, and the columns it gives in their order."""

    query: str
    parameters: Sequence[Any]
    schema: Mapping[str, pl.DataType]


def read_tables(url: str, snapshot: str, readings: Sequence[Reading]) -> list[pl.DataFrame]:
    """Read one table after the other on one connection, as of another transaction's snapshot. Blocks."""
    with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        connection.execute("begin isolation level repeatable read read only")
        connection.execute(psycopg.sql.SQL("set transaction snapshot {}").format(psycopg.sql.Literal(snapshot)))
        return [_read(connection, reading) for reading in readings]


def _read(connection: psycopg.Connection[Any], reading: Reading) -> pl.DataFrame:
    statement = f"copy ({reading.query}) to stdout (format csv)".encode()
    parts: list[pl.DataFrame] = []
    rows, size = list[bytes](), 0
    with connection.cursor() as cursor, cursor.copy(statement, reading.parameters) as copy:
        for row in copy:
            rows.append(bytes(row))
            size += len(row)
            if size >= PARSED_BYTES:
                parts.append(_parsed(b"".join(rows), reading.schema))
                rows, size = [], 0
    if rows or not parts:
        parts.append(_parsed(b"".join(rows), reading.schema))
    return pl.concat(parts, rechunk=True)


def _parsed(text: bytes, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """PostgreSQL quotes an empty text and leaves a missing one bare, which the parser tells apart."""
    if not text:
        return pl.DataFrame(schema=dict(schema))
    read_as = {name: pl.String() if dtype == _BOOLEAN else dtype for name, dtype in schema.items()}
    frame = pl.read_csv(text, has_header=False, schema=read_as)
    return frame.with_columns(pl.col(name) == "t" for name, dtype in schema.items() if dtype == _BOOLEAN)
