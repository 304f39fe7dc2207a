"""The days' calendar: is a register's day final, and what people say of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, model_validator

from sales_ingest.domain.calendar import Answer, DayMark, DayState
from sales_ingest.http_api.doors import BASE, Doors, Reader, ReasonBody, RegisterId, Writer, check_period
from sales_ingest.http_api.shift_bodies import ReasonOfShift
from sales_ingest.http_api.turnover import CountAndSum
from sales_ingest.ports.calendar import RegisterDay
from sales_ingest.ports.views import Filter, Row
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.mark_day import DayHasShiftsError, DayOutsideRegisterError, mark_day
from sales_ingest.use_cases.read_calendar import CalendarDay, read_calendar
from smena.http.day import Day
from smena.http.models import ApiModel, Instant, MoneyText
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words, WrongValueError, declare
from smena.http.standard_problems import WRONG_CURSOR

DAY_OUTSIDE_REGISTER = declare(
    "day-outside-register", 422, ru="Касса в этот день не используется", en="The register is not in use on that day"
)
DAY_HAS_SHIFTS = declare("day-has-shifts", 409, ru="В этот день по кассе есть смены", en="The day has shifts")


LAST_DAY = date(2099, 12, 31)


def _in_our_century(day: date) -> date:
    """A day far off is a slip of the pen.

    Raises:
        ValueError: with what is wrong.
    """
    if day > LAST_DAY:
        raise WrongValueError("дата слишком далеко: проверьте год", "the date is too far off: check the year")
    return day


CalendarDate = Annotated[Day, AfterValidator(_in_our_century)]


class DaysQuery(PageQuery):
    """A register by its id, inclusive business dates."""

    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None
    first: CalendarDate = Field(alias="from")
    last: CalendarDate = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_period(self.first, self.last)
        return self


class MarkBody(ReasonBody):
    """What a person says of a day; ``working`` takes an earlier word back."""

    register_id: RegisterId = Field(alias="register")
    date: CalendarDate
    state: DayMark


class ShiftOfDayBody(ApiModel):
    """A shift of the day."""

    id: UUID
    number: int
    state: str
    revision: int | None
    final: bool


class DecisionBody(ApiModel):
    """The latest word of a person on the day."""

    state: DayMark
    reason: str
    person: str
    at: Instant


class DayBody(ApiModel):
    """A register's day. ``answer`` is the one answer to "is it final?": open, incomplete or final, by ``reasons``."""

    register_id: str = Field(alias="register")
    date: date
    state: DayState
    answer: Answer
    final: bool
    reasons: list[ReasonOfShift]
    shifts: list[ShiftOfDayBody]
    sales: CountAndSum
    refunds: CountAndSum
    annulments: CountAndSum
    net: MoneyText
    decision: DecisionBody | None


@dataclass(frozen=True, slots=True)
class _Span:
    registers: Sequence[str]
    first: date
    last: date


def day_router(doors: Doors) -> APIRouter:
    """``GET`` and ``POST /days``."""
    router = APIRouter(prefix=f"{BASE}/days", tags=["days"])

    @router.get("", summary="Days of the registers, newest first: final, waiting, held, without sales, day off")
    async def list_days(query: Annotated[DaysQuery, Query()], caller: Reader) -> Page[DayBody]:
        span = _Span(sorted(doors.visible(caller, query.register_id)), query.first, query.last)
        wanted = list(islice(_days(doors, span, _after(query)), query.limit + 1))
        shown = wanted[: query.limit]
        following = encode_cursor(shown[-1][1].isoformat(), shown[-1][0]) if len(wanted) > query.limit else None
        return page(await _bodies(doors, shown), following)

    @router.post("", status_code=201, summary="Mark a day: closed, without a register, or working after all")
    async def mark(body: MarkBody, caller: Writer) -> DayBody:
        (register,) = doors.named(caller, [body.register_id])
        decider = Decider(caller.person, body.reason)
        try:
            day = await mark_day(register, body.date, body.state, decider, open_work=doors.open_work, clock=doors.clock)
        except DayOutsideRegisterError as error:
            words = Words(
                "По smena.toml касса в этот день не используется (active_from, active_to). Проверьте дату.",
                "By smena.toml the register is not in use on that day (active_from, active_to). Check the date.",
            )
            raise DAY_OUTSIDE_REGISTER(words) from error
        except DayHasShiftsError as error:
            words = Words(
                f"Касса в этот день работала, смены № {error}. Отметить можно только день без смен.",
                f"The register did work on that day, shifts {error}. Only a day without shifts can be marked.",
            )
            raise DAY_HAS_SHIFTS(words) from error
        return _body(day, {})

    return router


def _days(doors: Doors, span: _Span, after: RegisterDay | None) -> Iterator[RegisterDay]:
    """Every day a register is in use, the newest first; ``after`` ended the page before."""
    day = min(span.last, after[1]) if after else span.last
    while day >= span.first:
        for register in span.registers:
            passed = after is not None and day == after[1] and register <= after[0]
            if not passed and doors.registers[register].active_on(day):
                yield register, day
        day -= timedelta(days=1)


def _after(query: DaysQuery) -> RegisterDay | None:
    if query.cursor is None:
        return None
    day, register = decode_cursor(query.cursor, str, str)
    try:
        return str(register), date.fromisoformat(str(day))
    except ValueError as error:
        words = Words("Возьмите cursor из next_cursor.", "Take the cursor from next_cursor.")
        raise WRONG_CURSOR(words) from error


async def _bodies(doors: Doors, days: Sequence[RegisterDay]) -> list[DayBody]:
    if not days:
        return []
    found = await read_calendar(days, doors.registers, now=doors.clock.now(), open_work=doors.open_work)
    names, dates = {register for register, _ in days}, {day for _, day in days}
    wanted = Filter(sorted(names), min(dates), max(dates))
    rows = await doors.views.turnover(wanted, len(names) * len(dates), None)
    turnover = {(row["register"], row["date"]): row for row in rows}
    return [_body(found[one], turnover.get(one, {})) for one in days]


def _body(day: CalendarDay, turnover: Row) -> DayBody:
    nothing = {"count": 0, "sum": 0}
    decision = day.decision
    return DayBody(
        register=day.register,
        date=day.day,
        state=day.assessment.state,
        answer=day.assessment.answer,
        final=day.assessment.final,
        reasons=[ReasonOfShift(code=one.code, detail=one.detail) for one in day.assessment.reasons],
        shifts=[
            ShiftOfDayBody(
                id=one.id, number=one.number, state=one.state.value, revision=one.revision or None, final=one.final
            )
            for one in day.shifts
        ],
        **{name: CountAndSum(**turnover.get(name, nothing)) for name in ("sales", "refunds", "annulments")},
        net=turnover.get("net", 0),
        decision=DecisionBody(state=decision.mark, reason=decision.reason, person=decision.person, at=decision.at)
        if decision
        else None,
    )
