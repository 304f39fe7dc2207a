"""A PostgreSQL for the tests: the one that is named, else a private one that forgets everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from smena.db.embedded import EmbeddedPostgres

# Safe for data that live as long as one test, and for no other data.
FAST_AND_FORGETFUL = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not under pytest's own folder: each pytest that starts closes that one to everybody but its user, and run
    by root, PostgreSQL is another user.
    """
    folder = Path(mkdtemp(prefix="smena-test-"))
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


@contextmanager
def private_postgres(folder: Path) -> Iterator[str]:
    server = EmbeddedPostgres(folder)
    url = server.start_now()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in FAST_AND_FORGETFUL:
                connection.execute(f"alter system set {setting}")
            connection.execute("select pg_reload_conf()")
        yield url
    finally:
        server.stop_now()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
