"""A base that does not answer is left alone for a while, all of it, and tried again by one document."""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.status import DeliveryTiming

FAILURES_TO_OPEN = 3
"""One lost answer is no outage; this many in a row are."""


@dataclass(slots=True)
class CircuitBreaker:
    """Counts failures in a row; open until the pause is over, then one attempt decides."""

    timing: DeliveryTiming
    failures: int = 0
    open_until: datetime | None = None

    def closed(self, now: datetime) -> bool:
        """Whether the base may be asked now."""
        return self.open_until is None or now >= self.open_until

    def failed(self, now: datetime, asked_seconds: float | None = None) -> None:
        """The base could not be asked; where it asked for a pause itself, it gets it at once."""
        self.failures += 1
        if asked_seconds is not None:
            self.failures = max(self.failures, FAILURES_TO_OPEN)
        if self.failures >= FAILURES_TO_OPEN:
            self.open_until = now + self.timing.pause(self.failures - FAILURES_TO_OPEN, asked_seconds)

    def succeeded(self) -> bool:
        """The base answered; True at the end of an outage, so that what waits may go at once.

        A document that fails among others that succeed keeps its own growing pause.
        """
        recovered = self.failures >= FAILURES_TO_OPEN
        self.failures, self.open_until = 0, None
        return recovered
