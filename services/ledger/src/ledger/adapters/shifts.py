"""Shifts and their published revisions in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.rule_rows import rules_column, rules_from
from ledger.adapters.tables import REVISION, SHIFT
from ledger.domain.rules import DocumentRules
from ledger.domain.shifts import ShiftKey, ShiftRevision
from ledger.ports.repositories import KeptRevision, KeptShift


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
        query = (
            select(REVISION.c.shift, SHIFT.c.opened_at)
            .join(SHIFT, SHIFT.c.id == REVISION.c.shift)
            .where(SHIFT.c.register.in_(registers), REVISION.c.business_date.between(first, last))
            .where(REVISION.c.applied_at.is_not(None))
            .distinct()
            .order_by(SHIFT.c.opened_at, REVISION.c.shift)
        )
        return [row.shift for row in await self._session.execute(query)]

    async def all_ids(self) -> list[UUID]:
        """Every shift, in a fixed order."""
        return list((await self._session.execute(select(SHIFT.c.id).order_by(SHIFT.c.opened_at, SHIFT.c.id))).scalars())


class SqlRevisions:
    """Published revisions of one transaction; an event's bytes are never changed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

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
        }
        await self._session.execute(insert(REVISION).values(values))

    async def set_applied(self, shift_id: UUID, number: int, rules: DocumentRules, *, at: datetime) -> None:
        """Note by which rules its documents were built, and when."""
        await self._session.execute(
            update(REVISION)
            .where(REVISION.c.shift == shift_id, REVISION.c.number == number)
            .values(applied_at=at, rules=rules_column(rules))
        )


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
    )
