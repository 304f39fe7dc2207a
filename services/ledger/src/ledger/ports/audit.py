"""What the check of everything stored asks of the storage, and the chain of what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ledger.domain.audit_chain import AuditEntry, Deed


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries a list shows; None = any. From ``first`` on, and before ``before``."""

    organizations: Sequence[str]
    first: datetime | None = None
    before: datetime | None = None
    who: str | None = None
    what: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A revision's row: the event as it came, and the columns that repeat it."""

    event: bytes
    number: int
    previous: int
    business_date: date
    sha256: str
    applied: bool


class Audit(Protocol):
    """Looks at stored rows themselves, where the other ports only trust them."""

    async def document_count(self, shift_id: UUID) -> int:
        """How many documents of a shift are stored, readable or not."""
        ...

    async def revisions(self, shift_id: UUID) -> list[StoredRevision]:
        """The rows of a shift's revisions in order."""
        ...

    async def document_faults(self, shift_id: UUID) -> list[str]:
        """Every column of a shift's documents that does not say what their content and history say."""
        ...


class AuditTrail(Protocol):
    """The chain of what people decided."""

    def record(self, deed: Deed) -> None:
        """Add a deed to the transaction that does it; it is chained at the commit, or never happened."""
        ...

    async def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[tuple[int, AuditEntry]]:
        """Entries with their positions, newest first, before a position."""
        ...

    async def chain(self, organization: str, after: int, limit: int) -> list[AuditEntry]:
        """Entries of one organisation in the order of its chain, after a number."""
        ...

    async def organizations(self) -> Sequence[str]:
        """Every organisation that has a chain."""
        ...
