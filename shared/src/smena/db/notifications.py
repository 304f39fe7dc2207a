"""Wake a loop when another transaction has committed something for it."""

import asyncio
import contextlib
from collections import defaultdict

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import CONNECT_TIMEOUT_SECONDS

RECONNECT_SECONDS = 1.0
"""Pause after a lost LISTEN connection; waiters fall back to their timeout meanwhile."""

_log = structlog.get_logger(__name__)


async def notify(session: AsyncSession, channel: str) -> None:
    """Wake whoever waits on the channel, when and only when this transaction commits."""
    await session.execute(text("select pg_notify(:channel, '')"), {"channel": channel})


class Notifications:
    """LISTEN on one connection for all channels of a service; a lost connection is made again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._signals: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._listening: set[str] = set()
        self._wanted = asyncio.Event()
        self._connection: psycopg.AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def wait(self, channel: str, timeout_seconds: float) -> None:
        """Return when the channel was notified since the last wait, or after the timeout."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen_for_ever(), name="notifications")
        signal = self._signals[channel]
        if channel not in self._listening:
            self._wanted.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await signal.wait()
        signal.clear()

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                _log.warning("notifications.lost", error=str(error))
            self._listening.clear()
            self._wanted.set()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
        )
        async with connection:
            while True:
                self._wanted.clear()
                await self._subscribe(connection)
                await self._read_until_wanted(connection)

    async def _read_until_wanted(self, connection: psycopg.AsyncConnection) -> None:
        """Read notifications until a waiter asks for a channel that is not listened on yet."""
        tasks = [asyncio.create_task(self._wanted.wait()), asyncio.create_task(self._read(connection))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _subscribe(self, connection: psycopg.AsyncConnection) -> None:
        for channel in sorted(self._signals.keys() - self._listening):
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            self._listening.add(channel)
            self._signals[channel].set()  # what was committed before we listened is looked at once

    async def _read(self, connection: psycopg.AsyncConnection) -> None:
        async for message in connection.notifies():
            self._signals[message.channel].set()
