"""Leases with fencing tokens: a worker that slept through its lease cannot write any more."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from smena.outbox.tables import MessagingTables


class LeaseLostError(Exception):
    """Somebody else has taken the lease: nothing may be written in its name."""


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of a lease; ``token`` grows at every take, so that an old proof is known as old."""

    name: str
    owner: str
    token: int


class Leases:
    """The leases of a service; time is the database's, the same for all workers."""

    def __init__(self, tables: MessagingTables) -> None:
        self._lease = tables.lease

    async def take(self, session: AsyncSession, name: str, owner: str, seconds: float) -> Fence | None:
        """Take a lease that is free, expired, or already ours; None when somebody else holds it."""
        lease = self._lease
        until = func.clock_timestamp() + literal(timedelta(seconds=seconds))
        fresh = insert(lease).values(name=name, owner=owner, token=1, expires_at=until)
        taken = fresh.on_conflict_do_update(
            index_elements=[lease.c.name],
            set_={"owner": owner, "token": lease.c.token + 1, "expires_at": until},
            where=or_(lease.c.expires_at <= func.clock_timestamp(), lease.c.owner == owner),
        ).returning(lease.c.token)
        token = (await session.execute(taken)).scalar_one_or_none()
        return None if token is None else Fence(name, owner, token)

    async def renew(self, session: AsyncSession, fence: Fence, seconds: float) -> None:
        """Keep the lease for so many seconds from now.

        Raises:
            LeaseLostError: somebody else has it.
        """
        await self._set_expiry(session, fence, seconds)

    async def release(self, session: AsyncSession, fence: Fence) -> None:
        """Give the lease back; one that was lost already is left alone."""
        try:
            await self._set_expiry(session, fence, 0)
        except LeaseLostError:
            return

    async def hold(self, session: AsyncSession, fence: Fence) -> None:
        """Prove, in the transaction of a write, that the lease is still ours; nobody can take it before the commit.

        Raises:
            LeaseLostError: somebody else has taken it since.
        """
        lease = self._lease
        found = await session.execute(select(lease.c.token).where(lease.c.name == fence.name).with_for_update())
        if found.scalar_one_or_none() != fence.token:
            raise LeaseLostError(f"lease {fence.name}: token {fence.token} of {fence.owner} is no longer valid")

    async def _set_expiry(self, session: AsyncSession, fence: Fence, seconds: float) -> None:
        lease = self._lease
        changed = await session.execute(
            update(lease)
            .where(lease.c.name == fence.name, lease.c.token == fence.token)
            .values(expires_at=func.clock_timestamp() + literal(timedelta(seconds=seconds)))
            .returning(lease.c.token)
        )
        if changed.first() is None:
            raise LeaseLostError(f"lease {fence.name}: token {fence.token} of {fence.owner} is no longer valid")
