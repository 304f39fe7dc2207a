"""Read a period of registers from their cabinets, page by page."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sales_ingest.domain.business_date import window
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.receipts import PullCounts, PullCursor
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.prefetch import prefetched
from sales_ingest.use_cases.read_page import read_page
from sales_ingest.use_cases.store_page import PageSpan, store_page
from smena.cabinets.port import Cabinet, CabinetError
from smena.clock import Clock

LOOK_AHEAD = timedelta(days=1)
"""A shift opened on the last day may close within the next: it is at most 24 hours by law."""

REGISTERS_AT_A_TIME = 2

Cabinets = Callable[[str], Cabinet]
"""The open cabinet of an id."""

Progress = Callable[[int, int], Awaitable[None]]
"""Told seconds of time read, and seconds to read in all."""


@dataclass(frozen=True, slots=True)
class Period:
    """What to read: business dates, or exact instants (a quarantined document is looked at again)."""

    first: date | None = None
    last: date | None = None
    start: datetime | None = None
    end: datetime | None = None

    def window_of(self, register: RegisterSetup) -> tuple[datetime, datetime]:
        """The instants to read of a register, half-open."""
        if self.start is not None and self.end is not None:
            return self.start, self.end
        assert self.first is not None
        assert self.last is not None
        zone = register.date_rule.timezone
        start, end = window(
            self.first, self.last, zone, before=timedelta(days=register.lookback_days), after=LOOK_AHEAD
        )
        if register.active_from:
            start = max(start, datetime.combine(register.active_from, time(), zone))
        if register.active_to:
            end = min(end, datetime.combine(register.active_to + timedelta(days=1), time(), zone) + LOOK_AHEAD)
        return start, max(start, end)


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did with one register, and the cabinet's error that stopped it there."""

    register: str
    counts: PullCounts
    failure: CabinetError | None = None


class RegistersFailedError(Exception):
    """Some registers could not be read to the end; ``pulled`` tells of all, and what was read is stored."""

    def __init__(self, pulled: Sequence[Pulled]) -> None:
        super().__init__("; ".join(f"{one.register}: {one.failure}" for one in pulled if one.failure))
        self.pulled = tuple(pulled)


async def pull_receipts(
    run: UUID,
    registers: Sequence[RegisterSetup],
    period: Period,
    *,
    cabinets: Cabinets,
    open_work: OpenWork,
    clock: Clock,
    progress: Progress,
) -> list[Pulled]:
    """Read each register from where this pull stands; what was stored before a crash is not read again.

    Raises:
        RegistersFailedError: cabinets failed with some registers; the others were read to the end.
    """
    turns = asyncio.Semaphore(REGISTERS_AT_A_TIME)
    meter = _Meter(registers, period, progress)

    async def one(register: RegisterSetup) -> Pulled:
        async with turns:
            try:
                counts = await _pull_register(run, register, period, cabinets, open_work, clock, meter)
            except CabinetError as error:  # the neighbours go on
                return Pulled(register.id, await _stored(run, register, open_work), error)
            return Pulled(register.id, counts)

    tasks: list[asyncio.Task[Pulled]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(register)) for register in registers]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    pulled = [task.result() for task in tasks]
    if any(one.failure for one in pulled):
        raise RegistersFailedError(pulled)
    return pulled


async def _stored(run: UUID, register: RegisterSetup, open_work: OpenWork) -> PullCounts:
    """What this pull has stored of a register so far."""
    async with open_work() as work:
        cursor = await work.cursors.pull(run, register.id)
    return cursor.counts if cursor else PullCounts()


class _Meter:
    """Adds up how far the registers are."""

    def __init__(self, registers: Sequence[RegisterSetup], period: Period, progress: Progress) -> None:
        self._windows = {register.id: period.window_of(register) for register in registers}
        self._read = dict.fromkeys(self._windows, 0)
        self._progress = progress

    async def reached(self, register: RegisterSetup, until: datetime) -> None:
        start, _ = self._windows[register.id]
        self._read[register.id] = _seconds(start, until)
        total = sum(_seconds(*one) for one in self._windows.values())
        await self._progress(sum(self._read.values()), total)


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds()))


async def _pull_register(
    run: UUID,
    register: RegisterSetup,
    period: Period,
    cabinets: Cabinets,
    open_work: OpenWork,
    clock: Clock,
    meter: _Meter,
) -> PullCounts:
    start, end = period.window_of(register)
    async with open_work() as work:
        before = await work.cursors.pull(run, register.id)
    if before and (before.done or before.read_until >= end):
        await meter.reached(register, end)
        return before.counts
    start = max(start, before.read_until) if before else start
    pages = prefetched(cabinets(register.cabinet).read_documents(register.number, start, end))
    counts = before.counts if before else PullCounts()
    async with aclosing(pages) as stream:
        async for page in stream:
            now = clock.now()
            until = page.end if page.complete else page.start  # more of this window follows: no cursor inside it
            span = PageSpan(page.start, until, last=page.complete and page.end >= end)
            standing = PullCursor(start, counts, done=False)
            stored = await store_page(
                read_page(page, now), span, register, run=run, before=standing, now=now, open_work=open_work
            )
            counts = counts.plus(stored)
            await meter.reached(register, page.end)
    return counts
