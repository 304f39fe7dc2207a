"""Take the next unsent rows of an outbox, and write down what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from psycopg import sql
from sqlalchemy import ARRAY, ColumnElement, Table, Uuid, any_, exists, func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from smena.db.database import raw_connection
from smena.messaging.port import OutgoingEvent
from smena.outbox.tables import MessagingTables

BATCH_ROWS = 100
BATCHES_PER_TURN = 4
"""Batches of one transaction: while one is on its way, the one before is marked and the next one fetched.

What a relay had sent and not committed when it was killed is sent again: at most so much.
"""
TURN_ROWS = BATCHES_PER_TURN * BATCH_ROWS
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
        turn = await self._session.execute(
            text(
                "select pg_try_advisory_xact_lock(hashtextextended(:name, 0)), "
                f"set_config('idle_in_transaction_session_timeout', '{CLAIM_SECONDS_MAX}s', true)"
            ),
            {"name": f"smena relay {self._tables.schema}"},
        )
        return bool(turn.scalar_one())

    async def claim(self) -> list[list[UUID]]:
        """The next rows in order and in batches, by what is unsent and never by a cursor.

        A cursor would pass over a late commit. A row that waits after a failure holds back the later ones of its own
        partition key only.
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
            .limit(TURN_ROWS)
            .with_for_update(skip_locked=True, of=row)
        )
        return _batches([(id_, size) for id_, size in found])[:BATCHES_PER_TURN]

    async def bodies(self, ids: Sequence[UUID]) -> list[OutgoingEvent]:
        """The events of a batch, in order.

        In binary form: as text every body would travel at twice its size and be read digit by digit.
        """
        connection = await raw_connection(self._session)
        query = self._about_outbox("select id, type, partition_key, body from {} where id = any(%s) order by position")
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(query, (list(ids),))
            return [OutgoingEvent(*each) for each in await cursor.fetchall()]

    async def mark_sent(self, ids: Sequence[UUID], at: datetime) -> None:
        """These are the bus's now."""
        query = self._about_outbox("update {} set sent_at = %s, retry_at = null where id = any(%s)")
        connection = await raw_connection(self._session)
        await connection.execute(query, (at, list(ids)))

    async def hold_back(self, ids: Sequence[UUID], seconds: float) -> None:
        """These wait for so long before they are tried again."""
        row = self._tables.outbox
        until = func.clock_timestamp() + literal(timedelta(seconds=seconds))
        await self._session.execute(update(row).where(_among(row, ids)).values(retry_at=until))

    def _about_outbox(self, query: LiteralString) -> sql.Composed:
        return sql.SQL(query).format(sql.Identifier(self._tables.schema, self._tables.outbox.name))


def _among(row: Table, ids: Sequence[UUID]) -> ColumnElement[bool]:
    """One array, however many ids: a list of parameters would be compiled anew for each number of them."""
    return row.c.id == any_(literal(list(ids), ARRAY(Uuid)))


def _batches(sizes: Sequence[tuple[UUID, int]]) -> list[list[UUID]]:
    """Rows in their order, each batch within its number and its bytes; a single row is never too large."""
    batches: list[list[UUID]] = []
    filled = 0
    for id_, size in sizes:
        if not batches or len(batches[-1]) == BATCH_ROWS or filled + size > BATCH_BYTES:
            batches.append([])
            filled = 0
        batches[-1].append(id_)
        filled += size
    return batches
