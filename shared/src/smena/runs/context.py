"""What a handler of runs may do: say how far it is, remember where it was, prove that the run is still its own."""

import time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from smena.clock import Clock
from smena.db.database import Database
from smena.runs.run import Run
from smena.runs.store import RunStore

PROGRESS_EVERY_SECONDS = 0.25
"""Progress said more often than this is written only when it is the last."""


class RunPostponedError(Exception):
    """A handler's word that its time has not come: the run is queued again, and no attempt is counted.

    ``waiting`` says what is waited for; it stands as the run's result until then.
    """

    def __init__(self, after_seconds: float, waiting: dict[str, Any]) -> None:
        super().__init__(f"not before {after_seconds} s from now")
        self.after_seconds = after_seconds
        self.waiting = waiting


class RunContext:
    """One attempt of one run. Handlers are idempotent: a run may be taken up again from any point."""

    def __init__(self, run: Run, database: Database, store: RunStore, clock: Clock) -> None:
        self.run = run
        self.clock = clock
        self._database = database
        self._store = store
        self._said_at = 0.0

    @property
    def payload(self) -> dict[str, Any]:
        """What was asked for."""
        return self.run.payload

    @property
    def saved(self) -> dict[str, Any]:
        """The last checkpoint of an earlier attempt; empty at the first."""
        return self.run.checkpoint or {}

    async def progress(self, done: int, total: int | None, **details: Any) -> None:
        """Say how far the run is.

        Raises:
            RunLostError: another worker has taken the run over; stop.
        """
        if done != total and time.monotonic() - self._said_at < PROGRESS_EVERY_SECONDS:
            return
        self._said_at = time.monotonic()
        async with self._database.session() as session:
            await self._store.progress(session, self.run, done, total, details)
            await session.commit()

    async def checkpoint(self, session: AsyncSession | None = None, **saved: Any) -> None:
        """Remember where to go on after a crash; with a session, in that transaction.

        Raises:
            RunLostError: another worker has taken the run over; stop.
        """
        if session is not None:
            await self._store.save_checkpoint(session, self.run, saved)
            return
        async with self._database.session() as own:
            await self._store.save_checkpoint(own, self.run, saved)
            await own.commit()

    async def hold(self, session: AsyncSession) -> None:
        """Prove in the transaction of a write that the run is still this worker's.

        Raises:
            RunLostError: another worker has taken the run over; stop.
        """
        await self._store.hold(session, self.run)
