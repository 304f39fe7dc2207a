"""Cut a period into windows that do not cross midnight in the cabinet's zone: some answers come by the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST_WINDOW = timedelta(minutes=1)
DAY = timedelta(days=1)


def midnight_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that begins the moment's day in the cabinet's zone, as an instant in UTC."""
    return datetime.combine(moment.astimezone(zone).date(), time(), zone).astimezone(UTC)


def next_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight that ends the moment's day."""
    day = moment.astimezone(zone).date() + DAY
    return datetime.combine(day, time(), zone).astimezone(UTC)


class Windows:
    """Consecutive windows of ``[start, end)``: a day at first, shorter once an answer was too large."""

    def __init__(self, start: datetime, end: datetime, zone: ZoneInfo) -> None:
        self._at = start.astimezone(UTC)
        self._end = end.astimezone(UTC)
        self._zone = zone
        self._length = DAY

    def __iter__(self) -> Iterator[tuple[datetime, datetime]]:
        """Each window in turn; what ``halve`` decides counts from the next one."""
        while self._at < self._end:
            start = self._at
            self._at = min(start + self._length, next_midnight(start, self._zone), self._end)
            yield start, self._at

    def halve(self, start: datetime, end: datetime) -> bool:
        """Go back to ``start`` with windows half as long as this one; False when it cannot be shorter."""
        half = (end - start) / 2
        if half < SHORTEST_WINDOW:
            return False
        self._at, self._length = start, half
        return True
