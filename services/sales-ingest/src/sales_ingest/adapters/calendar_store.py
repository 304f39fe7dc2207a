"""The calendar's facts in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.adapters.shift_store import reasons_from
from sales_ingest.domain.books import BooksStanding, DocumentInTheWay
from sales_ingest.domain.calendar import DayMark, ShiftOfDay, UnclosedShift
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shifts import ShiftState
from sales_ingest.ports.calendar import DayDecision, ReadStretch, RegisterDay

SHIFTS = """
select s.register, s.day, s.id, s.number, s.state, s.revision, s.reasons,
exists (select 1 from sales_ingest.receipt r where r.shift_seq = s.seq and r.kind in ('sale', 'refund')),
b.revision, b.state, b.documents
from sales_ingest.shift s left join sales_ingest.shift_standing b on b.shift_id = s.id
where s.register = any(%s) and s.day between %s and %s order by s.opened_at, s.seq
"""

DECISIONS = """
select distinct on (register, day) register, day, mark, reason, person, at from sales_ingest.day_decision
where register = any(%s) and day between %s and %s order by register, day, at desc, id
"""

UNCLOSED = """
select s.register, s.number, s.day,
(select min(n.opened_at) from sales_ingest.shift n where n.register = s.register and n.opened_at > s.opened_at)
from sales_ingest.shift s where s.register = any(%s) and s.state = 'open' and s.day <= %s order by s.opened_at, s.seq
"""

UNPLACED = """
select register, at from sales_ingest.quarantine
where register = any(%s) and resolved_at is null and shift_seq is null and at is not null
"""

READ = """
select covered_from, covered_until from sales_ingest.register_cursor where cabinet = %s and register_number = %s
"""

PULLED = """
select (r.payload ->> 'from')::date, max(c.read_until)
from sales_ingest.pull_cursor c join sales_ingest.run r on r.id = c.run_id
where c.register = %s and c.read_until >= %s and r.payload ? 'from' group by 1
"""

DECIDE = """
insert into sales_ingest.day_decision (id, register, organization, day, mark, reason, person, at)
values (%(id)s, %(register)s::text, %(organization)s, %(day)s::date, %(mark)s, %(reason)s, %(person)s,
greatest(%(at)s::timestamptz, (
  select max(at) + interval '1 microsecond' from sales_ingest.day_decision
  where register = %(register)s::text and day = %(day)s::date)))
"""
"""Two words on one day never share an instant: which one is the latest is always certain."""


class PostgresCalendarStore:
    """Days of all registers."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def shifts(self, registers: Sequence[str], first: date, last: date) -> dict[RegisterDay, list[ShiftOfDay]]:
        """Shifts by their day, oldest first."""
        found: dict[RegisterDay, list[ShiftOfDay]] = {}
        for row in await self._connection.rows(SHIFTS, [list(registers), first, last]):
            told = None if row[8] is None else BooksStanding(row[8], row[9], _in_the_way(row[10]))
            shift = ShiftOfDay(row[2], row[3], ShiftState(row[4]), row[5], reasons_from(row[6]), row[7], told)
            found.setdefault((row[0], row[1]), []).append(shift)
        return found

    async def decisions(self, registers: Sequence[str], first: date, last: date) -> dict[RegisterDay, DayDecision]:
        """The latest word on each day that has one."""
        rows = await self._connection.rows(DECISIONS, [list(registers), first, last])
        return {(row[0], row[1]): DayDecision(DayMark(row[2]), *row[3:]) for row in rows}

    async def unclosed(self, registers: Sequence[str], last: date) -> Mapping[str, Sequence[UnclosedShift]]:
        """Shifts without a Z-report, by register."""
        return _by_register(
            (row[0], UnclosedShift(*row[1:])) for row in await self._connection.rows(UNCLOSED, [list(registers), last])
        )

    async def unplaced(self, registers: Sequence[str]) -> Mapping[str, Sequence[datetime]]:
        """Instants of documents in quarantine that belong to no shift."""
        return _by_register((row[0], row[1]) for row in await self._connection.rows(UNPLACED, [list(registers)]))

    async def read(self, register: RegisterSetup) -> ReadStretch | None:
        """The stretch that grew with every pull that touched it."""
        rows = await self._connection.rows(READ, [register.cabinet, register.number])
        return ReadStretch(*rows[0]) if rows else None

    async def pulled(self, register: RegisterSetup, until: datetime) -> Sequence[tuple[date, datetime]]:
        """From which day and up to which instant pulls read the register."""
        return [(row[0], row[1]) for row in await self._connection.rows(PULLED, [register.id, until])]

    async def decide(self, register: RegisterSetup, day: date, decision: DayDecision) -> None:
        """Write down what a person said; nothing is overwritten."""
        await self._connection.run(
            DECIDE,
            {
                "id": uuid4(),
                "register": register.id,
                "organization": register.organization,
                "day": day,
                "mark": decision.mark.value,
                "reason": decision.reason,
                "person": decision.person,
                "at": decision.at,
            },
        )


def _in_the_way(documents: list[dict[str, str]]) -> tuple[DocumentInTheWay, ...]:
    return tuple(DocumentInTheWay(UUID(one["id"]), one["kind"], one["state"], one["reason"]) for one in documents)


def _by_register(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for register, value in rows:
        found.setdefault(register, []).append(value)
    return found
