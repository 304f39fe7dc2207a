"""The runs of a service, as statements; who calls decides the transaction."""

from collections.abc import Collection
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Table, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.notifications import notify
from smena.kinds.identity import SMENA_NAMESPACE
from smena.observability.tracing import current_traceparent
from smena.runs.run import Run, RunState

_FIELDS = tuple(field.name for field in fields(Run))


class RunLostError(Exception):
    """Another worker has taken the run over: nothing may be written in its name."""


class RunStore:
    """Bound to the runs table of one service."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.new_channel = f"{table.schema}_runs"
        """Notified when there is a run to take."""
        self.changed_channel = f"{table.schema}_runs_changed"
        """Notified when a run's state or progress has changed."""

    async def create(
        self,
        session: AsyncSession,
        *,
        kind: str,
        payload: dict[str, Any],
        organization: str,
        dedupe: str | None = None,
    ) -> Run:
        """Queue a run in the caller's transaction; the same ``dedupe`` answers the run that is there already."""
        table = self._table
        run_id = uuid5(SMENA_NAMESPACE, f"run|{table.schema}|{dedupe}") if dedupe else uuid4()
        new = insert(table).values(
            id=run_id,
            kind=kind,
            payload=payload,
            organization=organization,
            dedupe=dedupe,
            traceparent=current_traceparent(),
        )
        await session.execute(new.on_conflict_do_nothing())
        await notify(session, self.new_channel)
        found = await self.get(session, run_id)
        assert found is not None, "the run was inserted or stood there before"
        return found

    async def get(self, session: AsyncSession, run_id: UUID) -> Run | None:
        """The run of this id."""
        row = (await session.execute(select(self._table).where(self._table.c.id == run_id))).one_or_none()
        return None if row is None else _run(row)

    async def take(self, session: AsyncSession, kinds: Collection[str], owner: str, lease_seconds: float) -> Run | None:
        """Take the run that waits longest: a queued one whose time has come, or one whose worker is gone."""
        table = self._table
        free = or_(
            and_(table.c.state == RunState.QUEUED, table.c.not_before <= func.now()),
            and_(table.c.state == RunState.RUNNING, table.c.locked_until < func.now()),
        )
        candidate = (
            select(table.c.id)
            .where(table.c.kind.in_(kinds), free)
            .order_by(table.c.not_before, table.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        taken = (
            update(table)
            .where(table.c.id == candidate)
            .values(
                state=RunState.RUNNING,
                owner=owner,
                token=table.c.token + 1,
                attempts=table.c.attempts + 1,
                version=table.c.version + 1,
                locked_until=_from_now(lease_seconds),
                started_at=func.coalesce(table.c.started_at, func.now()),
            )
            .returning(table)
        )
        row = (await session.execute(taken)).one_or_none()
        return None if row is None else _run(row)

    async def renew(self, session: AsyncSession, run: Run, lease_seconds: float) -> None:
        """Keep a run for so many seconds from now.

        Raises:
            RunLostError: another worker has it.
        """
        await self._write(session, run, locked_until=_from_now(lease_seconds))

    async def progress(
        self, session: AsyncSession, run: Run, done: int, total: int | None, details: dict[str, Any]
    ) -> None:
        """Say how far a run is.

        Raises:
            RunLostError: another worker has it.
        """
        await self._change(session, run, done=done, total=total, details=details)

    async def save_checkpoint(self, session: AsyncSession, run: Run, checkpoint: dict[str, Any]) -> None:
        """Remember where to go on after a crash.

        Raises:
            RunLostError: another worker has it.
        """
        await self._write(session, run, checkpoint=checkpoint)

    async def hold(self, session: AsyncSession, run: Run) -> None:
        """Prove, in the transaction of a write, that the run is still ours; nobody can take it before the commit.

        Raises:
            RunLostError: another worker has it.
        """
        table = self._table
        ours = select(table.c.id).where(self._held(run)).with_for_update(read=True)
        if (await session.execute(ours)).first() is None:
            raise _lost(run)

    async def succeed(self, session: AsyncSession, run: Run, result: dict[str, Any]) -> None:
        """End a run well.

        Raises:
            RunLostError: another worker has it.
        """
        table = self._table
        # what was left unsaid of the progress is done now
        done = case((table.c.total.is_not(None), table.c.total), else_=table.c.done)
        await self._change(
            session, run, state=RunState.SUCCEEDED, result=result, error=None, done=done, finished_at=func.now()
        )

    async def fail(self, session: AsyncSession, run: Run, error: dict[str, Any]) -> None:
        """End a run with the problem that stopped it.

        Raises:
            RunLostError: another worker has it.
        """
        await self._change(session, run, state=RunState.FAILED, result=None, error=error, finished_at=func.now())

    async def try_later(self, session: AsyncSession, run: Run, after_seconds: float, error: dict[str, Any]) -> None:
        """Queue a run again after a failure that may pass; the problem is shown meanwhile.

        Raises:
            RunLostError: another worker has it.
        """
        later = _from_now(after_seconds)
        await self._change(session, run, state=RunState.QUEUED, error=error, not_before=later, locked_until=None)

    async def postpone(self, session: AsyncSession, run: Run, after_seconds: float, waiting: dict[str, Any]) -> None:
        """Queue a run again whose time has not come; no attempt is counted.

        Raises:
            RunLostError: another worker has it.
        """
        later, attempts = _from_now(after_seconds), self._table.c.attempts - 1
        await self._change(
            session,
            run,
            state=RunState.QUEUED,
            result=waiting,
            error=None,
            not_before=later,
            locked_until=None,
            attempts=attempts,
        )

    async def hasten(self, session: AsyncSession, run_id: UUID, payload: dict[str, Any]) -> None:
        """Let a run that waits go at once, with another payload; one that is at work or ended is left alone."""
        columns = self._table.c
        waiting = and_(columns.id == run_id, columns.state == RunState.QUEUED)
        await session.execute(update(self._table).where(waiting).values(payload=payload, not_before=func.now()))
        await notify(session, self.new_channel)

    async def hand_back(self, session: AsyncSession, run: Run) -> None:
        """Give a run back untried, because this worker is stopping."""
        table = self._table
        values = {"state": RunState.QUEUED, "locked_until": None, "attempts": table.c.attempts - 1}
        await session.execute(update(table).where(self._held(run)).values(**values))
        await notify(session, self.new_channel)

    async def _change(self, session: AsyncSession, run: Run, **values: Any) -> None:
        await self._write(session, run, version=self._table.c.version + 1, **values)
        await notify(session, self.changed_channel)

    async def _write(self, session: AsyncSession, run: Run, **values: Any) -> None:
        table = self._table
        changed = update(table).where(self._held(run)).values(**values).returning(table.c.id)
        if (await session.execute(changed)).first() is None:
            raise _lost(run)

    def _held(self, run: Run) -> Any:
        columns = self._table.c
        return and_(columns.id == run.id, columns.token == run.token, columns.state == RunState.RUNNING)


def _from_now(seconds: float) -> Any:
    return func.clock_timestamp() + literal(timedelta(seconds=seconds))


def _lost(run: Run) -> RunLostError:
    return RunLostError(f"run {run.id} is in other hands, token {run.token} is no longer valid")


def _run(row: Any) -> Run:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Run(**{**values, "state": RunState(values["state"])})
