"""The feed of documents for an ERP that fetches them, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Row,
    Select,
    Uuid,
    and_,
    case,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from ledger.adapters.document_rows import stored_from
from ledger.adapters.documents import BLOCKING_STATES, waits_for_earlier
from ledger.adapters.tables import DOCUMENT, METADATA, SCHEMA, LedgerTable
from ledger.domain.documents import DocumentState
from ledger.domain.stored import StoredDocument
from ledger.ports.feed import EntryState, FeedAction, FeedEntry, NewEntry
from ledger.ports.repositories import DueFilter

PAGE_BYTES_MAX = 4 * 1024 * 1024
"""Documents of one page, in bytes of their canonical form; a single document is never too large."""


class FeedEntryRow(LedgerTable, table=True):
    """One position of an organisation's feed; positions are given under a lock, without gaps, and never again."""

    __tablename__ = "feed_entry"
    __table_args__ = (
        Index("feed_open", "organization", "position", postgresql_where=text("state = 'open'")),
        Index("feed_by_document", "document", "position"),
    )

    organization: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    document: UUID = Field(sa_column=Column(Uuid, ForeignKey(f"{SCHEMA}.document.id"), nullable=False))
    action: str
    sha256: str
    post: bool
    state: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    ref: str | None = None
    message: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


ENTRY = METADATA.tables[f"{SCHEMA}.feed_entry"]


class SqlFeed:
    """Feeds of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, organization: str) -> None:
        """Keep other writers of the feed out until the transaction ends: a late commit is never passed."""
        name = f"smena document feed {organization}"
        await self._session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    async def append(self, organization: str, entries: Sequence[NewEntry], *, at: datetime) -> list[int]:
        """Give each entry the next position, and answer them; open ones of the same documents are superseded."""
        if not entries:
            return []
        for entry in entries:
            await self.supersede(entry.document)
        query = select(func.coalesce(func.max(ENTRY.c.position), 0)).where(ENTRY.c.organization == organization)
        last = (await self._session.execute(query)).scalar_one()
        rows = [
            {
                "organization": organization,
                "position": position,
                "document": entry.document,
                "action": entry.action.value,
                "sha256": entry.sha256,
                "post": entry.post,
                "state": EntryState.OPEN.value,
                "created_at": at,
            }
            for position, entry in enumerate(entries, start=last + 1)
        ]
        await self._session.execute(insert(ENTRY), rows)
        return list(range(last + 1, last + 1 + len(rows)))

    async def page(self, organization: str, *, after: int, limit: int, answered: bool) -> list[FeedEntry]:
        """Entries after a position, as many as make a page; with ``answered`` not only the open ones."""
        query = (
            select(ENTRY, func.octet_length(DOCUMENT.c.content).label("bytes"))
            .join(DOCUMENT, DOCUMENT.c.id == ENTRY.c.document)
            .where(ENTRY.c.organization == organization, ENTRY.c.position > after)
        )
        if not answered:
            query = query.where(ENTRY.c.state == EntryState.OPEN.value)
        rows = (await self._session.execute(query.order_by(ENTRY.c.position).limit(limit))).all()
        found: list[FeedEntry] = []
        filled = 0
        for row in rows:
            filled += row.bytes
            if found and filled > PAGE_BYTES_MAX:
                break
            found.append(_entry(row))
        return found

    async def at(self, organization: str, positions: Sequence[int]) -> list[FeedEntry]:
        """Entries by position, locked until the transaction ends."""
        query = select(ENTRY).where(ENTRY.c.organization == organization, ENTRY.c.position.in_(positions))
        rows = await self._session.execute(query.order_by(ENTRY.c.position).with_for_update())
        return [_entry(row) for row in rows]

    async def documents_at(self, organization: str, positions: Sequence[int]) -> list[UUID]:
        """Which documents these positions are about; nothing is locked."""
        query = select(ENTRY.c.document).where(ENTRY.c.organization == organization, ENTRY.c.position.in_(positions))
        return list((await self._session.execute(query)).scalars())

    async def answer(self, entry: FeedEntry) -> None:
        """Store the ERP's answer to an entry."""
        await self._session.execute(
            update(ENTRY)
            .where(ENTRY.c.organization == entry.organization, ENTRY.c.position == entry.position)
            .values(state=entry.state.value, ref=entry.ref, message=entry.message, answered_at=entry.answered_at)
        )

    async def supersede(self, document_id: UUID) -> None:
        """An answer came by another position: the open one of this document waits for none any more."""
        open_ones = and_(ENTRY.c.document == document_id, ENTRY.c.state == EntryState.OPEN.value)
        await self._session.execute(update(ENTRY).where(open_ones).values(state=EntryState.SUPERSEDED.value))

    async def documents(self, document_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, StoredDocument]:
        """Documents by id, optionally locked, always in one order, until the transaction ends."""
        query: Select[Any] = select(DOCUMENT).where(DOCUMENT.c.id.in_(document_ids)).order_by(DOCUMENT.c.id)
        rows = await self._session.execute(query.with_for_update() if lock else query)
        return {row.id: stored_from(row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name

    async def to_offer(self, due: DueFilter, limit: int) -> list[UUID]:
        """Shifts with documents that wait for a position, oldest day first; none whose document needs a person."""
        d, other = DOCUMENT.c, DOCUMENT.alias()
        blocked = exists().where(other.c.shift == d.shift, other.c.state.in_(BLOCKING_STATES))
        query = select(d.shift).where(
            d.organization == due.organization,
            d.state == DocumentState.PLANNED.value,
            d.register.in_(due.writing),
            not_(blocked),
            not_(waits_for_earlier(d)),
        )
        if due.closed_until:
            closed = case(due.closed_until, value=d.register, else_=None)
            query = query.where(or_(d.released, func.coalesce(d.business_date > closed, True)))
        oldest = func.min(d.business_date)
        rows = await self._session.execute(query.group_by(d.shift).order_by(oldest, d.shift).limit(limit))
        return list(rows.scalars())

    async def to_take_back(self, organization: str, limit: int) -> list[UUID]:
        """Cancelled documents that the ERP was offered and was not told of."""
        later = ENTRY.alias("later")
        untold = not_(exists().where(later.c.document == ENTRY.c.document, later.c.position > ENTRY.c.position))
        query = (
            select(DOCUMENT.c.id)
            .join(ENTRY, ENTRY.c.document == DOCUMENT.c.id)
            .where(
                DOCUMENT.c.organization == organization,
                DOCUMENT.c.state == DocumentState.CANCELLED.value,
                or_(
                    and_(
                        ENTRY.c.action == FeedAction.CREATE.value,
                        ENTRY.c.state.in_((EntryState.OPEN.value, EntryState.ACKNOWLEDGED.value)),
                    ),
                    # the ERP refused, which made it a conflict; cancelled now, it was cancelled by a person again
                    and_(ENTRY.c.action == FeedAction.CANCEL.value, ENTRY.c.state == EntryState.REFUSED.value),
                ),
                untold,
            )
        )
        rows = await self._session.execute(query.order_by(ENTRY.c.position).limit(limit))
        return list(rows.scalars())


def _entry(row: Row[Any]) -> FeedEntry:
    return FeedEntry(
        organization=row.organization,
        position=row.position,
        document=row.document,
        action=FeedAction(row.action),
        sha256=row.sha256,
        post=row.post,
        state=EntryState(row.state),
        created_at=row.created_at,
        ref=row.ref,
        message=row.message,
        answered_at=row.answered_at,
    )
