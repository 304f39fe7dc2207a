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

REGISTERS_AT_ONCE_MAX = 4
"""Registers that one run publishes side by side: a shift of one is put together while another's is being stored."""

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
    """Each register's shifts oldest first, a few registers side by side, every shift in its own transaction.

    What was published stays so after a crash, and the events of a register leave in the order of its shifts: 1C
    numbers its documents as they come. A shift that stands as published is not put together again: whatever changes
    something of a shift says anew in which state it is, in the same transaction.
    """
    by_id = {register.id: register for register in registers}
    async with open_work() as work:
        shifts = await work.shifts.in_period(sorted(by_id), first, last)

    found: dict[int, Published | Held] = {}
    places = asyncio.Semaphore(REGISTERS_AT_ONCE_MAX)

    async def publish(shift: ShiftRecord) -> Published | Held:
        if shift.state is ShiftState.PUBLISHED:
            return Published(shift, shift.revision, new=False)
        return await publish_shift(shift.seq, by_id[shift.register], open_work=open_work, clock=clock)

    async def publish_register(register: str) -> None:
        async with places:
            for shift in shifts:
                if shift.register == register:
                    found[shift.seq] = await publish(shift)
                    await progress(len(found), len(shifts))

    busy = sorted({shift.register for shift in shifts})
    _raise_first(await asyncio.gather(*map(publish_register, busy), return_exceptions=True))
    outcomes = [found[shift.seq] for shift in shifts]
    return PeriodOutcome(
        published=tuple(one for one in outcomes if isinstance(one, Published) and one.new),
        unchanged=tuple(one for one in outcomes if isinstance(one, Published) and not one.new),
        held=tuple(one for one in outcomes if isinstance(one, Held)),
    )


def _raise_first(ends: Sequence[BaseException | None]) -> None:
    """What failed is raised when its neighbours have ended, so that nothing goes on unseen."""
    for end in ends:
        if end is not None:
            raise end
