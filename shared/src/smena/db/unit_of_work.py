"""One use case, one transaction: rolled back unless committed."""

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from smena.clock import Clock
from smena.db.database import Database
from smena.inbox.gate import InboxGate
from smena.outbox.tables import MessagingTables
from smena.outbox.writer import OutboxWriter


class UnitOfWork:
    """A transaction with the outbox and the inbox in it; a service adds its repositories in ``_open``."""

    session: AsyncSession
    outbox: OutboxWriter
    inbox: InboxGate

    def __init__(self, database: Database, tables: MessagingTables, clock: Clock) -> None:
        self._database = database
        self._tables = tables
        self._clock = clock

    def _open(self) -> None:
        """Create the repositories of the service: the session is there."""

    async def __aenter__(self) -> Self:
        self.session = self._database.session()
        self.outbox = OutboxWriter(self.session, self._tables, self._clock)
        self.inbox = InboxGate(self.session, self._tables, self._clock)
        self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    async def commit(self) -> None:
        """Write the events that were added and commit; afterwards the next transaction begins."""
        await self.session.flush()
        await self.outbox.flush()
        await self.session.commit()
