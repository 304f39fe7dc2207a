"""Keep how shifts stand in the books, as the ledger tells it: what makes a day final."""

from datetime import datetime
from uuid import UUID

from sales_ingest.ports.unit_of_work import OpenWork
from smena.contracts.ledger_events import ShiftStandingChanged

CONSUMER = "sales-ingest.standings"


async def keep_standing(event_id: UUID, told_at: datetime, told: ShiftStandingChanged, *, open_work: OpenWork) -> None:
    """Keep a shift's standing; one that was told twice, or late, changes nothing."""
    async with open_work() as work:
        if await work.inbox.first(event_id, CONSUMER):
            await work.documents.keep_standing(told, told_at)
        await work.commit()
