"""Read whole tables into columns by COPY, several at once, all from one state of the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
from psycopg import ClientCursor
from psycopg.pq import ExecStatus

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
    statement = ClientCursor(connection).mogrify(f"copy ({reading.query}) to stdout (format csv)", reading.parameters)
    parts: list[pl.DataFrame] = []
    rows, size = list[bytes](), 0
    for row in _copied(connection, statement.encode()):
        rows.append(row)
        size += len(row)
        if size >= PARSED_BYTES:
            parts.append(_parsed(b"".join(rows), reading.schema))
            rows, size = [], 0
    if rows or not parts:
        parts.append(_parsed(b"".join(rows), reading.schema))
    return pl.concat(parts, rechunk=True)


def _copied(connection: psycopg.Connection[Any], statement: bytes) -> Iterator[bytes]:
    """The rows of a COPY, straight from libpq: psycopg's own way takes twice the time for each."""
    line = connection.pgconn
    result = line.exec_(statement)
    if result.status == ExecStatus.COPY_OUT:
        while True:
            size, row = line.get_copy_data(0)
            if size <= 0:
                break
            yield bytes(row)
        while (ended := line.get_result()) is not None:
            result = ended
    if result.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.OperationalError(result.error_message.decode(errors="replace"))


def _parsed(text: bytes, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """PostgreSQL quotes an empty text and leaves a missing one bare, which the parser tells apart."""
    if not text:
        return pl.DataFrame(schema=dict(schema))
    read_as = {name: pl.String() if dtype == _BOOLEAN else dtype for name, dtype in schema.items()}
    frame = pl.read_csv(text, has_header=False, schema=read_as)
    return frame.with_columns(pl.col(name) == "t" for name, dtype in schema.items() if dtype == _BOOLEAN)
