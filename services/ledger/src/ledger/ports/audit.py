"""What the check of everything stored asks of the storage."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID


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
