"""The calendar: "is this day final?" has one answer, in every state a day can be in."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from sales_ingest.domain.business_date import BusinessDateRule, day_end, day_start
from sales_ingest.domain.calendar import (
    Answer,
    DayAssessment,
    DayFacts,
    DayMark,
    DayState,
    ShiftOfDay,
    UnclosedShift,
    assess_day,
)
from sales_ingest.domain.month_end import month_days
from sales_ingest.domain.shifts import Reason, ShiftState
from unit.sales_ingest.till import CLOSED_AT, MINSK, setup

BY_OPENING = BusinessDateRule("opened-at", time(6), MINSK)
HELD = {
    ShiftState.INCOMPLETE: "missing-number",
    ShiftState.UNRECONCILED: "sum-differs",
    ShiftState.UNRESOLVED: "lines-without-item",
    ShiftState.DATE_TO_CHOOSE: "month-crossed",
}


def shift(state: ShiftState, *codes: str, revision: int = 0, sells: bool = True) -> ShiftOfDay:
    return ShiftOfDay(UUID(int=7), 7, state, revision, tuple(Reason(code, code) for code in codes), sells)


def day(
    *shifts: ShiftOfDay,
    mark: DayMark | None = None,
    over: bool = True,
    read: bool = True,
    unclosed: tuple[UnclosedShift, ...] = (),
    unplaced: int = 0,
) -> DayAssessment:
    return assess_day(DayFacts(shifts, mark, over, read, unclosed, unplaced))


def told(found: DayAssessment) -> tuple[DayState, Answer, list[str]]:
    return found.state, found.answer, [one.code for one in found.reasons]


PUBLISHED = shift(ShiftState.PUBLISHED, revision=1)
EMPTY = shift(ShiftState.READY, sells=False)


def test_a_day_whose_shifts_are_published_is_final() -> None:
    assert told(day(PUBLISHED, PUBLISHED)) == (DayState.FINAL, Answer.FINAL, ["all-posted"])
    assert told(day(PUBLISHED, EMPTY)) == (DayState.FINAL, Answer.FINAL, ["all-posted"])


def test_a_day_without_sales_is_final_without_documents() -> None:
    assert told(day(EMPTY)) == (DayState.WITHOUT_SALES, Answer.FINAL, ["no-sales"])
    assert told(day()) == (DayState.WITHOUT_SALES, Answer.FINAL, ["no-shift"])


@pytest.mark.parametrize("state", HELD)
def test_a_shift_that_needs_a_person_holds_its_day_with_its_reason(state: ShiftState) -> None:
    found = day(PUBLISHED, shift(state, HELD[state]))

    assert told(found) == (DayState.HELD, Answer.INCOMPLETE, [HELD[state]])
    assert not found.final


def test_a_shift_that_is_not_published_yet_is_waited_for() -> None:
    ready = shift(ShiftState.READY)

    assert told(day(PUBLISHED, ready)) == (DayState.WAITING, Answer.INCOMPLETE, ["not-published"])
    again = shift(ShiftState.READY, revision=1, sells=False)  # what it had sold was taken back after publishing
    assert told(day(again)) == (DayState.WAITING, Answer.INCOMPLETE, ["not-published"])


def test_a_shift_that_could_not_be_sent_holds_its_day() -> None:
    assert told(day(shift(ShiftState.READY, "event-too-large"))) == (
        DayState.HELD,
        Answer.INCOMPLETE,
        ["event-too-large"],
    )


def test_a_day_that_still_runs_is_never_final() -> None:
    assert told(day(PUBLISHED, over=False)) == (DayState.WAITING, Answer.OPEN, ["day-not-over"])
    assert told(day(EMPTY, over=False)) == (DayState.WAITING, Answer.OPEN, ["day-not-over"])
    assert told(day(over=False)) == (DayState.WAITING, Answer.OPEN, ["day-not-over"])
    for mark in (DayMark.CLOSED, DayMark.WITHOUT_REGISTER):
        assert not day(mark=mark, over=False).final


def test_a_day_that_was_not_read_to_its_end_is_not_final() -> None:
    assert told(day(PUBLISHED, read=False)) == (DayState.WAITING, Answer.OPEN, ["not-read"])
    assert told(day(read=False)) == (DayState.WAITING, Answer.OPEN, ["not-read"])


def test_an_open_shift_keeps_its_day_open() -> None:
    assert told(day(PUBLISHED, shift(ShiftState.OPEN, "no-z-report"))) == (
        DayState.WAITING,
        Answer.OPEN,
        ["shift-open"],
    )


def test_an_open_shift_keeps_the_days_open_on_which_it_may_still_close() -> None:
    """By the rule ``closed-at`` it belongs to the day it closes on, whatever its length."""
    monday, tuesday = date(2026, 1, 12), date(2026, 1, 13)
    unclosed = UnclosedShift(7, monday, None)
    assert told(day(unclosed=(unclosed,))) == (DayState.WAITING, Answer.OPEN, ["earlier-shift-open"])

    assert unclosed.may_reach(tuesday, CLOSED_AT)
    assert not unclosed.may_reach(monday, CLOSED_AT)
    assert not unclosed.may_reach(tuesday, BY_OPENING)
    at_noon = datetime(2026, 1, 12, 9, tzinfo=UTC)
    assert not UnclosedShift(7, monday, at_noon).may_reach(tuesday, CLOSED_AT)


def test_what_a_person_says_of_a_day_without_shifts_is_final_once_it_is_over() -> None:
    assert told(day(mark=DayMark.CLOSED, read=False)) == (DayState.DAY_OFF, Answer.FINAL, ["closed"])
    assert told(day(mark=DayMark.WITHOUT_REGISTER)) == (
        DayState.WITHOUT_REGISTER,
        Answer.FINAL,
        ["without-register"],
    )
    assert told(day(mark=DayMark.WORKING, read=False)) == (DayState.WAITING, Answer.OPEN, ["not-read"])


def test_what_the_cabinet_shows_comes_before_what_a_person_said() -> None:
    found = day(PUBLISHED, mark=DayMark.CLOSED)

    assert told(found) == (DayState.FINAL, Answer.FINAL, ["all-posted", "mark-contradicted"])


def test_documents_that_were_not_understood_hold_a_day_without_shifts() -> None:
    assert told(day(unplaced=2, mark=DayMark.CLOSED))[:2] == (DayState.HELD, Answer.INCOMPLETE)


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        (CLOSED_AT, datetime(2026, 1, 16, 3, tzinfo=UTC)),
        (BY_OPENING, datetime(2026, 1, 15, 21, tzinfo=UTC)),
        (BusinessDateRule("closed-at", time(6), ZoneInfo("Asia/Vladivostok")), datetime(2026, 1, 15, 20, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_the_cut_off_where_the_organisation_lives(rule: BusinessDateRule, end: datetime) -> None:
    assert day_end(date(2026, 1, 15), rule) == end
    assert day_start(date(2026, 1, 15), rule) == datetime(2026, 1, 15, tzinfo=rule.timezone)


def test_a_register_has_days_only_while_it_is_in_use() -> None:
    register = replace(setup(), active_from=date(2026, 1, 10), active_to=date(2026, 1, 12))

    assert [day for day in month_days(date(2026, 1, 1)) if register.active_on(day)] == [
        date(2026, 1, 10),
        date(2026, 1, 11),
        date(2026, 1, 12),
    ]
    assert setup().active_on(date(2026, 1, 1))


def test_a_month_has_its_days() -> None:
    assert [len(month_days(date(2028, month, 1))) for month in (1, 2, 12)] == [31, 29, 31]
    assert month_days(date(2026, 12, 1))[-1] == date(2026, 12, 31)
