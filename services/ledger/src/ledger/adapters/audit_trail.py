"""The chain of decisions in PostgreSQL: added to at the end of a transaction, one organisation at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, DateTime, Identity, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from ledger.adapters.tables import METADATA, SCHEMA, LedgerTable
from ledger.domain.audit_chain import NO_PREVIOUS, AuditEntry, Deed, sealed
from ledger.ports.audit import AuditFilter

CHAIN_LOCK = 0x5A4D
"""Of PostgreSQL's two-part advisory locks the part that says "audit chain"; the other one is the organisation."""


class AuditEntryRow(LedgerTable, table=True):
    """A deed of a person. A trigger refuses to change, delete or truncate."""

    __tablename__ = "audit_entry"

    organization: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True))
    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False, unique=True)
    )
    at: datetime = Field(sa_type=DateTime(timezone=True))
    who: str
    what: str
    subject: str
    why: str | None = None
    details: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    previous: str
    sha256: str


ENTRY = METADATA.tables[f"{SCHEMA}.audit_entry"]


class SqlAuditTrail:
    """The chain in one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._pending: list[Deed] = []

    def record(self, deed: Deed) -> None:
        """Add a deed; it is chained when the transaction commits, or never happened."""
        self._pending.append(deed)

    async def flush(self, at: datetime) -> None:
        """Chain what was added. The last thing before the commit: until then nobody else can add to that chain."""
        deeds, self._pending = self._pending, []
        for organization in sorted({deed.organization for deed in deeds}):
            await self._session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK, func.hashtext(organization))))
            number, previous = await self._head(organization)
            rows = []
            for deed in (one for one in deeds if one.organization == organization):
                entry = sealed(deed, number=number + 1, previous=previous, at=at)
                number, previous = entry.number, entry.sha256
                rows.append(_row(entry))
            await self._session.execute(insert(ENTRY), rows)

    async def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[tuple[int, AuditEntry]]:
        """Entries with their positions, newest first, before a position."""
        conditions = _conditions(wanted)
        if before is not None:
            conditions.append(ENTRY.c.position < before)
        query = select(ENTRY).where(*conditions).order_by(ENTRY.c.position.desc()).limit(limit)
        return [(row["position"], _entry(row)) for row in (await self._session.execute(query)).mappings()]

    async def chain(self, organization: str, after: int, limit: int) -> list[AuditEntry]:
        """Entries of one organisation in the order of its chain, after a number."""
        query = select(ENTRY).where(ENTRY.c.organization == organization, ENTRY.c.number > after)
        rows = await self._session.execute(query.order_by(ENTRY.c.number).limit(limit))
        return [_entry(row) for row in rows.mappings()]

    async def organizations(self) -> Sequence[str]:
        """Every organisation that has a chain."""
        query = select(ENTRY.c.organization).distinct().order_by(ENTRY.c.organization)
        return list((await self._session.execute(query)).scalars())

    async def _head(self, organization: str) -> tuple[int, str]:
        query = select(ENTRY.c.number, ENTRY.c.sha256).where(ENTRY.c.organization == organization)
        row = (await self._session.execute(query.order_by(ENTRY.c.number.desc()).limit(1))).first()
        return (0, NO_PREVIOUS) if row is None else (row.number, row.sha256)


def _row(entry: AuditEntry) -> dict[str, Any]:
    deed = entry.deed
    return {
        "organization": deed.organization,
        "number": entry.number,
        "at": entry.at,
        "who": deed.who,
        "what": deed.what,
        "subject": deed.subject,
        "why": deed.why,
        "details": dict(deed.details),
        "previous": entry.previous,
        "sha256": entry.sha256,
    }


def _entry(row: Any) -> AuditEntry:
    deed = Deed(row["organization"], row["who"], row["what"], row["subject"], row["why"], row["details"])
    return AuditEntry(row["number"], row["at"].astimezone(UTC), deed, row["previous"], row["sha256"])


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    e = ENTRY.c
    conditions: list[ColumnElement[bool]] = [e.organization.in_(wanted.organizations)]
    if wanted.first is not None:
        conditions.append(e.at >= wanted.first)
    if wanted.before is not None:
        conditions.append(e.at < wanted.before)
    equal = ((e.who, wanted.who), (e.what, wanted.what), (e.subject, wanted.subject))
    conditions += [column == value for column, value in equal if value is not None]
    return conditions
