"""What can be asked of sales: rows for lists and pages, no rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

Row = Mapping[str, Any]
"""A row with the names of the API's model; sums in kopecks, quantities in thousandths."""


SourceMark = tuple[int, UUID, int]
"""A receipt line behind a published one: document number, receipt and position."""


RuleMark = tuple[datetime, str, str]
"""A remembered rule: when, cabinet and group."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: ``registers`` are those the caller asks for and may see."""

    registers: Sequence[str]
    first: date | None = None
    last: date | None = None
    state: str | None = None
    kind: str | None = None
    unresolved: bool | None = None
    cashier: str | None = None
    resolution: str | None = None
    free_form: bool | None = None
    not_at_list_price: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The last row of the page before: instant and tie-breaker."""

    at: datetime
    tie: str


class SalesViews(Protocol):
    """Read-only questions; each in a transaction of its own."""

    async def shifts(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Shifts, newest first."""
        ...

    async def shift(self, shift_id: UUID) -> Row | None:
        """One shift with its documents."""
        ...

    async def receipts(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Receipts with their lines, newest first."""
        ...

    async def receipt(self, receipt_id: UUID) -> Row | None:
        """One receipt with its lines."""
        ...

    async def count_lines(self, wanted: Filter, at_most: int) -> int:
        """How many lines these receipts have, a receipt without lines counting as one; no more than ``at_most``."""
        ...

    async def turnover(self, wanted: Filter, limit: int, after: tuple[date, str] | None) -> Sequence[Row]:
        """Turnover by day and register, newest first; ``after`` is the last day and register of the page before."""
        ...

    async def unresolved(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """Lines without an item, grouped by what they carry."""
        ...

    async def default_item_groups(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """What stands under default items, grouped by what the lines carry; each with its ``position``."""
        ...

    async def rules(
        self, cabinets: Sequence[str], text: str | None, limit: int, after: RuleMark | None
    ) -> Sequence[Row]:
        """Remembered rules of these cabinets, newest first; ``text`` is part of a name, or a code as it is."""
        ...

    async def cashiers(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """What each cashier rang, by register and cashier; each with its ``position``."""
        ...

    async def quarantine(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Documents in quarantine, newest first."""
        ...

    async def quarantined(self, entry_id: UUID) -> Row | None:
        """One document in quarantine."""
        ...

    async def revision(self, shift_id: UUID, number: int) -> bytes | None:
        """A published revision: the event's data, byte for byte."""
        ...

    async def revision_line(
        self, shift_id: UUID, number: int, key: str, limit: int, after: SourceMark | None
    ) -> Sequence[Row]:
        """The receipt lines behind one published line, by document number; every published line has some."""
        ...
