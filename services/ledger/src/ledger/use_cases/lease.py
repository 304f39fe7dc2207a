"""The lease of one shift, carried through every step of its delivery."""

from dataclasses import dataclass, field
from time import monotonic

from ledger.ports.unit_of_work import LedgerWork, NewWork
from smena.leases.leases import Fence, LeaseLostError, Leases


@dataclass(slots=True)
class HeldLease:
    """Proof that we are the one writer; every write proves it again in its own transaction and prolongs it."""

    leases: Leases
    fence: Fence
    seconds: float
    renewed: float = field(default_factory=monotonic)

    async def hold(self, work: LedgerWork) -> None:
        """Prove the lease in this transaction, which keeps its row until it ends, and prolong it.

        Raises:
            LeaseLostError: somebody else works on it now.
        """
        await self.leases.renew(work.session, self.fence, self.seconds)
        self.renewed = monotonic()

    def check(self) -> None:
        """Refuse to call outside when the lease may have run out since it was last prolonged.

        Raises:
            LeaseLostError: this process slept too long.
        """
        if monotonic() - self.renewed >= self.seconds:
            raise LeaseLostError(f"lease {self.fence.name}: not prolonged for {self.seconds} s")


async def take_lease(new_work: NewWork, leases: Leases, name: str, owner: str, seconds: float) -> HeldLease | None:
    """Take a lease in a transaction of its own; None when somebody else holds it."""
    async with new_work() as work:
        fence = await leases.take(work.session, name, owner, seconds)
        await work.commit()
    return None if fence is None else HeldLease(leases, fence, seconds)


async def give_back(new_work: NewWork, lease: HeldLease) -> None:
    """Let others take it at once."""
    async with new_work() as work:
        await lease.leases.release(work.session, lease.fence)
        await work.commit()
