"""Keep which documents of the ERP came of a shift (column «Документ»)."""

from datetime import datetime
from uuid import UUID

from sales_ingest.ports.unit_of_work import OpenWork
from smena.contracts.ledger_events import DocumentPosted

CONSUMER = "sales-ingest.documents"


async def keep_document(event_id: UUID, told_at: datetime, posted: DocumentPosted, *, open_work: OpenWork) -> None:
    """Keep a posted document once."""
    async with open_work() as work:
        if await work.inbox.first(event_id, CONSUMER):
            await work.documents.keep(posted, told_at)
        await work.commit()
