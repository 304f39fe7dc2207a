"""What the month-end checklist asks of the store; read-only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from sales_ingest.domain.month_end import PointRow, VatTurnover


@dataclass(frozen=True, slots=True)
class Found:
    """How many there are, what they are worth in kopecks, and the first of them."""

    count: int
    amount: int
    rows: Sequence[PointRow]


@dataclass(frozen=True, slots=True)
class MonthFilter:
    """Registers and inclusive business dates; ``rows`` at most are named."""

    registers: Sequence[str]
    first: date
    last: date
    rows: int


@dataclass(frozen=True, slots=True)
class AcceptingShift:
    """A shift with an acceptance of a person."""

    seq: int
    id: UUID
    register: str
    number: int
    day: date


class MonthViews(Protocol):
    """Questions about a month."""

    async def turnover_by_vat(self, wanted: MonthFilter) -> Sequence[VatTurnover]:
        """Revenue by VAT rate."""
        ...

    async def under_default_items(self, wanted: MonthFilter) -> Found:
        """Lines that stand under a default item."""
        ...

    async def refunds_of_earlier(self, wanted: MonthFilter) -> Found:
        """Refunds of sales that stand in an earlier month, and those whose sale is not known."""
        ...

    async def not_at_list_price(self, wanted: MonthFilter) -> Found:
        """Lines sold at another price than the item's list price."""
        ...

    async def accepting_shifts(self, wanted: MonthFilter) -> Sequence[AcceptingShift]:
        """Shifts whose differences a person accepted, oldest first."""
        ...
