"""Work on runs: several at a time, each under a lease that is renewed, each retried a bounded number of times."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog

from smena.clock import Clock
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.http.problems import Problem
from smena.observability.metrics import RUN_SECONDS, RUNS_AT_WORK, RUNS_FINISHED, RUNS_TAKEN_AGAIN
from smena.observability.tracing import continue_trace
from smena.runs.context import RunContext, RunPostponedError
from smena.runs.problems import gave_up, stored_problem
from smena.runs.run import Run, RunState
from smena.runs.store import RunLostError, RunStore
from smena.runtime.service import BackgroundLoop

LEASE_SECONDS = 60.0
POLL_SECONDS = 1.0
RUNS_AT_A_TIME = 2
HAND_BACK_SECONDS = 5.0
"""How long a stopping worker tries to give its run back; after that its lease simply ends."""

Handler = Callable[[RunContext], Awaitable[dict[str, Any]]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon a failed run is tried again. A ``Problem`` is an answer: it is never retried."""

    attempts_max: int = 5
    first_seconds: float = 1.0
    growth: float = 3.0
    seconds_max: float = 60.0

    def wait_after(self, attempts: int) -> float:
        """Seconds to wait after so many attempts."""
        return min(self.seconds_max, self.first_seconds * self.growth ** (attempts - 1))


class RunWorker:
    """Takes the runs of one service whose kind it has a handler for.

    ``explain`` turns an error of the outside world into the problem a reader understands; None where it can't.
    ``is_final`` says that trying again is pointless until a person has acted.
    """

    def __init__(
        self,
        database: Database,
        store: RunStore,
        notifications: Notifications,
        handlers: Mapping[str, Handler],
        clock: Clock,
        *,
        lease_seconds: float = LEASE_SECONDS,
        retry: RetryPolicy | None = None,
        explain: Callable[[Exception], Problem | None] = lambda _: None,
        is_final: Callable[[Exception], bool] = lambda _: False,
        at_a_time: int = RUNS_AT_A_TIME,
    ) -> None:
        self._database = database
        self._store = store
        self._notifications = notifications
        self._handlers = dict(handlers)
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._retry = retry or RetryPolicy()
        self._explain = explain
        self._is_final = is_final
        self._at_a_time = at_a_time
        self._owner = uuid4().hex

    def loop(self) -> BackgroundLoop:
        """The loop of this worker, for the service's parts."""
        return BackgroundLoop("runs", self.run)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_a_time):
                group.create_task(self._work_for_ever(), name="runs")

    async def work_once(self) -> bool:
        """Take one run and work on it; False when there is none to take."""
        async with self._database.session() as session:
            run = await self._store.take(session, list(self._handlers), self._owner, self._lease_seconds)
            await session.commit()
        if run is None:
            return False
        with (
            continue_trace(run.traceparent, f"run {run.kind}"),
            structlog.contextvars.bound_contextvars(run_id=str(run.id), run_kind=run.kind),
        ):
            await self._attempt(run)
        return True

    async def _work_for_ever(self) -> None:
        while True:
            if not await self.work_once():
                await self._notifications.wait(self._store.new_channel, POLL_SECONDS)

    async def _attempt(self, run: Run) -> None:
        labels = (self._database.schema, run.kind)
        if run.attempts > 1:
            RUNS_TAKEN_AGAIN.labels(*labels).inc()
        if run.attempts > self._retry.attempts_max:  # every attempt before took its worker down
            await self._end_badly(run, gave_up(run.attempts - 1))
            return
        with RUNS_AT_WORK.labels(*labels).track_inprogress(), RUN_SECONDS.labels(*labels).time():
            try:
                result = await self._under_lease(run)
            except RunLostError:
                _log.warning("run.lost", token=run.token)
            except asyncio.CancelledError:
                await self._hand_back(run)
                raise
            except RunPostponedError as later:
                await self._write(self._store.postpone, run, later.after_seconds, later.waiting)
            except Problem as problem:
                await self._end_badly(run, problem)
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is stored with its run
                await self._try_again(run, error)
            else:
                await self._write(self._store.succeed, run, result)
                self._count(run, RunState.SUCCEEDED)

    async def _under_lease(self, run: Run) -> dict[str, Any]:
        """Run the handler while the lease is renewed; when it is lost the handler is stopped."""
        context = RunContext(run, self._database, self._store, self._clock)
        work = asyncio.ensure_future(self._handlers[run.kind](context))
        keep = asyncio.create_task(self._keep(run), name="run lease")
        try:
            await asyncio.wait((work, keep), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            keep.result()  # ends only by raising RunLostError
            raise RunLostError
        finally:
            for task in (work, keep):
                task.cancel()
            await asyncio.gather(work, keep, return_exceptions=True)

    async def _keep(self, run: Run) -> None:
        good_until = time.monotonic() + self._lease_seconds
        while True:
            await asyncio.sleep(self._lease_seconds / 4)
            asked_at = time.monotonic()
            try:
                await self._write(self._store.renew, run, self._lease_seconds)
                good_until = asked_at + self._lease_seconds
            except RunLostError:
                raise
            except Exception as error:
                _log.warning("run.renewal_failed", error=type(error).__name__)
                if time.monotonic() > good_until:
                    raise RunLostError(f"the lease of run {run.id} ended while the database was away") from error

    async def _try_again(self, run: Run, error: Exception) -> None:
        _log.warning("run.attempt_failed", attempt=run.attempts, exc_info=error)
        problem = self._explain(error) or gave_up(run.attempts)
        if run.attempts >= self._retry.attempts_max or self._is_final(error):
            await self._end_badly(run, problem)
            return
        wait = self._retry.wait_after(run.attempts)
        await self._write(self._store.try_later, run, wait, stored_problem(problem))

    async def _end_badly(self, run: Run, problem: Problem) -> None:
        _log.warning("run.failed", problem=problem.name, attempts=run.attempts)
        await self._write(self._store.fail, run, stored_problem(problem))
        self._count(run, RunState.FAILED)

    async def _hand_back(self, run: Run) -> None:
        try:
            async with asyncio.timeout(HAND_BACK_SECONDS):
                await self._write(self._store.hand_back, run)
        except Exception as error:  # noqa: BLE001 - the lease ends by itself
            _log.warning("run.not_handed_back", error=type(error).__name__)

    async def _write(self, statement: Callable[..., Awaitable[None]], run: Run, *values: Any) -> None:
        async with self._database.session() as session:
            await statement(session, run, *values)
            await session.commit()

    def _count(self, run: Run, state: RunState) -> None:
        RUNS_FINISHED.labels(self._database.schema, run.kind, state).inc()
