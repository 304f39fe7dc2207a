"""Publish what is ready of a period, and name what is not and why (Загрузить)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.publish_shift import Held, Published, publish_shift
from smena.clock import Clock

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
    """Shift by shift, oldest first, each in its own transaction: what was published stays so after a crash."""
    by_id = {register.id: register for register in registers}
    async with open_work() as work:
        shifts = await work.shifts.in_period(sorted(by_id), first, last)
    outcomes: list[Published | Held] = []
    for done, shift in enumerate(shifts, start=1):
        outcomes.append(await publish_shift(shift.seq, by_id[shift.register], open_work=open_work, clock=clock))
        await progress(done, len(shifts))
    return PeriodOutcome(
        published=tuple(one for one in outcomes if isinstance(one, Published) and one.new),
        unchanged=tuple(one for one in outcomes if isinstance(one, Published) and not one.new),
        held=tuple(one for one in outcomes if isinstance(one, Held)),
    )
