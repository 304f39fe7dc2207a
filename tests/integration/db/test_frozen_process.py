"""A process that is frozen in the middle of a transaction keeps nobody waiting for good."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from smena.db import database as door

SECONDS_MAX = 20


async def test_the_rows_of_a_transaction_that_idles_too_long_are_free_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "IDLE_IN_TRANSACTION_SECONDS_MAX", 1)
    frozen, peer = door.open_database(database_url, "public"), door.open_database(database_url, "public")
    try:
        async with peer.session() as session:
            await session.execute(text("create table lease (name text primary key, owner text)"))
            await session.execute(text("insert into lease values ('shift', 'nobody')"))
            await session.commit()
        sleeper = frozen.session()
        await sleeper.execute(text("update lease set owner = 'sleeper'"))

        async with asyncio.timeout(SECONDS_MAX), peer.session() as session:
            await session.execute(text("update lease set owner = 'peer'"))
            await session.commit()

        with pytest.raises(DBAPIError):
            await sleeper.commit()
        await sleeper.close()
        async with peer.session() as session:
            assert (await session.execute(text("select owner from lease"))).scalar_one() == "peer"
    finally:
        await frozen.close()
        await peer.close()
