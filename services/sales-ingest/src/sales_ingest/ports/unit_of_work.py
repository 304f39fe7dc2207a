"""One transaction of sales-ingest."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.ports.calendar import CalendarStore
from sales_ingest.ports.corrections import CorrectionStore
from sales_ingest.ports.items import ItemStore
from sales_ingest.ports.measures import SalesMeasures
from sales_ingest.ports.receipts import CursorStore, QuarantineStore, ReceiptStore
from sales_ingest.ports.shifts import ShiftStore
from sales_ingest.ports.silence import SilenceStore
from smena.audit.trail import AuditTrail
from smena.contracts.envelope import NewEvent
from smena.contracts.ledger_events import DocumentPosted, ShiftStandingChanged


class Outbox(Protocol):
    """Events that go with the transaction."""

    def add(self, event: NewEvent) -> UUID:
        """Send this event if and only if the transaction commits."""
        ...


class Inbox(Protocol):
    """Events already taken in."""

    async def first(self, event_id: UUID, consumer: str) -> bool:
        """Whether this consumer has not yet done this event."""
        ...


class DocumentStore(Protocol):
    """Documents of the ERP that came of shifts."""

    async def keep(self, posted: DocumentPosted, at: datetime) -> None:
        """Keep what stands in the ERP; a later word of the same document replaces it."""
        ...

    async def keep_standing(self, told: ShiftStandingChanged, at: datetime) -> None:
        """Keep how a shift stands in the books; a word with a lower number changes nothing."""
        ...


class SalesWork(Protocol):
    """A transaction with the repositories in it; rolled back unless committed."""

    @property
    def outbox(self) -> Outbox:
        """Events to send."""
        ...

    @property
    def inbox(self) -> Inbox:
        """Events taken in."""
        ...

    session: AsyncSession
    trail: AuditTrail
    receipts: ReceiptStore
    quarantine: QuarantineStore
    cursors: CursorStore
    shifts: ShiftStore
    items: ItemStore
    documents: DocumentStore
    calendar: CalendarStore
    corrections: CorrectionStore
    silences: SilenceStore
    measures: SalesMeasures

    async def commit(self) -> None:
        """State and events together, or neither."""
        ...


OpenWork = Callable[[], AbstractAsyncContextManager[SalesWork]]
"""Begins a transaction."""
