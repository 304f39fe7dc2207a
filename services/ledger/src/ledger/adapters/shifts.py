"""Shifts and their published revisions in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Subquery, and_, exists, func, insert, literal, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.rule_rows import rules_column, rules_from
from ledger.adapters.shift_standings import ChangedShifts
from ledger.adapters.tables import DOCUMENT, REVISION, SHIFT
from ledger.domain.documents import DocumentState
from ledger.domain.rules import DocumentRules
from ledger.domain.shifts import ShiftKey, ShiftRevision
from ledger.domain.status import AS_WRITTEN, UNCLEAR
from ledger.ports.repositories import KeptRevision, KeptShift, ShiftPlace, WaitingRevision
from smena.observability.tracing import current_traceparent


class SqlShifts:
    """Shifts of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, shift: ShiftKey) -> KeptShift:
        """The shift, kept from now on, locked until the end of the transaction: one writer per shift."""
        columns = {name: getattr(shift, name) for name in ShiftKey.__dataclass_fields__}
        await self._session.execute(upsert(SHIFT).values(**columns, applied=0).on_conflict_do_nothing())
        row = (await self._session.execute(select(SHIFT).where(SHIFT.c.id == shift.id).with_for_update())).one()
        return _shift(row)

    async def lock_known(self, shift_id: UUID) -> KeptShift | None:
        """The shift, locked, when it is known."""
        row = (await self._session.execute(select(SHIFT).where(SHIFT.c.id == shift_id).with_for_update())).one_or_none()
        return None if row is None else _shift(row)

    async def get(self, shift_id: UUID) -> KeptShift | None:
        """The shift, when it is known."""
        row = (await self._session.execute(select(SHIFT).where(SHIFT.c.id == shift_id))).one_or_none()
        return None if row is None else _shift(row)

    async def set_applied(self, shift_id: UUID, number: int) -> None:
        """Note the last revision whose documents stand."""
        await self._session.execute(update(SHIFT).where(SHIFT.c.id == shift_id).values(applied=number))

    async def of_period(self, registers: Sequence[str], first: date, last: date) -> list[UUID]:
        """Shifts with an applied revision whose business date lies in the period, oldest first."""
        days = _days(registers, first, last)
        return list((await self._session.execute(select(days.c.id).order_by(days.c.day, days.c.id))).scalars())

    async def page_of_period(
        self, registers: Sequence[str], first: date, last: date, after: ShiftPlace | None, limit: int
    ) -> list[tuple[ShiftPlace, UUID]]:
        """Shifts of a period by business date, oldest first, after a place in that order."""
        days = _days(registers, first, last)
        query = select(days.c.day, days.c.id)
        if after is not None:
            query = query.where(tuple_(days.c.day, days.c.id) > tuple_(literal(after[0]), literal(UUID(after[1]))))
        rows = await self._session.execute(query.order_by(days.c.day, days.c.id).limit(limit))
        return [((day, str(shift_id)), shift_id) for day, shift_id in rows]

    async def count_of_period(self, registers: Sequence[str], first: date, last: date) -> int:
        """How many shifts of the period have come."""
        days = _days(registers, first, last)
        return (await self._session.execute(select(func.count()).select_from(days))).scalar_one()

    async def all_ids(self) -> list[UUID]:
        """Every shift, in a fixed order."""
        return list((await self._session.execute(select(SHIFT.c.id).order_by(SHIFT.c.opened_at, SHIFT.c.id))).scalars())


class SqlRevisions:
    """Published revisions of one transaction; an event's bytes are never changed."""

    def __init__(self, session: AsyncSession, changed: ChangedShifts) -> None:
        self._session = session
        self._changed = changed

    async def get(self, shift_id: UUID, number: int) -> KeptRevision | None:
        """One revision, when it has come."""
        query = select(REVISION).where(REVISION.c.shift == shift_id, REVISION.c.number == number)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _revision(row)

    async def following(self, shift_id: UUID, number: int) -> KeptRevision | None:
        """The revision that names ``number`` as its predecessor, when it has come and waits."""
        query = select(REVISION).where(
            REVISION.c.shift == shift_id, REVISION.c.previous == number, REVISION.c.applied_at.is_(None)
        )
        row = (await self._session.execute(query.order_by(REVISION.c.number).limit(1))).one_or_none()
        return None if row is None else _revision(row)

    async def applied(self, shift_id: UUID) -> list[KeptRevision]:
        """The applied revisions in order."""
        query = select(REVISION).where(REVISION.c.shift == shift_id, REVISION.c.applied_at.is_not(None))
        return [_revision(row) for row in await self._session.execute(query.order_by(REVISION.c.number))]

    async def waiting(self, shift_id: UUID) -> list[int]:
        """The numbers of revisions that came early and wait for a predecessor."""
        query = select(REVISION.c.number).where(REVISION.c.shift == shift_id, REVISION.c.applied_at.is_(None))
        return list((await self._session.execute(query.order_by(REVISION.c.number))).scalars())

    async def early(
        self, organizations: Sequence[str], after: tuple[UUID, int] | None, limit: int
    ) -> list[WaitingRevision]:
        """All revisions that wait, by shift and number."""
        r = REVISION.c
        query = (
            select(SHIFT, r.number.label("revision"), r.previous, r.received_at)
            .join(REVISION, r.shift == SHIFT.c.id)
            .where(SHIFT.c.organization.in_(organizations), r.applied_at.is_(None))
        )
        if after is not None:
            query = query.where(tuple_(r.shift, r.number) > tuple_(literal(after[0]), literal(after[1])))
        rows = await self._session.execute(query.order_by(r.shift, r.number).limit(limit))
        return [
            WaitingRevision(_shift(row).key, row.revision, row.previous, row.received_at, row.previous == row.applied)
            for row in rows
        ]

    async def to_restate(self, organization: str, limit: int) -> list[UUID]:
        """Shifts whose next revision is kept and may be applied now: nothing about their documents is unclear."""
        d, r = DOCUMENT.c, REVISION.c
        unclear = exists().where(
            d.shift == SHIFT.c.id,
            or_(
                d.state.in_([state.value for state in UNCLEAR]),
                d.withdrawing.is_not(None),
                and_(d.state == DocumentState.PLANNED.value, not_(d.decided_on.startswith(AS_WRITTEN))),
            ),
        )
        query = (
            select(SHIFT.c.id)
            .join(REVISION, (r.shift == SHIFT.c.id) & (r.previous == SHIFT.c.applied))
            .where(SHIFT.c.organization == organization, SHIFT.c.applied > 0, r.applied_at.is_(None), not_(unclear))
        )
        return list((await self._session.execute(query.order_by(r.received_at, SHIFT.c.id).limit(limit))).scalars())

    async def add(self, revision: ShiftRevision, event: bytes, sha256: str, *, at: datetime) -> None:
        """Keep a revision as it came."""
        values = {
            "shift": revision.shift.id,
            "number": revision.number,
            "previous": revision.previous or 0,
            "event": event,
            "sha256": sha256,
            "business_date": revision.business_date,
            "received_at": at,
            "traceparent": current_traceparent(),
        }
        await self._session.execute(insert(REVISION).values(values))
        self._changed.add(revision.shift.id)

    async def trace_of(self, shift_id: UUID) -> str | None:
        """The trace in which the last revision of a shift came."""
        query = select(REVISION.c.traceparent).where(REVISION.c.shift == shift_id)
        return (await self._session.execute(query.order_by(REVISION.c.number.desc()).limit(1))).scalar()

    async def set_applied(
        self, shift_id: UUID, number: int, rules: DocumentRules, *, at: datetime, superseded: Collection[str] = ()
    ) -> None:
        """Note by which rules its documents were built, when, and which earlier ones they took the place of."""
        await self._session.execute(
            update(REVISION)
            .where(REVISION.c.shift == shift_id, REVISION.c.number == number)
            .values(applied_at=at, rules=rules_column(rules), superseded=sorted(superseded) or None)
        )
        self._changed.add(shift_id)


def _shift(row: Row[Any]) -> KeptShift:
    key = ShiftKey(
        id=row.id,
        organization=row.organization,
        cabinet=row.cabinet,
        register=row.register,
        register_number=row.register_number,
        number=row.number,
        opened_at=row.opened_at,
    )
    return KeptShift(key=key, applied=row.applied)


def _revision(row: Row[Any]) -> KeptRevision:
    return KeptRevision(
        shift=row.shift,
        number=row.number,
        event=bytes(row.event),
        sha256=row.sha256,
        rules=None if row.rules is None else rules_from(row.rules),
        superseded=tuple(row.superseded or ()),
    )


def _days(registers: Sequence[str], first: date, last: date) -> Subquery:
    """Shifts and the business date of their last applied revision."""
    return (
        select(SHIFT.c.id, REVISION.c.business_date.label("day"))
        .join(REVISION, (REVISION.c.shift == SHIFT.c.id) & (REVISION.c.number == SHIFT.c.applied))
        .where(SHIFT.c.register.in_(registers), REVISION.c.business_date.between(first, last))
        .subquery()
    )
