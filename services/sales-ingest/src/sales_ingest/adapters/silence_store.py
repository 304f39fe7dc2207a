"""Silences in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.domain.silence import SalesSpan
from sales_ingest.ports.silence import StandingSilence

LAST_REPORTS = """
select register, max(last_at) from sales_ingest.shift where register = any(%s) group by register
"""

SPANS = """
select min(r.at), max(r.at) from sales_ingest.shift s join sales_ingest.receipt r on r.shift_seq = s.seq
where s.register = %s and s.opened_at >= %s and r.kind <> 'z-report' group by s.seq
"""

DAYS_OFF = """
select day from (
  select distinct on (day) day, mark from sales_ingest.day_decision where register = %s and day >= %s
  order by day, at desc, id) latest
where mark <> 'working'
"""

STANDING = """
select register, silent_since, raised_at from sales_ingest.register_silence
where register = any(%s) and ended_at is null
"""

START = """
insert into sales_ingest.register_silence (id, register, silent_since, raised_at) values (%s, %s, %s, %s)
on conflict (register) where ended_at is null do nothing
"""

END = """
update sales_ingest.register_silence set ended_at = %s where register = %s and silent_since = %s and ended_at is null
"""


class PostgresSilenceStore:
    """Silences of all registers."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def last_reports(self, registers: Sequence[str]) -> Mapping[str, datetime]:
        """The instant of each register's latest document."""
        return {row[0]: row[1] for row in await self._connection.rows(LAST_REPORTS, [list(registers)])}

    async def spans(self, register: str, since: datetime) -> Sequence[SalesSpan]:
        """When the shifts opened since this instant sold."""
        return [SalesSpan(*row) for row in await self._connection.rows(SPANS, [register, since])]

    async def days_off(self, register: str, since: date) -> Sequence[date]:
        """Days since this one that a person marked."""
        return [row[0] for row in await self._connection.rows(DAYS_OFF, [register, since])]

    async def standing(self, registers: Sequence[str]) -> Mapping[str, StandingSilence]:
        """Silences that have not ended."""
        return {
            row[0]: StandingSilence(row[1], row[2]) for row in await self._connection.rows(STANDING, [list(registers)])
        }

    async def start(self, register: str, silent_since: datetime, at: datetime) -> bool:
        """Write a silence down, unless one stands already."""
        return bool(await self._connection.run(START, [uuid4(), register, silent_since, at]))

    async def end(self, register: str, silent_since: datetime, at: datetime) -> None:
        """This silence of the register is over; the row stays as history."""
        await self._connection.run(END, [at, register, silent_since])
