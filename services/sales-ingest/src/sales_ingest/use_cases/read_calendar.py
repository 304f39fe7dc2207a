"""Answer for each register and day whether it is final: the one place that does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sales_ingest.domain.books import in_the_way
from sales_ingest.domain.business_date import day_end, day_start
from sales_ingest.domain.calendar import DayAssessment, DayFacts, ShiftOfDay, UnclosedShift, assess_day
from sales_ingest.domain.registers import Registers, RegisterSetup
from sales_ingest.ports.calendar import CalendarStore, DayDecision, RegisterDay
from sales_ingest.ports.unit_of_work import OpenWork


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A register's day: what it holds, what a person said of it, and the answer."""

    register: str
    day: date
    shifts: Sequence[ShiftOfDay]
    decision: DayDecision | None
    assessment: DayAssessment


async def read_calendar(
    wanted: Iterable[RegisterDay], registers: Registers, *, now: datetime, open_work: OpenWork
) -> dict[RegisterDay, CalendarDay]:
    """The days asked for, all of one moment."""
    days = list(dict.fromkeys(wanted))
    if not days:
        return {}
    async with open_work() as work:
        facts = await _facts(work.calendar, days, registers, now)
    return {one: _day(one, registers[one[0]], facts, now) for one in days}


@dataclass(frozen=True, slots=True)
class _Facts:
    shifts: dict[RegisterDay, list[ShiftOfDay]]
    decisions: dict[RegisterDay, DayDecision]
    unclosed: dict[str, Sequence[UnclosedShift]]
    unplaced: dict[str, Sequence[datetime]]
    read: dict[str, frozenset[date]]


async def _facts(calendar: CalendarStore, days: Sequence[RegisterDay], registers: Registers, now: datetime) -> _Facts:
    names = sorted({register for register, _ in days})
    first, last = min(day for _, day in days), max(day for _, day in days)
    return _Facts(
        shifts=await calendar.shifts(names, first, last),
        decisions=await calendar.decisions(names, first, last),
        unclosed=dict(await calendar.unclosed(names, last)),
        unplaced=dict(await calendar.unplaced(names)),
        read={
            name: await _read_days(calendar, registers[name], [day for one, day in days if one == name], now)
            for name in names
        },
    )


async def _read_days(
    calendar: CalendarStore, register: RegisterSetup, days: Sequence[date], now: datetime
) -> frozenset[date]:
    """Days that are over and were read to their end: in the stretch that grows with every pull, or by one apart."""
    spans = {day: (day_start(day, register.date_rule), day_end(day, register.date_rule)) for day in days}
    over = [day for day, (_, end) in spans.items() if end <= now]
    stretch = await calendar.read(register)
    read = {day for day in over if stretch and stretch.start <= spans[day][0] and spans[day][1] <= stretch.end}
    left = [day for day in over if day not in read]
    if left:
        pulls = await calendar.pulled(register, min(spans[day][1] for day in left))
        read |= {day for day in left if any(first <= day and spans[day][1] <= until for first, until in pulls)}
    return frozenset(read)


def _day(key: RegisterDay, register: RegisterSetup, facts: _Facts, now: datetime) -> CalendarDay:
    day, rule = key[1], register.date_rule
    start, end = day_start(day, rule), day_end(day, rule)
    decision = facts.decisions.get(key)
    shifts = [
        replace(one, in_the_way=in_the_way(one.number, day, one.revision, one.books, register.documents))
        for one in facts.shifts.get(key, [])
    ]
    assessment = assess_day(
        DayFacts(
            shifts=shifts,
            mark=decision.mark if decision else None,
            over=now >= end,
            read=day in facts.read[register.id],
            unclosed=[one for one in facts.unclosed.get(register.id, ()) if one.may_reach(day, rule)],
            kept=register.documents.kept,
            unplaced=0 if shifts else sum(start <= at < end for at in facts.unplaced.get(register.id, ())),
        )
    )
    return CalendarDay(register.id, day, shifts, decision, assessment)
