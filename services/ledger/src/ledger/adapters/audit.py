"""Hold stored rows against what they were made of: columns that repeat content may have been changed apart from it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.document_rows import content_columns, stored_from
from ledger.adapters.tables import DOCUMENT, HISTORY, REVISION
from ledger.domain.documents import DocumentState
from ledger.domain.stored import StoredDocument
from ledger.ports.audit import StoredRevision

UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading a row that holds something else than was written may raise."""
IN_THE_ERP = frozenset({DocumentState.CREATED, DocumentState.POSTED})


class SqlAudit:
    """The audit of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def document_count(self, shift_id: UUID) -> int:
        """How many documents of a shift are stored, readable or not."""
        return (
            await self._session.execute(select(func.count()).select_from(DOCUMENT).where(DOCUMENT.c.shift == shift_id))
        ).scalar_one()

    async def revisions(self, shift_id: UUID) -> list[StoredRevision]:
        """The rows of a shift's revisions in order."""
        query = select(REVISION).where(REVISION.c.shift == shift_id).order_by(REVISION.c.number)
        return [
            StoredRevision(
                event=bytes(row.event),
                number=row.number,
                previous=row.previous,
                business_date=row.business_date,
                sha256=row.sha256,
                applied=row.applied_at is not None,
            )
            for row in await self._session.execute(query)
        ]

    async def document_faults(self, shift_id: UUID) -> list[str]:
        """Every column of a shift's documents that does not say what their content and history say."""
        told = await self._last_states(shift_id)
        query = select(DOCUMENT).where(DOCUMENT.c.shift == shift_id).order_by(DOCUMENT.c.position)
        rows = [dict(row) for row in (await self._session.execute(query)).mappings()]
        return [f"{row['key']}: {fault}" for row in rows for fault in _faults_of_document(row, told.get(row["id"]))]

    async def _last_states(self, shift_id: UUID) -> dict[UUID, str]:
        """The state the history tells last, by document."""
        query = (
            select(HISTORY.c.document, HISTORY.c.state_after)
            .join(DOCUMENT, DOCUMENT.c.id == HISTORY.c.document)
            .where(DOCUMENT.c.shift == shift_id)
            .order_by(HISTORY.c.position)
        )
        return {row.document: row.state_after for row in await self._session.execute(query)}


def _faults_of_document(row: Mapping[str, Any], told: str | None) -> list[str]:
    try:
        stored = stored_from(row)
        made = content_columns(stored.document)
    except UNREADABLE as error:
        return [f"not readable ({type(error).__name__}: {error})"]
    found = [name for name, value in made.items() if row[name] != value]
    found += _faults_of_state(stored, told)
    return found


def _faults_of_state(stored: StoredDocument, told: str | None) -> list[str]:
    state, found = stored.status.state, []
    if told is None:
        told = DocumentState.PLANNED if stored.document.refusal is None else DocumentState.REJECTED
    if state != told:
        found.append(f"state is {state}, its history says {told}")
    if state in IN_THE_ERP and stored.status.erp_ref is None:
        found.append(f"erp_ref is missing in state {state}")
    if state is DocumentState.POSTED and not stored.status.erp_posted:
        found.append("erp_posted is false in state posted")
    return found
