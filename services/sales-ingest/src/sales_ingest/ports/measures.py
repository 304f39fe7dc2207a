"""What sales-ingest measures of its own store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UnresolvedMoney:
    """Lines without an item, and the kopecks they add up to."""

    lines: int
    kopecks: int


class SalesMeasures(Protocol):
    """Counts over everything stored."""

    async def shifts(self, organizations: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """How many shifts each organisation has in each state."""
        ...

    async def unresolved(self, organizations: Sequence[str]) -> Mapping[str, UnresolvedMoney]:
        """What stands in the receipts of each organisation without an item."""
        ...
