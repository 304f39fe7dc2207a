"""To which day of the books a shift belongs: data by a rule per register, never "now"."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class BusinessDateRule:
    """``closed-at`` with a cut-off hour, or ``opened-at``, in the organisation's time zone."""

    rule: str
    cutoff: time
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class BusinessDate:
    """The day a rule gives; ``crosses_month`` = a person must choose between it and the day of opening."""

    day: date
    crosses_month: bool


def business_date(opened_at: datetime, closed_at: datetime, rule: BusinessDateRule) -> BusinessDate:
    """A shift closed before the cut-off belongs to the day of its opening, whatever its length (domain.md)."""
    opened = opened_at.astimezone(rule.timezone)
    closed = closed_at.astimezone(rule.timezone)
    by_opening = rule.rule == "opened-at" or closed.time() < rule.cutoff
    day = opened.date() if by_opening else closed.date()
    crosses = (day.year, day.month) != (opened.year, opened.month)
    return BusinessDate(day, crosses)


def window(
    first: date, last: date, timezone: ZoneInfo, *, before: timedelta, after: timedelta
) -> tuple[datetime, datetime]:
    """The instants to read for business dates ``first``..``last``: half-open, with room around."""
    start = datetime.combine(first, time(), timezone) - before
    end = datetime.combine(last + timedelta(days=1), time(), timezone) + after
    return start, end


def local_day(instant: datetime, rule: BusinessDateRule) -> date:
    """The day of an instant where the organisation lives."""
    return instant.astimezone(rule.timezone).date()


def day_start(day: date, rule: BusinessDateRule) -> datetime:
    """The first instant of a day where the organisation lives."""
    return datetime.combine(day, time(), rule.timezone)


def day_end(day: date, rule: BusinessDateRule) -> datetime:
    """From when on no shift can begin to belong to a day: the cut-off of the next one, or its midnight by opening."""
    by_opening = rule.rule == "opened-at"
    return datetime.combine(day + timedelta(days=1), time() if by_opening else rule.cutoff, rule.timezone)
