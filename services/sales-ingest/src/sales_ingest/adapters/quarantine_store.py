"""Documents that were not understood, and how far reading has got."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.receipts import PullCounts, PullCursor, QuarantineEntry

COPY_ENTRIES = """
copy sales_ingest.quarantine (id, cabinet, register, organization, register_number, fiscal_id, number, at, shift_seq,
reason, raw, window_start, window_end, stored_at) from stdin
"""

RESOLVE = """
update sales_ingest.quarantine set resolved_at = %(at)s, resolved_by = %(by)s
where cabinet = %(cabinet)s and register_number = %(number)s and resolved_at is null
and (fiscal_id = any(%(fiscal_ids)s) or (fiscal_id is null and number = any(%(numbers)s)))
returning shift_seq
"""

REOPEN = """
update sales_ingest.quarantine set resolved_at = null, resolved_by = null
where id = any(%s) and resolved_at is not null returning id
"""

ATTACH = """
update sales_ingest.quarantine set shift_seq = %s
where cabinet = %s and register_number = %s and resolved_at is null and shift_seq is null and at between %s and %s
"""

ADVANCE_PULL = """
insert into sales_ingest.pull_cursor (run_id, register, read_until, read, new, changed, unchanged, quarantined, done)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (run_id, register) do update set read_until = excluded.read_until, read = excluded.read,
new = excluded.new, changed = excluded.changed, unchanged = excluded.unchanged, quarantined = excluded.quarantined,
done = excluded.done
where pull_cursor.read_until <= excluded.read_until
"""

ADVANCE_REGISTER = """
insert into sales_ingest.register_cursor as known (cabinet, register_number, covered_from, covered_until)
values (%s, %s, %s, %s)
on conflict (cabinet, register_number) do update
set covered_from = least(known.covered_from, excluded.covered_from),
    covered_until = greatest(known.covered_until, excluded.covered_until)
where excluded.covered_from <= known.covered_until and excluded.covered_until >= known.covered_from
and (excluded.covered_from < known.covered_from or excluded.covered_until > known.covered_until)
"""

PULL = """
select read_until, done, read, new, changed, unchanged, quarantined from sales_ingest.pull_cursor
where run_id = %s and register = %s
"""


class PostgresQuarantineStore:
    """The quarantine of all registers."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def open_ids(self, register: RegisterSetup, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these stand in quarantine already."""
        if not ids:
            return set()
        rows = await self._connection.rows(
            "select id from sales_ingest.quarantine where id = any(%s) and cabinet = %s and resolved_at is null",
            [list(ids), register.cabinet],
        )
        return {row[0] for row in rows}

    async def add(self, register: RegisterSetup, entries: Sequence[QuarantineEntry], at: datetime) -> set[int]:
        """Put documents into quarantine; an earlier text of the same document gives way to the later one."""
        if not entries:
            return set()
        fiscal_ids = [one.fiscal_id for one in entries if one.fiscal_id]
        touched = await self._give_way(register, fiscal_ids, [], at, by="a later text")
        again = await self._connection.rows(REOPEN, [[one.id for one in entries]])
        reopened = {row[0] for row in again}
        await self._connection.copy(
            COPY_ENTRIES,
            (
                (one.id, register.cabinet, one.register, register.organization, register.number, one.fiscal_id,
                 one.number, one.at, one.shift_seq, one.reason, one.raw, one.window_start, one.window_end, at)
                for one in entries
                if one.id not in reopened
            ),
        )  # fmt: skip
        return touched | {one.shift_seq for one in entries if one.shift_seq is not None}

    async def resolve(
        self, register: RegisterSetup, fiscal_ids: Sequence[str], numbers: Sequence[int], at: datetime
    ) -> set[int]:
        """These documents were understood after all."""
        return await self._give_way(register, fiscal_ids, numbers, at, by="read")

    async def attach(self, register: RegisterSetup, start: datetime, end: datetime, shift_seq: int) -> None:
        """Documents of this stretch that named no shift belong to this one."""
        await self._connection.run(ATTACH, [shift_seq, register.cabinet, register.number, start, end])

    async def _give_way(
        self, register: RegisterSetup, fiscal_ids: Sequence[str], numbers: Sequence[int], at: datetime, *, by: str
    ) -> set[int]:
        rows = await self._connection.rows(
            RESOLVE,
            {
                "at": at, "by": by, "cabinet": register.cabinet, "number": register.number,
                "fiscal_ids": list(fiscal_ids), "numbers": list(numbers),
            },
        )  # fmt: skip
        return {row[0] for row in rows if row[0] is not None}


class PostgresCursorStore:
    """Cursors of pulls and of registers: moved only in the transaction that stores what they pass."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def pull(self, run: UUID, register: str) -> PullCursor | None:
        """Where a pull stands with a register."""
        rows = await self._connection.rows(PULL, [run, register])
        return PullCursor(rows[0][0], PullCounts(*rows[0][2:]), rows[0][1]) if rows else None

    async def advance(
        self, run: UUID, register: RegisterSetup, start: datetime, end: datetime, counts: PullCounts, *, done: bool
    ) -> None:
        """Everything of this stretch is stored in this very transaction; stretches without a hole grow together."""
        await self._connection.run(
            ADVANCE_PULL,
            [
                run,
                register.id,
                end,
                counts.read,
                counts.new,
                counts.changed,
                counts.unchanged,
                counts.quarantined,
                done,
            ],
        )
        if start < end:
            await self._connection.run(ADVANCE_REGISTER, [register.cabinet, register.number, start, end])
