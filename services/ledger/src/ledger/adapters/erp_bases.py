"""Which base each organisation's documents go to, as it was at first contact."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.tables import ERP_BASE


class SqlErpBases:
    """Bases of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def fingerprint(self, organization: str) -> str | None:
        """What was stored at first contact."""
        query = select(ERP_BASE.c.fingerprint).where(ERP_BASE.c.organization == organization)
        return (await self._session.execute(query)).scalar_one_or_none()

    async def remember(self, organization: str, fingerprint: str, *, at: datetime) -> str:
        """Store it unless one is stored already; the stored one is returned."""
        values = {"organization": organization, "fingerprint": fingerprint, "first_contact_at": at}
        await self._session.execute(insert(ERP_BASE).values(values).on_conflict_do_nothing())
        return await self.fingerprint(organization) or fingerprint

    async def replace(self, organization: str, fingerprint: str, *, at: datetime) -> None:
        """Take another base for the organisation's own from now on."""
        values = {"fingerprint": fingerprint, "first_contact_at": at}
        await self._session.execute(update(ERP_BASE).where(ERP_BASE.c.organization == organization).values(values))
