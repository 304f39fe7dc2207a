"""Tell how a shift stands in the books, in the transaction that changes it, and only when the word changes."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Row, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from ledger.adapters.tables import DOCUMENT, METADATA, REVISION, SCHEMA, SHIFT, LedgerTable
from ledger.domain.documents import DocumentState
from ledger.domain.shift_standing import REASON_CHARACTERS_MAX, PlacedDocument, ShiftStanding, standing_of
from smena.contracts.envelope import NewEvent
from smena.contracts.ledger_events import SHIFT_STANDING, DocumentInTheWay, ShiftStandingChanged

STANDING_LOCK = 0x5A53
"""Of PostgreSQL's two-part advisory locks the part that says "shift standing"; the other one is the shift."""


class ShiftStandingRow(LedgerTable, table=True):
    """What was told last of a shift. Without a key to the shift: its row may be locked by who waits for this one."""

    __tablename__ = "shift_standing"

    shift: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    told: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


STANDING = METADATA.tables[f"{SCHEMA}.shift_standing"]


class ChangedShifts:
    """The shifts one transaction touched, filled by the repositories."""

    def __init__(self) -> None:
        self._ids: set[UUID] = set()

    def add(self, shift_id: UUID) -> None:
        """Something of this shift changed that its standing depends on."""
        self._ids.add(shift_id)

    def take(self) -> list[UUID]:
        """All of them, in the order in which they are to be locked; afterwards there are none."""
        ids, self._ids = sorted(self._ids), set()
        return ids


class SqlShiftStandings:
    """The standings of one transaction."""

    def __init__(self, session: AsyncSession, changed: ChangedShifts) -> None:
        self._session = session
        self._changed = changed

    async def untold(self, limit: int) -> int:
        """Mark shifts of which nothing was told yet, to be told at the commit; answers how many."""
        told = exists().where(STANDING.c.shift == SHIFT.c.id)
        query = select(SHIFT.c.id).where(SHIFT.c.applied > 0, ~told).order_by(SHIFT.c.id).limit(limit)
        found = (await self._session.execute(query)).scalars().all()
        for shift_id in found:
            self._changed.add(shift_id)
        return len(found)

    async def events(self, at: datetime) -> list[NewEvent]:
        """What is to be told. The last thing before the commit: whoever comes later sees what this one did.

        One writer at a time for each shift, so that the numbers follow the order in which the states were true.
        """
        told = [await self._event(shift_id, at) for shift_id in self._changed.take()]
        return [event for event in told if event is not None]

    async def _event(self, shift_id: UUID, at: datetime) -> NewEvent | None:
        lock = func.pg_advisory_xact_lock(STANDING_LOCK, func.hashtext(bindparam("id")))
        await self._session.execute(select(lock), {"id": str(shift_id)})
        shift = (await self._session.execute(select(SHIFT).where(SHIFT.c.id == shift_id))).one_or_none()
        if shift is None or not shift.applied:
            return None
        documents, waiting = await self._facts(shift_id)
        data = _told(shift, standing_of(documents, waiting_revisions=waiting))
        sha = sha256(msgspec.json.encode(data)).hexdigest()
        known = (await self._session.execute(select(STANDING).where(STANDING.c.shift == shift_id))).one_or_none()
        if known is not None and known.told == sha:
            return None
        number = 1 if known is None else known.number + 1
        values = {"number": number, "told": sha, "at": at}
        written = upsert(STANDING).values(shift=shift_id, **values)
        await self._session.execute(written.on_conflict_do_update(index_elements=["shift"], set_=values))
        return NewEvent(
            type=SHIFT_STANDING,
            source=f"/ledger/{shift.organization}",
            partition_key=shift.register,
            data=msgspec.structs.replace(data, number=number),
            subject=str(shift_id),
        )

    async def _facts(self, shift_id: UUID) -> tuple[list[PlacedDocument], bool]:
        d, r = DOCUMENT.c, REVISION.c
        query = select(d.id, d.kind, d.state, d.reason, d.withdrawing.is_not(None)).where(d.shift == shift_id)
        rows = await self._session.execute(query.order_by(d.revision, d.rank, d.key))
        documents = [PlacedDocument(row[0], row[1], DocumentState(row[2]), row[3], row[4]) for row in rows]
        waits = exists().where(r.shift == shift_id, r.applied_at.is_(None))
        return documents, bool((await self._session.execute(select(waits))).scalar_one())


def _told(shift: Row[Any], standing: ShiftStanding) -> ShiftStandingChanged:
    """What is told, as yet without its number."""
    return ShiftStandingChanged(
        organization=shift.organization,
        register=shift.register,
        shift=str(shift.id),
        number=0,
        revision=shift.applied,
        state=standing.state.value,
        documents=list(_named(standing.in_the_way)),
    )


def _named(documents: Iterable[PlacedDocument]) -> Iterable[DocumentInTheWay]:
    for one in documents:
        reason = (one.reason or "")[:REASON_CHARACTERS_MAX]
        yield DocumentInTheWay(id=str(one.id), kind=one.kind, state=one.state.value, reason=reason)
