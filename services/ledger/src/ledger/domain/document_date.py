"""The date and time a document gets in the ERP."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from ledger.domain.rules import TimeRule

END_OF_DAY = time(23, 59, 59)


def document_date(business_date: date, closed_at: datetime, rule: TimeRule, timezone: str) -> datetime:
    """The business date with a time by rule, naive in the ERP's zone: 1C speaks nothing else.

    A shift closed on another calendar day than its business date has no time of its own on that day, so it
    stands at the day's end under either rule; the date itself is never moved.
    """
    local = closed_at.astimezone(ZoneInfo(timezone))
    if rule is TimeRule.CLOSED_AT and local.date() == business_date:
        return datetime.combine(business_date, local.time().replace(microsecond=0))
    return datetime.combine(business_date, END_OF_DAY)
