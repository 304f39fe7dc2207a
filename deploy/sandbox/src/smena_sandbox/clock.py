"""The sandbox's own time: it can be set, advanced and frozen, so that a day passes in a millisecond."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINSK = ZoneInfo("Europe/Minsk")


class SandboxClock:
    """Time of the outside world. It runs with real time from ``start`` unless frozen."""

    def __init__(self, start: datetime, *, frozen: bool = False) -> None:
        self._base = start.astimezone(UTC)
        self._mark = time.monotonic()
        self.frozen = frozen

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        if self.frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._mark)

    def now_ms(self) -> int:
        """The current instant in epoch milliseconds, as Webkassa counts."""
        return milliseconds(self.now())

    def set(self, instant: datetime) -> None:
        """Stand at ``instant`` (aware); goes on running unless frozen."""
        self._base = instant.astimezone(UTC)
        self._mark = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Move forward, or back when negative."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, frozen: bool) -> None:
        """Stop, or run on from where the clock stands."""
        self.set(self.now())
        self.frozen = frozen


def milliseconds(instant: datetime) -> int:
    """An aware instant in epoch milliseconds, exactly (no binary float in between)."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def instant(epoch_ms: int) -> datetime:
    """The aware UTC instant of epoch milliseconds."""
    return _EPOCH + timedelta(milliseconds=epoch_ms)


def minsk_ms(local: datetime) -> int:
    """Epoch milliseconds of a naive Minsk local time, by the zone's rules of that year."""
    return milliseconds(local.replace(tzinfo=MINSK).astimezone(UTC))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
