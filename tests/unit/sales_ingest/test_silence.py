"""Silence counts only while the register is usually open."""

from datetime import UTC, date, datetime, timedelta

from sales_ingest.domain.silence import SalesSpan, UsualHours, silent_time, usual_hours
from unit.sales_ingest.till import MINSK

MONDAY = date(2026, 2, 2)
DAY = timedelta(days=1)
SIX_HOURS = timedelta(hours=6)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MINSK).astimezone(UTC)


def weeks_of_work(*, weekdays: range = range(6), first: int = 9, last: int = 20) -> list[SalesSpan]:
    """Four weeks up to Sunday before ``MONDAY``, sales from 9:10 to 20:50 on the weekdays."""
    days = (MONDAY - n * DAY for n in range(1, 29))
    return [SalesSpan(local(day, first, 10), local(day, last, 50)) for day in days if day.weekday() in weekdays]


def usual(spans: list[SalesSpan], days_off: tuple[date, ...] = ()) -> UsualHours:
    return usual_hours(spans, MONDAY, days_off, MINSK)


def silent(last_at: datetime, now: datetime, hours: UsualHours, days_off: tuple[date, ...] = ()) -> timedelta:
    return silent_time(last_at, now, hours, days_off, MINSK, enough=SIX_HOURS)


def test_the_usual_hours_are_those_of_most_same_weekdays() -> None:
    hours = usual(weeks_of_work()).hours

    assert hours == frozenset((weekday, hour) for weekday in range(6) for hour in range(9, 21))


def test_an_hour_worked_once_is_not_usual() -> None:
    late = SalesSpan(local(MONDAY - 7 * DAY, 22), local(MONDAY - 7 * DAY, 22, 30))

    assert not usual([*weeks_of_work(), late]).holds(local(MONDAY, 22).astimezone(MINSK))


def test_a_weekday_never_seen_follows_the_other_days() -> None:
    """A register two days old: Saturday and Sunday say what Monday is like."""
    spans = [SalesSpan(local(MONDAY - n * DAY, 9), local(MONDAY - n * DAY, 12)) for n in (1, 2)]

    assert {hour for weekday, hour in usual(spans).hours or () if weekday == 0} == {9, 10, 11, 12}


def test_with_nothing_known_every_hour_counts() -> None:
    assert usual([]).hours is None
    assert silent(local(MONDAY, 9), local(MONDAY, 23), usual([])) == SIX_HOURS


def test_the_night_does_not_count() -> None:
    hours = usual(weeks_of_work())

    assert silent(local(MONDAY, 20, 50), local(MONDAY + DAY, 9), hours) == timedelta(minutes=10)
    assert silent(local(MONDAY, 20, 50), local(MONDAY + DAY, 14, 50), hours) == SIX_HOURS
    assert silent(local(MONDAY, 20, 50), local(MONDAY + DAY, 14, 49), hours) < SIX_HOURS


def test_a_usually_closed_sunday_does_not_count() -> None:
    hours = usual(weeks_of_work())
    saturday = MONDAY + 5 * DAY

    assert silent(local(saturday, 21), local(saturday + 2 * DAY, 9), hours) == timedelta()


def test_a_day_marked_by_a_person_does_not_count() -> None:
    hours = usual(weeks_of_work())

    assert silent(local(MONDAY, 21), local(MONDAY + 2 * DAY, 9), hours, (MONDAY + DAY,)) == timedelta()


def test_days_off_of_the_past_do_not_make_a_weekday_unusual() -> None:
    """Three of four Mondays were holidays: the one that was worked counts."""
    holidays = tuple(MONDAY - 7 * n * DAY for n in (1, 2, 3))
    spans = [one for one in weeks_of_work() if one.first_at.astimezone(MINSK).date() not in holidays]

    assert (0, 12) in (usual(spans, holidays).hours or ())
    assert (0, 12) not in (usual(spans).hours or ())


def test_a_night_shop_is_usually_open_at_night() -> None:
    spans = [SalesSpan(local(MONDAY - n * DAY, 22), local(MONDAY - (n - 1) * DAY, 2, 30)) for n in range(1, 29)]
    hours = usual(spans).hours or frozenset()

    assert {hour for weekday, hour in hours if weekday == 2} == {22, 23, 0, 1, 2}
