"""How hard one cabinet may be asked by all processes of sales-ingest together: slots and permits in PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg
import structlog

from sales_ingest.adapters.cabinet_permits import (
    GIVE_PERMIT,
    HOLD_SECONDS,
    NEXT_PERMIT,
    OPEN_PERMITS,
    REST,
    TAKE_PERMIT,
)
from smena.db.database import CONNECT_TIMEOUT_SECONDS
from smena.outside.budget import Pace, RequestBudget, shared_budget

LOOK_SECONDS = 0.02
"""Pause before slots and permits are tried again when peers hold them all; with jitter, so that nobody is starved."""

TAKE_SLOT = "select pg_try_advisory_lock(hashtext(%s), %s)"
GIVE_SLOT = "select pg_advisory_unlock(hashtext(%s), %s)"

_log = structlog.get_logger(__name__)


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
                    await self._connection.execute("set synchronous_commit = off")  # a lost permit costs nothing
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
    """One base's slots are advisory locks of a session: they end with it. Its permits are rows."""

    def __init__(
        self, budgets: CabinetBudgets, base: str, requests_per_second: float, concurrency: int, within: RequestBudget
    ) -> None:
        self._budgets = budgets
        self._base = base
        self._pace = Pace.of(requests_per_second)
        self._opened = False
        self._slots = range(concurrency)
        self._held: set[int] = set()
        self._within = within

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a slot and for a permit that no process holds."""
        async with self._within.turn():
            slot = await self._take()
            try:
                permit = await self._take_permit()
                try:
                    yield
                finally:
                    await asyncio.shield(self._give_permit(permit))
            finally:
                await asyncio.shield(self._give(slot))

    async def rest(self, seconds: float) -> None:
        """Let no process ask for so long: the other side wants it."""
        await self._within.rest(seconds)
        await self._budgets.ask(REST, {"base": self._base, "seconds": seconds})

    async def _take_permit(self) -> int:
        asked = {
            "base": self._base,
            "permits": self._pace.permits,
            "window": self._pace.window_seconds,
            "hold": HOLD_SECONDS,
        }
        if not self._opened:
            await self._budgets.ask(OPEN_PERMITS, asked)
            self._opened = True
        while True:
            permit: int | None = await self._budgets.ask(TAKE_PERMIT, asked)
            if permit is not None:
                return permit
            wait = await self._budgets.ask(NEXT_PERMIT, asked)
            await asyncio.sleep(max(wait, LOOK_SECONDS * random.random()))  # noqa: S311 - jitter, no secret

    async def _give_permit(self, permit: int) -> None:
        """A permit that can't be given back comes back by itself, a little later."""
        given = {"base": self._base, "permit": permit, "window": self._pace.window_seconds}
        try:
            await self._budgets.ask(GIVE_PERMIT, given)
        except psycopg.Error as error:
            _log.warning("cabinet-budget.lost", error=str(error))

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
