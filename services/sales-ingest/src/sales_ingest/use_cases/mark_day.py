"""Write down what a person says of a day: closed, without a register, or a working day after all."""

from datetime import date

from sales_ingest.domain.calendar import DayMark
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.calendar import DayDecision
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.read_calendar import CalendarDay, read_calendar
from smena.clock import Clock


class DayOutsideRegisterError(Exception):
    """The register is not in use on that day (``active_from``, ``active_to``)."""


class DayHasShiftsError(Exception):
    """The register has a shift on that day: it did work. Carries the numbers of its shifts."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        super().__init__(", ".join(str(one) for one in numbers))


async def mark_day(
    register: RegisterSetup, day: date, mark: DayMark, decider: Decider, *, open_work: OpenWork, clock: Clock
) -> CalendarDay:
    """The latest word counts; earlier ones stay as history.

    Raises:
        DayOutsideRegisterError: the register is not in use on that day.
        DayHasShiftsError: a day with a shift can't be closed or without a register.
    """
    if not register.active_on(day):
        raise DayOutsideRegisterError
    now = clock.now()
    async with open_work() as work:
        shifts = (await work.calendar.shifts([register.id], day, day)).get((register.id, day), [])
        if shifts and mark is not DayMark.WORKING:
            raise DayHasShiftsError(tuple(one.number for one in shifts))
        before = (await work.calendar.decisions([register.id], day, day)).get((register.id, day))
        await work.calendar.decide(register, day, DayDecision(mark, decider.reason, decider.person, now))
        marks = {"mark_before": before.mark.value if before else "", "mark_after": mark.value}
        subject = f"day/{register.id}/{day.isoformat()}"
        work.trail.record(decider.deed(register.organization, "day.mark", subject, **marks))
        await work.commit()
    key = (register.id, day)
    return (await read_calendar([key], {register.id: register}, now=now, open_work=open_work))[key]
