"""The chain of decisions in PostgreSQL: added to at the end of a transaction, one organisation at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from smena.audit.chain import NO_PREVIOUS, AuditEntry, Deed, sealed
from smena.audit.trail import AuditFilter

CHAIN_LOCK = 0x5A4D
"""Of PostgreSQL's two-part advisory locks the part that says "audit chain"; the other one is the organisation."""


class SqlAuditTrail:
    """The chain in one transaction."""

    def __init__(self, session: AsyncSession, entries: Table) -> None:
        self._session = session
        self._entries = entries
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
            await self._session.execute(insert(self._entries), rows)

    async def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[tuple[int, AuditEntry]]:
        """Entries with their positions, newest first, before a position."""
        entry = self._entries.c
        conditions = _conditions(wanted, self._entries)
        if before is not None:
            conditions.append(entry.position < before)
        query = select(self._entries).where(*conditions).order_by(entry.position.desc()).limit(limit)
        return [(row["position"], _entry(row)) for row in (await self._session.execute(query)).mappings()]

    async def chain(self, organization: str, after: int, limit: int) -> list[AuditEntry]:
        """Entries of one organisation in the order of its chain, after a number."""
        entry = self._entries.c
        query = select(self._entries).where(entry.organization == organization, entry.number > after)
        rows = await self._session.execute(query.order_by(entry.number).limit(limit))
        return [_entry(row) for row in rows.mappings()]

    async def organizations(self) -> Sequence[str]:
        """Every organisation that has a chain."""
        organization = self._entries.c.organization
        query = select(organization).distinct().order_by(organization)
        return list((await self._session.execute(query)).scalars())

    async def _head(self, organization: str) -> tuple[int, str]:
        entry = self._entries.c
        query = select(entry.number, entry.sha256).where(entry.organization == organization)
        row = (await self._session.execute(query.order_by(entry.number.desc()).limit(1))).first()
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


def _conditions(wanted: AuditFilter, entries: Table) -> list[ColumnElement[bool]]:
    e = entries.c
    conditions: list[ColumnElement[bool]] = [e.organization.in_(wanted.organizations)]
    if wanted.first is not None:
        conditions.append(e.at >= wanted.first)
    if wanted.before is not None:
        conditions.append(e.at < wanted.before)
    equal = ((e.who, wanted.who), (e.what, wanted.what), (e.subject, wanted.subject))
    conditions += [column == value for column, value in equal if value is not None]
    return conditions
