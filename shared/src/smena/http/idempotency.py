"""Idempotency keys: the first answer of a key is stored and given again (contracts.md, HTTP)."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from smena.db.database import Database

KEY_LENGTH_MAX = 255
RETENTION_DAYS = 30
LEASE_SECONDS = 60.0
"""A key whose holder neither answered nor renewed for so long is free for the same request again."""
PURGE_EVERY_SECONDS = 3600.0
PURGE_ROWS_MAX = 10_000

_RUNNING, _DONE = "running", "done"


def idempotency_table(metadata: MetaData, schema: str) -> Table:
    """The table of a service's keys."""
    return Table(
        "idempotency_key",
        metadata,
        Column("token", Text, primary_key=True),
        Column("route", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("locked_until", DateTime(timezone=True), nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("status", Integer),
        Column("headers", JSONB),
        Column("body", LargeBinary),
        Index("ix_idempotency_key_created_at", "created_at"),
        schema=schema,
    )


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Whose key it is, for which route, and a fingerprint of all that makes the request this one."""

    token: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The key is ours to answer; ``attempt`` fences off a holder that was thought dead."""

    attempt: int


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer of this key."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The first request of this key has no answer yet."""


@dataclass(frozen=True, slots=True)
class Reused:
    """The key belongs to another request."""


class IdempotencyStore:
    """The keys of one service; time is the database's."""

    def __init__(self, database: Database, table: Table, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._database = database
        self._table = table
        self.lease_seconds = lease_seconds
        self._purged_at = 0.0

    async def claim(self, request: KeyedRequest) -> Claimed | StoredAnswer | StillRunning | Reused:
        """Take a key that is new, past its retention, or left by a dead holder; else say what is known of it."""
        table = self._table
        outdated = table.c.created_at < func.now() - timedelta(days=RETENTION_DAYS)
        abandoned = and_(
            table.c.state == _RUNNING,
            table.c.locked_until < func.now(),
            table.c.fingerprint == request.fingerprint,
        )
        values = {
            "fingerprint": request.fingerprint,
            "state": _RUNNING,
            "locked_until": func.now() + literal(timedelta(seconds=self.lease_seconds)),
            "created_at": func.now(),
        }
        new = insert(table).values(token=request.token, route=request.route, key=request.key, attempt=1, **values)
        taken = new.on_conflict_do_update(
            index_elements=[table.c.token, table.c.route, table.c.key],
            set_={**values, "attempt": table.c.attempt + 1},
            where=or_(outdated, abandoned),
        ).returning(table.c.attempt)
        async with self._database.session() as session:
            attempt = (await session.execute(taken)).scalar_one_or_none()
            if attempt is None:
                row = (await session.execute(select(table).where(self._is(request)))).one_or_none()
                await session.rollback()
                return _known(request, row)
            await session.commit()
        await self._purge_sometimes()
        return Claimed(attempt)

    async def renew(self, request: KeyedRequest, claim: Claimed) -> None:
        """Keep the key while its request is still at work."""
        until = func.now() + literal(timedelta(seconds=self.lease_seconds))
        await self._change(request, claim, locked_until=until)

    async def finish(self, request: KeyedRequest, claim: Claimed, answer: StoredAnswer) -> None:
        """Store the answer, unless somebody took the key over meanwhile."""
        await self._change(
            request,
            claim,
            state=_DONE,
            status=answer.status,
            headers=[list(header) for header in answer.headers],
            body=answer.body,
        )

    async def release(self, request: KeyedRequest, claim: Claimed) -> None:
        """Forget the key: nothing happened, so the corrected request may use it."""
        table = self._table
        async with self._database.session() as session:
            await session.execute(delete(table).where(self._is(request), table.c.attempt == claim.attempt))
            await session.commit()

    async def _change(self, request: KeyedRequest, claim: Claimed, **values: Any) -> None:
        table = self._table
        held = and_(self._is(request), table.c.attempt == claim.attempt, table.c.state == _RUNNING)
        async with self._database.session() as session:
            await session.execute(update(table).where(held).values(**values))
            await session.commit()

    def _is(self, request: KeyedRequest) -> Any:
        columns = self._table.c
        return and_(columns.token == request.token, columns.route == request.route, columns.key == request.key)

    async def _purge_sometimes(self) -> None:
        if time.monotonic() - self._purged_at < PURGE_EVERY_SECONDS:
            return
        self._purged_at = time.monotonic()
        table = self._table
        outdated = (
            select(table.c.token, table.c.route, table.c.key)
            .where(table.c.created_at < func.now() - timedelta(days=RETENTION_DAYS))
            .limit(PURGE_ROWS_MAX)
            .with_for_update(skip_locked=True)
            .subquery()
        )
        same = and_(table.c.token == outdated.c.token, table.c.route == outdated.c.route, table.c.key == outdated.c.key)
        async with self._database.session() as session:
            await session.execute(delete(table).where(same))
            await session.commit()


def _known(request: KeyedRequest, row: Any) -> StoredAnswer | StillRunning | Reused:
    if row is None:  # released between our two statements: its request is over, the caller may come again
        return StillRunning()
    if row.fingerprint != request.fingerprint:
        return Reused()
    if row.state == _RUNNING:
        return StillRunning()
    return StoredAnswer(row.status, [(name, value) for name, value in row.headers], bytes(row.body))
