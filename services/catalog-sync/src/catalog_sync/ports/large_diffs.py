"""Comparing catalogues too large to hold an object for each item."""

from collections.abc import Collection, Iterator
from typing import Protocol

from catalog_sync.domain.rows import DiffRow
from catalog_sync.domain.terms import Terms
from catalog_sync.ports.records import DiffRequest, PackedRow


class LargeComparison(Protocol):
    """A computed diff. Equal pairs that are bound already are numbers, not rows."""

    @property
    def equal_and_bound(self) -> int:
        """Rows that are certainly identical and bound."""
        ...

    @property
    def left_to_the_rule(self) -> int:
        """Rows with a counterpart whose status shows only when they are made."""
        ...

    @property
    def excluded(self) -> int:
        """Selected items the preset filter left out."""
        ...

    def rows(self, *, settled: bool, only: Collection[str] | None = None) -> Iterator[list[DiffRow]]:
        """The rows in reading order, in chunks: with the equal and bound ones, or without; blocks while it works."""
        ...

    def packed(self, *, settled: bool) -> Iterator[list[PackedRow]]:
        """The same rows in the same chunks, ready to be stored."""
        ...


class LargeDiffs(Protocol):
    """Compares what is stored; the rows are those of the domain's rule, whichever way they are found."""

    async def items(self, organization: str, cabinet: str) -> int:
        """How many items the larger side has."""
        ...

    async def compare(
        self, request: DiffRequest, terms: Terms, organization: str, timezone: str, cabinet: str
    ) -> LargeComparison:
        """Compare both sides as of this transaction; ``terms`` without prices, which are read here."""
        ...
