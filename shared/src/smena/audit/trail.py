"""The chain of what people decided, as the use cases and routes of a service see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from smena.audit.chain import AuditEntry, Deed


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries a list shows; None = any. From ``first`` on, and before ``before``."""

    organizations: Sequence[str]
    first: datetime | None = None
    before: datetime | None = None
    who: str | None = None
    what: str | None = None
    subject: str | None = None


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
