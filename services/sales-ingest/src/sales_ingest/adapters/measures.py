"""Counts over everything stored, in SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.ports.measures import UnresolvedMoney

SHIFTS = """
select organization, state, count(*) from sales_ingest.shift where organization = any(%s) group by organization, state
"""

UNRESOLVED = """
select r.organization, count(*), sum(l.amount)
from sales_ingest.receipt_line l
join sales_ingest.receipt r on r.id = l.receipt_id and r.version = l.version
where l.resolution in ('none', 'default') and l.resolution = 'none' and r.organization = any(%s)
group by r.organization
"""
"""The first condition is that of the index of waiting lines; it is short, however many receipts there are."""


class PostgresSalesMeasures:
    """Counts of all organisations."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def shifts(self, organizations: Sequence[str]) -> Mapping[tuple[str, str], int]:
        """How many shifts each organisation has in each state."""
        rows = await self._connection.rows(SHIFTS, [list(organizations)])
        return {(organization, state): count for organization, state, count in rows}

    async def unresolved(self, organizations: Sequence[str]) -> Mapping[str, UnresolvedMoney]:
        """What stands in the receipts of each organisation without an item."""
        rows = await self._connection.rows(UNRESOLVED, [list(organizations)])
        return {organization: UnresolvedMoney(lines, int(kopecks)) for organization, lines, kopecks in rows}
