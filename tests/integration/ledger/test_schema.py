"""The migrations make exactly the tables the code knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from ledger.main import SERVICE
from smena.db.database import sqlalchemy_url
from smena.db.migrate import migrate


async def test_the_migrated_schema_is_the_declared_one(database_url: str) -> None:
    await migrate(SERVICE, database_url)
    await migrate(SERVICE, database_url)

    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == "ledger",
            "include_object": lambda _, name, kind, *__: not (kind == "table" and name == "alembic_version"),
        }
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, SERVICE.metadata)
    engine.dispose()

    assert differences == []
