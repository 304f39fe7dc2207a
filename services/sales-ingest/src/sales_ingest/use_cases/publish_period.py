"""Publish what is ready of a period, and name what is not and why (Загрузить)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import ShiftState
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.publish_shift import Held, Published, publish_shift
from smena.clock import Clock

SHIFTS_AT_ONCE_MAX = 4
"""Shifts that one run publishes side by side: one is put together while another is being stored."""

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PeriodOutcome:
    """Every shift of the period: published now, published before and unchanged, or held."""

    published: tuple[Published, ...]
    unchanged: tuple[Published, ...]
    held: tuple[Held, ...]


async def publish_period(
    registers: Sequence[RegisterSetup],
    first: date,
    last: date,
    *,
    open_work: OpenWork,
    clock: Clock,
    progress: Progress,
) -> PeriodOutcome:
    """Oldest first, a few side by side, each in its own transaction: what was published stays so after a crash.

    A shift that stands as published is not put together again: whatever changes something of a shift says anew
    in which state it is, in the same transaction.
    """
    by_id = {register.id: register for register in registers}
    async with open_work() as work:
        shifts = await work.shifts.in_period(sorted(by_id), first, last)

    async def publish(shift: ShiftRecord) -> Published | Held:
        if shift.state is ShiftState.PUBLISHED:
            return Published(shift, shift.revision, new=False)
        return await publish_shift(shift.seq, by_id[shift.register], open_work=open_work, clock=clock)

    outcomes: list[Published | Held] = []
    for start in range(0, len(shifts), SHIFTS_AT_ONCE_MAX):
        some = shifts[start : start + SHIFTS_AT_ONCE_MAX]
        found = await asyncio.gather(*map(publish, some), return_exceptions=True)
        outcomes += [_done(one) for one in found]
        await progress(len(outcomes), len(shifts))
    return PeriodOutcome(
        published=tuple(one for one in outcomes if isinstance(one, Published) and one.new),
        unchanged=tuple(one for one in outcomes if isinstance(one, Published) and not one.new),
        held=tuple(one for one in outcomes if isinstance(one, Held)),
    )


def _done(outcome: Published | Held | BaseException) -> Published | Held:
    """What failed is raised when its neighbours have ended, so that nothing goes on unseen."""
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
