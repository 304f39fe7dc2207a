"""How whole shifts stand in the books; what changes is told with the transaction that changes it."""

from typing import Protocol


class ShiftStandings(Protocol):
    """Standings of shifts, told as events at the commit."""

    async def untold(self, limit: int) -> int:
        """Mark shifts of which nothing was told yet, to be told at the commit; answers how many."""
        ...
