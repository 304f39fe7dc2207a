"""What the first release that ran the main job left behind: its schemas with data, its statements, its answers.

Made once by its own code and frozen: ``first_release/README.md`` says how.
"""

import json
import lzma
import re
from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

FOLDER = Path(__file__).parent / "first_release"
_PLACE = re.compile(r"\$(\d+)")


def restore(schema: str, url: str) -> None:
    """Put a service's schema back as it was."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(lzma.decompress((FOLDER / f"{schema}.sql.xz").read_bytes()))


def statements(schema: str) -> list[tuple[str, list[str | None]]]:
    """Each statement that the release sent about this schema, once, with parameters it sent."""
    text = lzma.decompress((FOLDER / f"{schema}.statements.jsonl.xz").read_bytes()).decode()
    rows = [json.loads(line) for line in text.splitlines()]
    return [(row["sql"], row["parameters"]) for row in rows]


def answers() -> dict[str, Any]:
    """What the release answered to each GET, by path."""
    found: dict[str, Any] = json.loads(lzma.decompress((FOLDER / "answers.json.xz").read_bytes()))
    return found


def say_again(connection: psycopg.Connection, sql: str, parameters: list[str | None]) -> None:
    """Send one of the release's statements and roll it back.

    What it wrote stands in the data already, so a second row of the same key is no fault of the schema.
    """
    try:
        if sql.lower().startswith("copy "):
            with connection.cursor() as cursor, cursor.copy(sql.encode()) as copy:
                copy.write(b"")
        else:
            # parameters stand in the text, as literals without a type: the server reads them as it read the release's
            literals = ["null" if each is None else _literal(each) for each in parameters]
            connection.execute(_PLACE.sub(lambda place: literals[int(place[1]) - 1], sql).encode())
    except UniqueViolation:
        pass
    finally:
        connection.rollback()


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
