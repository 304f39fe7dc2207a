"""Corrected payments in SQL."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.adapters.correction_statements import JOIN_CORRECTION
from sales_ingest.ports.corrections import PaidReceipt, PaymentCorrection
from smena.cabinets.documents import DocumentKind

RECEIPT = f"""
select r.id, r.register, r.organization, r.shift_seq, r.kind, r.payments, coalesce(c.payments, r.payments)
from sales_ingest.receipt r {JOIN_CORRECTION} where r.id = %s
"""

TAKE_OVER = "update sales_ingest.payment_correction set latest = false where receipt_id = %s and latest"

ADD = """
insert into sales_ingest.payment_correction (id, receipt_id, corrected, payments, reason, person, at, latest)
values (%s, %s, %s, %s, %s, %s, %s, true)
"""

OF_RECEIPT = """
select c.id, c.receipt_id, c.corrected, c.payments, c.reason, c.person, c.at, c.latest and c.corrected = r.payments
from sales_ingest.payment_correction c join sales_ingest.receipt r on r.id = c.receipt_id
where c.receipt_id = %s order by c.latest desc, c.at desc, c.id
"""


class PostgresCorrectionStore:
    """Corrections of all receipts."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def receipt(self, receipt_id: UUID) -> PaidReceipt | None:
        """A receipt and its payments."""
        rows = await self._connection.rows(RECEIPT, [receipt_id])
        if not rows:
            return None
        row = rows[0]
        return PaidReceipt(row[0], row[1], row[2], row[3], DocumentKind(row[4]), row[5], row[6])

    async def add(self, correction: PaymentCorrection) -> None:
        """Write a correction down; the one before stays as history."""
        await self._connection.run(TAKE_OVER, [correction.receipt])
        await self._connection.run(
            ADD,
            [
                correction.id, correction.receipt, Jsonb(dict(correction.corrected)), Jsonb(dict(correction.payments)),
                correction.reason, correction.person, correction.at,
            ],
        )  # fmt: skip

    async def of_receipt(self, receipt_id: UUID) -> Sequence[PaymentCorrection]:
        """All corrections of a receipt, newest first."""
        return [PaymentCorrection(*row) for row in await self._connection.rows(OF_RECEIPT, [receipt_id])]
