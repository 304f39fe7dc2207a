"""An ERP that is read only while it is known to be the base of the first contact.

Reading a copy would find every document missing or older, and turn the whole ledger into conflicts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.contact_base import contact_base
from smena.clock import Clock
from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpDocuments, ErpSnapshot, FieldDifference, Found

KNOWN_FOR = timedelta(seconds=60)
"""How long a base is taken for the one it was: an address may come to lead to a copy at any time."""


@dataclass(slots=True)
class KnownBase:
    """The same port; every call that asks the base makes sure first, now and then, which base it is.

    Every such call may raise ``OtherBaseError`` besides what the port raises.
    """

    organization: str
    erp: ErpDocuments
    clock: Clock
    new_work: NewWork
    known_at: datetime | None = None

    async def fingerprint(self) -> str:
        """What tells this base from another."""
        return await self.erp.fingerprint()

    async def find(self, document: ErpDocument, *, ref: str | None) -> Found:
        """Look for a document."""
        await self._make_sure()
        return await self.erp.find(document, ref=ref)

    async def create(self, document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        """Create unposted."""
        await self._make_sure()
        return await self.erp.create(document, permit=permit)

    async def post(self, kind: ErpDocumentKind, ref: str) -> None:
        """Post the document."""
        await self._make_sure()
        await self.erp.post(kind, ref)

    async def unpost(self, kind: ErpDocumentKind, ref: str) -> None:
        """Take its movements away."""
        await self._make_sure()
        await self.erp.unpost(kind, ref)

    async def mark(self, held: ErpSnapshot) -> None:
        """Mark it for deletion."""
        await self._make_sure()
        await self.erp.mark(held)

    async def rewrite(self, document: ErpDocument, held: ErpSnapshot) -> ErpSnapshot:
        """Write ours over what stands there."""
        await self._make_sure()
        return await self.erp.rewrite(document, held)

    async def movements(self, kind: ErpDocumentKind, refs: Sequence[str]) -> dict[str, int]:
        """Count the movements they left."""
        await self._make_sure()
        return await self.erp.movements(kind, refs)

    async def read(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot | None:
        """Read it back."""
        await self._make_sure()
        return await self.erp.read(kind, ref)

    async def read_many(
        self, kind: ErpDocumentKind, refs: Sequence[str], *, first: datetime, last: datetime
    ) -> dict[str, ErpSnapshot]:
        """Read several back."""
        await self._make_sure()
        return await self.erp.read_many(kind, refs, first=first, last=last)

    async def dated(self, kind: ErpDocumentKind, *, first: date, last: date) -> list[ErpSnapshot]:
        """Every document of a kind in these days."""
        await self._make_sure()
        return await self.erp.dated(kind, first=first, last=last)

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        """What the snapshot does not hold as sent."""
        return self.erp.differences(document, snapshot)

    async def close(self) -> None:
        """Let connections go."""
        await self.erp.close()

    async def _make_sure(self) -> None:
        now = self.clock.now()
        if self.known_at is not None and now - self.known_at < KNOWN_FOR:
            return
        self.known_at = None
        await contact_base(self.organization, self.erp, clock=self.clock, new_work=self.new_work)
        self.known_at = now
