"""Dead letters in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, LargeBinary, Row, Text, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from ledger.adapters.tables import METADATA, SCHEMA, LedgerTable
from ledger.ports.dead_letters import DeadLetter, LetterState, LetterSubject

SUBJECT = ("event_id", "type", "organization", "register", "shift", "number", "revision")


class DeadLetterRow(LedgerTable, table=True):
    """An event that could not be taken, byte for byte. Never deleted: a decision is written beside it."""

    __tablename__ = "dead_letter"

    id: UUID = Field(primary_key=True)
    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False, unique=True)
    )
    event_id: UUID | None = None
    type: str | None = None
    organization: str | None = None
    register_id: str | None = Field(default=None, sa_column=Column("register", Text))
    shift: str | None = None
    number: int | None = None
    revision: int | None = None
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reason: str
    state: str
    times: int
    first_at: datetime = Field(sa_type=DateTime(timezone=True))
    last_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    decided_by: str | None = None
    decision: str | None = None


LETTER = METADATA.tables[f"{SCHEMA}.dead_letter"]


class SqlDeadLetters:
    """Dead letters of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, letter_id: UUID, subject: LetterSubject, body: bytes, reason: str, *, at: datetime) -> None:
        """Keep one; the same bytes again count once more, and wait for a person again."""
        about = {name: getattr(subject, name) for name in SUBJECT}
        one = insert(LETTER).values(
            id=letter_id,
            **about,
            body=body,
            reason=reason,
            state=LetterState.OPEN.value,
            times=1,
            first_at=at,
            last_at=at,
        )
        again = {"times": LETTER.c.times + 1, "last_at": at, "reason": reason, "state": LetterState.OPEN.value, **about}
        await self._session.execute(one.on_conflict_do_update(index_elements=[LETTER.c.id], set_=again))

    async def get(self, letter_id: UUID, *, lock: bool = False) -> DeadLetter | None:
        """One letter, optionally locked until the end of the transaction."""
        query = select(LETTER).where(LETTER.c.id == letter_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _letter(row)

    async def page(
        self, organizations: Sequence[str], *, nobodys: bool, state: LetterState | None, before: int | None, limit: int
    ) -> list[DeadLetter]:
        """Letters of these organisations, newest first; with ``nobodys`` those that concern none as well."""
        seen = LETTER.c.organization.in_(organizations)
        query = select(LETTER).where(or_(seen, LETTER.c.organization.is_(None)) if nobodys else seen)
        if state is not None:
            query = query.where(LETTER.c.state == state.value)
        if before is not None:
            query = query.where(LETTER.c.position < before)
        rows = await self._session.execute(query.order_by(LETTER.c.position.desc()).limit(limit))
        return [_letter(row) for row in rows]

    async def decide(self, letter_id: UUID, state: LetterState, *, at: datetime, actor: str, reason: str) -> None:
        """Note what a person decided; the letter itself stays."""
        values = {"state": state.value, "decided_at": at, "decided_by": actor, "decision": reason}
        await self._session.execute(update(LETTER).where(LETTER.c.id == letter_id).values(values))


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        position=row.position,
        id=row.id,
        subject=LetterSubject(**{name: getattr(row, name) for name in SUBJECT}),
        body=bytes(row.body),
        reason=row.reason,
        state=LetterState(row.state),
        times=row.times,
        first_at=row.first_at,
        last_at=row.last_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        decision=row.decision,
    )
