"""Take the next unsent rows of an outbox, and write down what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from smena.messaging.port import OutgoingEvent
from smena.outbox.tables import MessagingTables

BATCH_ROWS = 100
BATCH_BYTES = 8 * 1024 * 1024
"""Large events go in smaller batches, so that their confirmations stay within their deadline."""
CLAIM_SECONDS_MAX = 60
"""The server ends the transaction of a relay that was frozen for so long, so that another one can go on."""


class OutboxClaims:
    """The statements of one relay pass; the claim is the transaction's own locks, gone with its process."""

    def __init__(self, session: AsyncSession, tables: MessagingTables) -> None:
        self._session = session
        self._tables = tables

    async def take_turn(self) -> bool:
        """Become the one relay of this outbox for this transaction: two at once would overtake each other."""
        await self._session.execute(
            text(f"set local idle_in_transaction_session_timeout = '{CLAIM_SECONDS_MAX}s'"),
        )
        turn = await self._session.execute(
            text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"smena relay {self._tables.schema}"},
        )
        return bool(turn.scalar_one())

    async def claim(self) -> list[OutgoingEvent]:
        """The next rows in order, by what is unsent and never by a cursor: a late commit would be passed over.

        A row that waits after a failure holds back the later ones of its own partition key only.
        """
        row, earlier = self._tables.outbox, self._tables.outbox.alias("earlier")
        held = exists().where(
            earlier.c.partition_key == row.c.partition_key,
            earlier.c.position <= row.c.position,
            earlier.c.sent_at.is_(None),
            earlier.c.retry_at.is_not(None),
            earlier.c.retry_at > func.clock_timestamp(),
        )
        found = await self._session.execute(
            select(row.c.id, func.octet_length(row.c.body))
            .where(row.c.sent_at.is_(None), ~held)
            .order_by(row.c.position)
            .limit(BATCH_ROWS)
            .with_for_update(skip_locked=True, of=row)
        )
        ids = _within_bytes([(id_, size) for id_, size in found])
        if not ids:
            return []
        bodies = await self._session.execute(
            select(row.c.id, row.c.type, row.c.partition_key, row.c.body)
            .where(row.c.id.in_(ids))
            .order_by(row.c.position)
        )
        return [OutgoingEvent(*each) for each in bodies]

    async def mark_sent(self, ids: Sequence[UUID], at: datetime) -> None:
        """These are the bus's now."""
        row = self._tables.outbox
        await self._session.execute(update(row).where(row.c.id.in_(ids)).values(sent_at=at, retry_at=None))

    async def hold_back(self, ids: Sequence[UUID], seconds: float) -> None:
        """These wait for so long before they are tried again."""
        row = self._tables.outbox
        until = func.clock_timestamp() + literal(timedelta(seconds=seconds))
        await self._session.execute(update(row).where(row.c.id.in_(ids)).values(retry_at=until))

    async def unsent(self) -> int:
        """How many rows wait for the bus."""
        row = self._tables.outbox
        return int((await self._session.execute(select(func.count()).where(row.c.sent_at.is_(None)))).scalar_one())


def _within_bytes(sizes: Sequence[tuple[UUID, int]]) -> list[UUID]:
    """The first rows that fit into one batch; the first one always does."""
    taken: list[UUID] = []
    total = 0
    for id_, size in sizes:
        total += size
        if taken and total > BATCH_BYTES:
            break
        taken.append(id_)
    return taken
