"""One transaction of sales-ingest with its repositories."""

from collections.abc import Callable

from sales_ingest.adapters.calendar_store import PostgresCalendarStore
from sales_ingest.adapters.correction_store import PostgresCorrectionStore
from sales_ingest.adapters.document_store import PostgresDocumentStore
from sales_ingest.adapters.item_store import PostgresItemStore
from sales_ingest.adapters.measures import PostgresSalesMeasures
from sales_ingest.adapters.quarantine_store import PostgresCursorStore, PostgresQuarantineStore
from sales_ingest.adapters.receipt_store import PostgresReceiptStore
from sales_ingest.adapters.registry import AUDIT, MESSAGING
from sales_ingest.adapters.shift_store import PostgresShiftStore
from sales_ingest.adapters.silence_store import PostgresSilenceStore
from sales_ingest.ports.calendar import CalendarStore
from sales_ingest.ports.corrections import CorrectionStore
from sales_ingest.ports.items import ItemStore
from sales_ingest.ports.measures import SalesMeasures
from sales_ingest.ports.receipts import CursorStore, QuarantineStore, ReceiptStore
from sales_ingest.ports.shifts import ShiftStore
from sales_ingest.ports.silence import SilenceStore
from sales_ingest.ports.unit_of_work import DocumentStore, OpenWork
from smena.audit.trail import AuditTrail
from smena.audit.trail_store import SqlAuditTrail
from smena.clock import Clock
from smena.db.database import Database
from smena.db.unit_of_work import UnitOfWork
from smena.runs.context import RunContext


class SalesUnitOfWork(UnitOfWork):
    """Receipts, shifts, items, cursors and documents in one transaction."""

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

    def _open(self) -> None:
        self._chain = SqlAuditTrail(self.session, AUDIT)
        self.trail = self._chain
        self.receipts = PostgresReceiptStore(self.session)
        self.quarantine = PostgresQuarantineStore(self.session)
        self.cursors = PostgresCursorStore(self.session)
        self.shifts = PostgresShiftStore(self.session)
        self.items = PostgresItemStore(self.session)
        self.documents = PostgresDocumentStore(self.session)
        self.calendar = PostgresCalendarStore(self.session)
        self.corrections = PostgresCorrectionStore(self.session)
        self.silences = PostgresSilenceStore(self.session)
        self.measures = PostgresSalesMeasures(self.session)

    async def commit(self) -> None:
        """Chain what people did, write the events, commit."""
        await self._chain.flush(self._clock.now())
        await super().commit()


class HeldSalesUnitOfWork(SalesUnitOfWork):
    """A transaction of a run: it commits only while the run is still this worker's."""

    def __init__(self, database: Database, clock: Clock, context: RunContext) -> None:
        super().__init__(database, MESSAGING, clock)
        self._context = context

    async def commit(self) -> None:
        """State and events together, or neither.

        Raises:
            RunLostError: this worker slept through its lease and a peer has the run; nothing is written.
        """
        await self._context.hold(self.session)
        await super().commit()


def held_work(database: Database, clock: Clock) -> Callable[[RunContext], OpenWork]:
    """What the use cases of a run begin their transactions with."""
    return lambda context: lambda: HeldSalesUnitOfWork(database, clock, context)


def open_work(database: Database, clock: Clock) -> OpenWork:
    """What the use cases begin their transactions with."""
    return lambda: SalesUnitOfWork(database, MESSAGING, clock)
