"""Whether a register that is usually open has been silent for too long."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

HISTORY_DAYS = 28
"""Four of each weekday: what "usually" is measured by."""
SHIFT_HOURS_MAX = 48
"""A shift left open for days says nothing of opening hours beyond this."""

DAYS_OF_WEEK = 7

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SalesSpan:
    """From the first to the last document of one shift, its Z-report left out."""

    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UsualHours:
    """Hours of the week, as (weekday, hour) with Monday 0, in which a register is usually open; None: not known yet."""

    hours: frozenset[tuple[int, int]] | None

    def holds(self, local: datetime) -> bool:
        """Whether the register is usually open at this local time."""
        return self.hours is None or (local.weekday(), local.hour) in self.hours


def usual_hours(spans: Iterable[SalesSpan], last_day: date, days_off: Sequence[date], zone: ZoneInfo) -> UsualHours:
    """Hours in which it sold on at least half of the same weekdays of the four weeks before ``last_day``.

    A weekday that never came in that time follows what holds on at least half of all days. ``last_day`` itself, which
    may have been cut short, and days off do not count. Nothing before ``last_day``: not known.
    """
    earliest = last_day - timedelta(days=HISTORY_DAYS)
    seen = {
        (local.date(), local.hour)
        for span in spans
        for local in _hours_of(span, zone)
        if earliest <= local.date() < last_day and local.date() not in days_off
    }
    if not seen:
        return UsualHours(None)
    begin = min(day for day, _ in seen)
    days = [begin + timedelta(days=n) for n in range((last_day - begin).days)]
    days = [day for day in days if day not in days_off]
    of_weekday = Counter(day.weekday() for day in days)
    by_weekday = Counter((day.weekday(), hour) for day, hour in seen)
    by_hour = Counter(hour for _, hour in seen)
    return UsualHours(
        frozenset(
            (weekday, hour)
            for weekday in range(DAYS_OF_WEEK)
            for hour in by_hour
            if (
                2 * by_weekday[weekday, hour] >= of_weekday[weekday]
                if of_weekday[weekday]
                else 2 * by_hour[hour] >= len(days)
            )
        )
    )


def silent_time(
    last_at: datetime, now: datetime, usual: UsualHours, days_off: Sequence[date], zone: ZoneInfo, *, enough: timedelta
) -> timedelta:
    """How much of the time since the last document the register is usually open; counted up to ``enough``."""
    silent, at = timedelta(), last_at
    while at < now and silent < enough:
        local = at.astimezone(zone)
        following = min(now, at + _to_the_full_hour(local))
        if local.date() not in days_off and usual.holds(local):
            silent += following - at
        at = following
    return min(silent, enough)


def _hours_of(span: SalesSpan, zone: ZoneInfo) -> Iterable[datetime]:
    at, until = span.first_at, min(span.last_at, span.first_at + SHIFT_HOURS_MAX * _HOUR)
    while at <= until:
        local = at.astimezone(zone)
        yield local
        at += _to_the_full_hour(local)


def _to_the_full_hour(local: datetime) -> timedelta:
    return _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
