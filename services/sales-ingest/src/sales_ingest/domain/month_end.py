"""The checklist of a month: what must be done before it is closed, and what is to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

DECEMBER = 12


class PointName(StrEnum):
    """Points of the checklist, in the accountant's order."""

    SHIFTS_NOT_FINAL = "shifts-not-final"
    DAYS_NOT_FINAL = "days-not-final"
    TURNOVER_BY_VAT_RATE = "turnover-by-vat-rate"
    DEFAULT_ITEMS = "default-items"
    ACCEPTED_DIFFERENCES = "accepted-differences"
    REFUNDS_OF_EARLIER_MONTHS = "refunds-of-earlier-months"
    NOT_AT_LIST_PRICE = "not-at-list-price"


@dataclass(frozen=True, slots=True)
class PointRow:
    """One thing to go to: a shift, a day, a receipt line, a receipt, or a VAT rate; ``amount`` in kopecks."""

    id: str
    register: str | None
    day: date | None
    shift: UUID | None
    receipt: UUID | None
    detail: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """One point: ``done`` when nothing waits for a person; ``count`` and ``amount`` of all, the first ``rows``."""

    name: PointName
    done: bool
    count: int
    amount: int | None
    rows: Sequence[PointRow]


@dataclass(frozen=True, slots=True)
class VatTurnover:
    """A month's revenue of one VAT rate: sales without annulled ones, and refunds; certificates and advances aside."""

    vat_rate: str
    sales: int
    refunds: int

    @property
    def net(self) -> int:
        """Sales − refunds."""
        return self.sales - self.refunds


def month_days(first: date) -> list[date]:
    """Every day of the month that begins on ``first``."""
    following = date(first.year + 1, 1, 1) if first.month == DECEMBER else date(first.year, first.month + 1, 1)
    return [first + timedelta(days=n) for n in range((following - first).days)]
