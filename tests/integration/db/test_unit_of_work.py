"""A unit of work is rolled back unless it was committed, and carries its events with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from servers.messages import Desk, note
from servers.waiting import until
from smena.db.database import raw_connection
from smena.db.notifications import Notifications, notify


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url)
    await desk.create()
    yield desk
    await desk.close()


async def test_state_and_event_are_committed_together(desk: Desk) -> None:
    async with desk.work() as work:
        await work.session.execute(insert(desk.effects).values(event_id=uuid4(), consumer="x", text="state"))
        work.outbox.add(note("event"))
        await work.commit()

    assert await desk.done() == ["state"]
    assert await desk.unsent() == 1


@pytest.mark.parametrize("error", [None, ValueError, asyncio.CancelledError])
async def test_without_a_commit_neither_is_there(desk: Desk, error: type[BaseException] | None) -> None:
    with contextlib.nullcontext() if error is None else pytest.raises(error):
        await _begin_and_leave(desk, error)
    assert await desk.done() == []
    assert await desk.unsent() == 0


async def test_of_two_transactions_doing_one_event_one_is_first_and_the_other_waits_to_know(desk: Desk) -> None:
    event_id = uuid4()
    async with desk.work() as first:
        assert await first.inbox.first(event_id, "desk.notes")
        second = asyncio.create_task(_is_first(desk, event_id))
        assert not second.done()
        await first.commit()
    assert await second is False


async def test_an_event_whose_first_doer_rolled_back_is_done_by_the_next(desk: Desk) -> None:
    event_id = uuid4()
    async with desk.work() as first:
        assert await first.inbox.first(event_id, "desk.notes")
    assert await _is_first(desk, event_id) is True


async def test_the_drivers_connection_belongs_to_the_same_transaction(desk: Desk) -> None:
    async with desk.work() as work:
        raw = await raw_connection(work.session)
        async with (
            raw.cursor() as cursor,
            cursor.copy("copy desk.effect (event_id, consumer, text) from stdin") as copy,
        ):
            await copy.write_row((uuid4(), "copy", "copied"))
        assert await desk.done() == []
        await work.commit()
    assert await desk.done() == ["copied"]


async def test_a_waiter_wakes_at_the_commit_and_not_before(desk: Desk) -> None:
    notifications = Notifications(desk.database.url)
    await notifications.wait("news", 0.5)
    woken = asyncio.create_task(notifications.wait("news", 30))
    async with desk.work() as work:
        await notify(work.session, "news")
        await work.session.flush()
        assert not woken.done()
        await work.commit()
    async with asyncio.timeout(5):
        await woken
    await notifications.close()


async def test_waiting_goes_on_after_the_listening_connection_was_cut(desk: Desk, postgres_url: str) -> None:
    notifications = Notifications(desk.database.url)
    await notifications.wait("news", 0.5)
    with psycopg.connect(desk.database.url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )

    async def wakes() -> bool:
        woken = asyncio.create_task(notifications.wait("news", 2))
        async with desk.work() as work:
            await notify(work.session, "news")
            await work.commit()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await woken
        return loop.time() - began < 1

    await until(wakes)
    await notifications.close()


async def _begin_and_leave(desk: Desk, error: type[BaseException] | None) -> None:
    async with desk.work() as work:
        await work.session.execute(insert(desk.effects).values(event_id=uuid4(), consumer="x", text="state"))
        work.outbox.add(note("event"))
        await work.outbox.flush()
        if error is not None:
            raise error


async def _is_first(desk: Desk, event_id: object) -> bool:
    async with desk.work() as work:
        first = await work.inbox.first(event_id, "desk.notes")  # type: ignore[arg-type]
        await work.commit()
        return first


async def test_the_text_of_a_failed_statement_goes_to_the_logs_without_its_values(desk: Desk) -> None:
    """They may be the secret of a webhook, a receipt, or a person."""
    row = {"event_id": uuid4(), "consumer": "x", "text": "whsec_mine\x00"}
    async with desk.work() as work:
        with pytest.raises(DBAPIError) as failed:
            await work.session.execute(insert(desk.effects).values(row))

    assert "whsec_mine" not in str(failed.value)
