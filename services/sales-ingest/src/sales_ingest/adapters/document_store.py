"""Documents of the ERP that came of shifts (column «Документ»), and how each shift stands in the books."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from smena.contracts.ledger_events import DocumentPosted, ShiftStandingChanged
from smena.kinds.money import parse_money

KEEP = """
insert into sales_ingest.shift_document as known (id, shift_id, kind, key, revision, erp_ref, erp_number, amount,
posted_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (id) do update set erp_ref = excluded.erp_ref, erp_number = excluded.erp_number, amount = excluded.amount,
posted_at = excluded.posted_at where known.posted_at <= excluded.posted_at
"""

KEEP_STANDING = """
insert into sales_ingest.shift_standing as known (shift_id, number, revision, state, documents, at)
values (%s, %s, %s, %s, %s::jsonb, %s)
on conflict (shift_id) do update set number = excluded.number, revision = excluded.revision, state = excluded.state,
documents = excluded.documents, at = excluded.at where known.number < excluded.number
"""


class PostgresDocumentStore:
    """What stands in the ERP, by shift."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def keep(self, posted: DocumentPosted, at: datetime) -> None:
        """Keep what stands in the ERP; a later word of the same document replaces it, an earlier one does not."""
        document = posted.document
        await self._connection.run(
            KEEP,
            [
                UUID(document.id), UUID(document.shift), document.kind, document.key, document.revision,
                posted.erp_ref, posted.erp_number, parse_money(posted.amount), at,
            ],
        )  # fmt: skip

    async def keep_standing(self, told: ShiftStandingChanged, at: datetime) -> None:
        """Keep how a shift stands in the books; a word with a lower number changes nothing."""
        documents = msgspec.json.encode(told.documents).decode()
        values = [UUID(told.shift), told.number, told.revision, told.state, documents, at]
        await self._connection.run(KEEP_STANDING, values)
