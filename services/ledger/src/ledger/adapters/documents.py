"""Documents and the state of their delivery in PostgreSQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from ledger.adapters.document_rows import content_columns, status_columns, stored_from
from ledger.adapters.shift_standings import ChangedShifts
from ledger.adapters.tables import DOCUMENT, HISTORY
from ledger.domain.documents import Document, DocumentState
from ledger.domain.shift_standing import STATE_OF, BooksState
from ledger.domain.status import NEEDED_NO_MORE, NOT_IN_REVISION, DeliveryStatus
from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import DocumentFilter, DueFilter, StaleDocumentError, Standing, StateChange

BLOCKING_STATES = (DocumentState.REJECTED.value, DocumentState.CONFLICT.value)
UNDERWAY_STATES = (DocumentState.PLANNED.value, DocumentState.SENDING.value, DocumentState.UNKNOWN.value)


class SqlDocuments:
    """Documents of one transaction."""

    def __init__(self, session: AsyncSession, changed: ChangedShifts) -> None:
        self._session = session
        self._changed = changed

    async def add(self, documents: Sequence[tuple[Document, DeliveryStatus]], *, at: datetime) -> None:
        """Store new documents in this order."""
        if documents:
            rows = [
                {**content_columns(found), **status_columns(status), "created_at": at} for found, status in documents
            ]
            await self._session.execute(insert(DOCUMENT), rows)
            for found, _ in documents:
                self._changed.add(found.shift)

    async def rebuild(
        self,
        stored: StoredDocument,
        document: Document,
        status: DeliveryStatus,
        *,
        at: datetime,
        actor: str = "smena",
        why: str | None = None,
    ) -> None:
        """Replace the content; the state and the history go with it."""
        await self._session.execute(
            update(DOCUMENT).where(DOCUMENT.c.id == stored.id).values(**content_columns(document))
        )
        await self.save(stored, status, at=at, actor=actor, why=why)

    async def of_shift(self, shift_id: UUID) -> list[StoredDocument]:
        """All documents of a shift in the order of delivery."""
        query = select(DOCUMENT).where(DOCUMENT.c.shift == shift_id)
        ordered = query.order_by(DOCUMENT.c.revision, DOCUMENT.c.rank, DOCUMENT.c.key)
        return await self._all(ordered)

    async def standing(self, shift_id: UUID, revision: int | None = None) -> list[Standing]:
        """Where the documents of one revision stand, or of all, in the order of delivery; their content is not read."""
        d = DOCUMENT.c
        query = select(d.id, d.state, d.differences != literal([], JSONB), d.withdrawing.is_not(None))
        query = query.where(d.shift == shift_id, d.revision == revision if revision is not None else literal(True))
        rows = await self._session.execute(query.order_by(d.revision, d.rank, d.key))
        return [Standing(id_, DocumentState(state), differs, leaving) for id_, state, differs, leaving in rows]

    async def in_books(self, registers: Sequence[str], first: date, last: date) -> int:
        """How many documents of these registers and inclusive business dates are not cancelled."""
        d = DOCUMENT.c
        of_period = and_(d.register.in_(registers), d.business_date.between(first, last))
        query = select(func.count()).where(of_period, d.state != DocumentState.CANCELLED.value)
        return (await self._session.execute(query)).scalar_one()

    async def stopping(self, shift_ids: Sequence[UUID]) -> list[StoredDocument]:
        """Of these shifts the documents that stop others, in the order of delivery."""
        stops = or_(DOCUMENT.c.state.in_(BLOCKING_STATES), taken_out_by_a_person(DOCUMENT.c))
        query = select(DOCUMENT).where(DOCUMENT.c.shift.in_(shift_ids), stops)
        return await self._all(query.order_by(DOCUMENT.c.revision, DOCUMENT.c.rank, DOCUMENT.c.key))

    async def get(self, document_id: UUID, *, lock: bool = False) -> StoredDocument | None:
        """One document, optionally locked until the end of the transaction."""
        query = select(DOCUMENT).where(DOCUMENT.c.id == document_id)
        found = await self._all(query.with_for_update() if lock else query)
        return found[0] if found else None

    async def save(
        self,
        stored: StoredDocument,
        status: DeliveryStatus,
        *,
        at: datetime,
        actor: str = "smena",
        why: str | None = None,
    ) -> StoredDocument:
        """Store a new state, provided the old one still stands; a change, and every decision, enters the history."""
        before = stored.status.state.value
        values = status_columns(status)
        changed = await self._session.execute(
            update(DOCUMENT)
            .where(
                DOCUMENT.c.id == stored.id,
                DOCUMENT.c.state == before,
                DOCUMENT.c.withdrawing.is_not_distinct_from(stored.status.withdrawing),
                DOCUMENT.c.decided_on.is_not_distinct_from(stored.status.decided_on),
            )
            .values(**values)
            .returning(DOCUMENT.c.position)
        )
        if changed.first() is None:
            raise StaleDocumentError(f"{stored.document.key}: no longer {before}")
        if _standing(stored.status) != _standing(status):
            self._changed.add(stored.document.shift)
        if why is not None or (stored.status.state, stored.status.reason) != (status.state, status.reason):
            await self._session.execute(
                insert(HISTORY).values(
                    document=stored.id,
                    at=at,
                    state_before=before,
                    state_after=status.state.value,
                    reason=why or status.reason,
                    actor=actor,
                )
            )
        return StoredDocument(stored.position, stored.document, stored.content, stored.sha256, status)

    async def due_shifts(self, due: DueFilter, limit: int) -> list[UUID]:
        """Shifts whose next document may be worked on now, oldest day first.

        Only the first unfinished document of a shift counts, because the others wait for it; a shift with a
        refused or conflicting document waits for a person.
        """
        d = DOCUMENT.c
        in_posting = tuple_(d.register, d.kind).in_(due.posting) if due.posting else literal(False)
        to_post = and_(in_posting, d.accepted_version.is_(None))
        may_go = or_(in_posting, d.accepted_version.is_(None))  # one that was linked only waits to be posted
        unfinished = or_(
            d.state.in_(UNDERWAY_STATES),
            and_(d.state == DocumentState.CREATED.value, or_(and_(d.next_attempt_at.is_not(None), may_go), to_post)),
            d.withdrawing.is_not(None),
        )
        first = (
            select(
                d.shift,
                d.next_attempt_at,
                d.register,
                d.business_date,
                d.state,
                d.released,
                d.revision,
                d.withdrawing,
                d.decided_on,
            )
            .where(d.organization == due.organization, unfinished)
            .ext(distinct_on(d.shift))
            .order_by(d.shift, d.revision, d.rank, d.key)
            .subquery()
            .c
        )
        other = DOCUMENT.alias()
        blocked = exists().where(
            other.c.shift == first.shift, other.c.state.in_(BLOCKING_STATES), other.c.withdrawing.is_(None)
        )
        query = select(first.shift).where(
            first.register.in_(due.writing),
            or_(first.next_attempt_at.is_(None), first.next_attempt_at <= due.now),
            not_(blocked),
            not_(waits_for_earlier(first)),
        )
        if due.closed_until:
            closed = case(due.closed_until, value=first.register, else_=None)
            waiting = or_(
                first.state == DocumentState.PLANNED.value, func.coalesce(first.withdrawing == NOT_IN_REVISION, False)
            )
            held = and_(waiting, not_(first.released), first.business_date <= closed)
            query = query.where(func.coalesce(not_(held), True))
        rows = await self._session.execute(query.order_by(first.business_date, first.shift).limit(limit))
        return list(rows.scalars())

    async def to_verify(self, registers: Sequence[str], verified_before: datetime, limit: int) -> list[StoredDocument]:
        """Delivered documents last verified before an instant, longest ago first."""
        d = DOCUMENT.c
        query = select(DOCUMENT).where(
            d.register.in_(registers),
            d.state.in_((DocumentState.POSTED.value, DocumentState.CREATED.value)),
            d.verified_at < verified_before,
            d.withdrawing.is_(None),
        )
        return await self._all(query.order_by(d.verified_at, d.position).limit(limit))

    async def without_movements(
        self, watched: Sequence[tuple[str, str]], asked_before: datetime, limit: int
    ) -> list[StoredDocument]:
        """Posted documents whose movements were not read yet."""
        d = DOCUMENT.c
        query = select(DOCUMENT).where(
            d.state == DocumentState.POSTED.value,
            d.movements.is_(None),
            tuple_(d.register, d.kind).in_(watched),
            or_(d.movements_asked_at.is_(None), d.movements_asked_at < asked_before),
        )
        return await self._all(query.order_by(d.position).limit(limit))

    async def set_movements(self, stored: StoredDocument, count: int | None, *, at: datetime) -> bool:
        """Note what the posting left, provided the document still stands as it was read."""
        d = DOCUMENT.c
        changed = await self._session.execute(
            update(DOCUMENT)
            .where(
                d.id == stored.id,
                d.state == stored.status.state.value,
                d.erp_version.is_not_distinct_from(stored.status.erp_version),
            )
            .values(movements=count, movements_asked_at=at)
            .returning(d.id)
        )
        return changed.first() is not None

    async def hasten(self, organization: str, now: datetime) -> None:
        """The ERP answers again: what was postponed is due now."""
        d = DOCUMENT.c
        postponed = and_(d.attempts > 0, d.next_attempt_at > now)
        await self._session.execute(
            update(DOCUMENT).where(d.organization == organization, postponed).values(next_attempt_at=now)
        )

    async def progress(self, wanted: DocumentFilter) -> tuple[dict[str, int], int]:
        """How many documents are in each state, and how many of them the ERP was seen to hold."""
        d = DOCUMENT.c
        query = select(d.state, func.count(), func.count(d.verified_at)).where(*_conditions(wanted)).group_by(d.state)
        rows = (await self._session.execute(query)).all()
        return {state: count for state, count, _ in rows}, sum(verified for _, _, verified in rows)

    async def counts(self, organizations: Sequence[str]) -> dict[tuple[str, str], int]:
        """How many documents each organisation has in each state."""
        d = DOCUMENT.c
        query = select(d.organization, d.state, func.count()).where(d.organization.in_(organizations))
        rows = await self._session.execute(query.group_by(d.organization, d.state))
        return {(organization, state): count for organization, state, count in rows}

    async def amounts(self, organizations: Sequence[str]) -> dict[tuple[str, str], int]:
        """The kopecks of each organisation's documents in each state, without regard to sign."""
        d = DOCUMENT.c
        total = func.sum(func.abs(d.amount))
        query = select(d.organization, d.state, total).where(d.organization.in_(organizations))
        rows = await self._session.execute(query.group_by(d.organization, d.state))
        return {(organization, state): int(amount) for organization, state, amount in rows}

    async def longest_unverified(self, organizations: Sequence[str]) -> dict[str, datetime]:
        """When the delivered document looked at longest ago was last seen in the ERP, by organisation."""
        d = DOCUMENT.c
        delivered = d.state.in_((DocumentState.POSTED.value, DocumentState.CREATED.value))
        query = select(d.organization, func.min(d.verified_at).label("oldest")).where(
            d.organization.in_(organizations), delivered, d.verified_at.is_not(None)
        )
        rows = await self._session.execute(query.group_by(d.organization))
        return {row.organization: row.oldest for row in rows}

    async def history(self, document_id: UUID) -> list[StateChange]:
        """Every change of a document's state, in order."""
        h = HISTORY.c
        query = select(h.at, h.state_before, h.state_after, h.reason, h.actor).where(h.document == document_id)
        return [StateChange(*row) for row in await self._session.execute(query.order_by(h.position))]

    async def page(self, wanted: DocumentFilter, after: int, limit: int) -> list[StoredDocument]:
        """Documents by position."""
        d = DOCUMENT.c
        query = select(DOCUMENT).where(d.position > after, *_conditions(wanted))
        return await self._all(query.order_by(d.position).limit(limit))

    async def _all(self, query: Select[Any]) -> list[StoredDocument]:
        return [stored_from(row._mapping) for row in await self._session.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def _standing(status: DeliveryStatus) -> tuple[object, ...]:
    """What a shift's standing takes of a document; what is on its way is the same wherever it has got to."""
    if status.withdrawing is not None or STATE_OF[status.state] is BooksState.WAITING:
        return (BooksState.WAITING,)
    return (status.state, status.reason)


def taken_out_by_a_person(d: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Cancelled, and not because it was needed no more."""
    by_itself = func.coalesce(d.reason.in_(sorted(NEEDED_NO_MORE)), False)
    return and_(d.state == DocumentState.CANCELLED.value, not_(by_itself))


def waits_for_earlier(d: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Planned by a later revision while a person took a document of an earlier one out of the books."""
    other = DOCUMENT.alias("earlier")
    earlier = exists().where(other.c.shift == d.shift, other.c.revision < d.revision, taken_out_by_a_person(other.c))
    return and_(d.state == DocumentState.PLANNED.value, not_(d.released), d.decided_on.is_(None), earlier)


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    d = DOCUMENT.c
    equal = ((d.kind, wanted.kind), (d.register, wanted.register), (d.state, wanted.state))
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if wanted.organizations is not None:
        conditions.append(d.organization.in_(wanted.organizations))
    if wanted.first is not None:
        conditions.append(d.business_date >= wanted.first)
    if wanted.last is not None:
        conditions.append(d.business_date <= wanted.last)
    return conditions
