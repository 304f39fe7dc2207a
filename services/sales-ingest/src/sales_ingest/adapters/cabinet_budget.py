"""How hard one cabinet may be asked by all processes of sales-ingest together: slots and pace in PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString

import psycopg
import structlog
from sqlalchemy import DateTime
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable
from smena.db.database import CONNECT_TIMEOUT_SECONDS
from smena.outside.budget import RequestBudget, shared_budget

LOOK_SECONDS = 0.02
"""Pause before the slots are tried again when peers hold them all; with jitter, so that nobody is starved."""

TAKE_SLOT = "select pg_try_advisory_lock(hashtext(%s), %s)"
GIVE_SLOT = "select pg_advisory_unlock(hashtext(%s), %s)"

PACE = """
insert into sales_ingest.request_pace as known (base, next_at)
values (%(base)s, clock_timestamp() + %(interval)s * interval '1 second')
on conflict (base) do update set next_at =
    greatest(known.next_at, clock_timestamp() - %(burst)s * interval '1 second') + %(interval)s * interval '1 second'
returning extract(epoch from next_at - clock_timestamp())::float8 - %(interval)s
"""

REST = """
insert into sales_ingest.request_pace as known (base, next_at)
values (%(base)s, clock_timestamp() + %(seconds)s * interval '1 second')
on conflict (base) do update set next_at = greatest(known.next_at, excluded.next_at)
"""

_log = structlog.get_logger(__name__)


class RequestPaceRow(SalesTable, table=True):
    """When the next request to a base may leave; one row for each base, written before each request."""

    __tablename__ = "request_pace"

    base: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=DateTime(timezone=True))


class CabinetBudgets:
    """The budgets of this process, over one connection: its end gives back every slot, however the process died."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._budgets: dict[str, RequestBudget] = {}
        self._connection: psycopg.AsyncConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    def of(self, base: str, requests_per_second: float, concurrency: int) -> RequestBudget:
        """The one budget of a base, inside the one all adapters of this process share."""
        if base not in self._budgets:
            within = shared_budget(base, requests_per_second, concurrency)
            self._budgets[base] = PeersBudget(self, base, requests_per_second, concurrency, within)
        return self._budgets[base]

    async def ask(self, statement: LiteralString, parameters: Any) -> Any:
        """The first value of a statement that commits by itself; a broken connection is made again by the next."""
        async with self._one_at_a_time:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = await psycopg.AsyncConnection.connect(
                        self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS
                    )
                    await self._connection.execute("set synchronous_commit = off")  # a lost pace costs nothing
                cursor = await self._connection.execute(statement, parameters)
                row = await cursor.fetchone() if cursor.description else None
                return row[0] if row else None
            except psycopg.Error:
                await self.close()
                raise

    async def close(self) -> None:
        """Let the connection and with it every slot go."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class PeersBudget:
    """One base's slots are advisory locks of a session: they end with it. Its pace is a row."""

    def __init__(
        self, budgets: CabinetBudgets, base: str, requests_per_second: float, concurrency: int, within: RequestBudget
    ) -> None:
        self._budgets = budgets
        self._base = base
        self._interval = 1.0 / requests_per_second
        self._burst_seconds = max(0.0, 1.0 - self._interval)
        self._slots = range(concurrency)
        self._held: set[int] = set()
        self._within = within

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a slot that no process holds and for the next moment of the common pace."""
        async with self._within.turn():
            slot = await self._take()
            try:
                pace = {"base": self._base, "interval": self._interval, "burst": self._burst_seconds}
                wait = await self._budgets.ask(PACE, pace)
                if wait > 0:
                    await asyncio.sleep(wait)
                yield
            finally:
                await asyncio.shield(self._give(slot))

    async def rest(self, seconds: float) -> None:
        """Let no process ask for so long: the other side wants it."""
        await self._within.rest(seconds)
        await self._budgets.ask(REST, {"base": self._base, "seconds": seconds})

    async def _take(self) -> int:
        while True:
            for slot in self._slots:
                if slot in self._held:
                    continue
                self._held.add(slot)  # a session may lock twice: what this process holds is known here
                if await self._try(slot):
                    return slot
            await asyncio.sleep(LOOK_SECONDS * (0.5 + random.random()))  # noqa: S311 - jitter, no secret

    async def _try(self, slot: int) -> bool:
        """A waiter that is cancelled meanwhile gives back what it may just have got."""
        asked = asyncio.ensure_future(self._budgets.ask(TAKE_SLOT, (self._base, slot)))
        try:
            taken = bool(await asyncio.shield(asked))
        except asyncio.CancelledError:
            await asyncio.wait([asked])
            await self._give(slot)
            raise
        except psycopg.Error:
            self._held.discard(slot)
            raise
        if not taken:
            self._held.discard(slot)
        return taken

    async def _give(self, slot: int) -> None:
        try:
            await self._budgets.ask(GIVE_SLOT, (self._base, slot))
        except psycopg.Error as error:  # the session is gone, and its locks with it
            _log.warning("cabinet-budget.lost", error=str(error))
        finally:
            self._held.discard(slot)
