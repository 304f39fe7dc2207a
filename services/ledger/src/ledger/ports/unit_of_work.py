"""One transaction, as the use cases see it."""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy.ext.asyncio import AsyncSession

from ledger.ports.audit import Audit
from ledger.ports.dead_letters import DeadLetters
from ledger.ports.feed import Feed
from ledger.ports.repositories import Documents, ErpBases, Revisions, Shifts
from ledger.ports.shift_standings import ShiftStandings
from ledger.ports.webhooks import Webhooks
from smena.audit.trail import AuditTrail
from smena.inbox.gate import InboxGate
from smena.outbox.writer import OutboxWriter


class LedgerWork(Protocol):
    """Everything one use case reads and writes; nothing stands before ``commit``."""

    session: AsyncSession
    outbox: OutboxWriter
    inbox: InboxGate
    shifts: Shifts
    revisions: Revisions
    documents: Documents
    bases: ErpBases
    audit: Audit
    trail: AuditTrail
    dead_letters: DeadLetters
    feed: Feed
    webhooks: Webhooks
    standings: ShiftStandings

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""
        ...

    async def commit(self) -> None:
        """State and events together, or neither."""
        ...


NewWork = Callable[[], LedgerWork]
"""Opens a new transaction; loops use one after another."""
