"""Diffs and their rows in PostgreSQL."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.fetching import copy_binary, fetch
from catalog_sync.adapters.packing import copied, packed
from catalog_sync.adapters.tables import DiffTable, table
from catalog_sync.domain.rows import DiffRow, Status
from catalog_sync.ports.records import Diff, DiffRequest, DiffState, NumberedRow, StoredRow

_decode_row = msgspec.json.Decoder(DiffRow).decode
_ROW_COLUMNS = "n, body, fingerprint"


class PostgresDiffs:
    """Heads of diffs, and rows as JSON beside what they are chosen by."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, diff: Diff) -> None:
        """Store the head of a new diff."""
        self._session.add(
            DiffTable(
                id=diff.id,
                run=diff.run,
                organization=diff.organization,
                register_id=diff.register,
                cabinet=diff.cabinet,
                request=msgspec.to_builtins(diff.request),
                state=diff.state.value,
                created_at=diff.created_at,
                created_by=diff.created_by,
                computed_at=diff.computed_at,
                erp_version=diff.erp_version,
                cabinet_version=diff.cabinet_version,
                counts=diff.counts,
                not_compared=list(diff.not_compared),
                identical_kept=diff.identical_kept,
                bindings_version=diff.bindings_version,
                revision=diff.revision,
            )
        )
        await self._session.flush()

    async def get(self, diff_id: UUID) -> Diff | None:
        """The head of a diff."""
        row = await self._session.get(DiffTable, diff_id)
        return None if row is None else _diff(row)

    async def finish(self, diff: Diff, rows: Sequence[StoredRow]) -> bool:
        """Store the rows and the outcome; False when another worker has done so before."""
        head = table(DiffTable)
        changed = await self._session.execute(
            update(head)
            .where(head.c.id == diff.id, head.c.state == DiffState.COMPUTING.value)
            .values(
                state=DiffState.READY.value,
                computed_at=diff.computed_at,
                erp_version=diff.erp_version,
                cabinet_version=diff.cabinet_version,
                counts=diff.counts,
                not_compared=list(diff.not_compared),
                identical_kept=diff.identical_kept,
                bindings_version=diff.bindings_version,
            )
            .returning(head.c.id)
        )
        if changed.first() is None:
            return False
        await self.add_rows(diff.id, rows)
        return True

    async def lock(self, diff_id: UUID) -> Diff | None:
        """The head of a diff, which nobody else changes until the transaction ends."""
        row = await self._session.get(DiffTable, diff_id, with_for_update=True, populate_existing=True)
        return None if row is None else _diff(row)

    async def replace_rows(self, diff: Diff, rows: Sequence[StoredRow], removed: Sequence[int]) -> None:
        """Store decided rows anew, drop others, and the head's counts and revision with them."""
        head = table(DiffTable)
        await self._session.execute(
            update(head)
            .where(head.c.id == diff.id)
            .values(counts=diff.counts, revision=diff.revision, bindings_version=diff.bindings_version)
        )
        await fetch(
            self._session,
            "delete from catalog_sync.diff_row where diff = %s and n = any(%s)",
            (diff.id, [*(stored.n for stored in rows), *removed]),
        )
        await self.add_rows(diff.id, rows)

    async def add_rows(self, diff_id: UUID, rows: Sequence[StoredRow]) -> None:
        """Store further rows."""
        await self.add_packed(diff_id, [(stored.n, packed(stored.row, stored.fingerprint)) for stored in rows])

    async def add_packed(self, diff_id: UUID, rows: Sequence[NumberedRow]) -> None:
        """Store further rows that are packed already, each under its number."""
        await copy_binary(
            self._session,
            "copy catalog_sync.diff_row (diff, n, key, status, applicable, search, fingerprint, body) "
            "from stdin (format binary)",
            await asyncio.to_thread(_copied, diff_id, rows),
        )

    async def rows(
        self, diff_id: UUID, *, status: Status | None, search: str, after: int, limit: int
    ) -> list[StoredRow]:
        """Stored rows after a number, of one status and with a text in them where asked."""
        found = await fetch(
            self._session,
            f"select {_ROW_COLUMNS} from catalog_sync.diff_row where diff = %s and n > %s "
            "and (%s::text is null or status = %s) and (%s = '' or position(%s in search) > 0) order by n limit %s",
            (
                diff_id,
                after,
                status.value if status else None,
                status.value if status else None,
                search.casefold(),
                search.casefold(),
                limit,
            ),
        )
        return [_stored(row) for row in found]

    async def applicable(self, diff_id: UUID, statuses: Collection[Status] = ()) -> list[int]:
        """The numbers of the rows that apply would touch: to be written, or only to be bound; of some statuses."""
        found = await fetch(
            self._session,
            "select n from catalog_sync.diff_row where diff = %s and applicable "
            "and (%s::text[] = '{}' or status = any(%s::text[])) order by n",
            (diff_id, [one.value for one in statuses], [one.value for one in statuses]),
        )
        return [row[0] for row in found]

    async def rows_by_number(self, diff_id: UUID, numbers: Sequence[int]) -> dict[int, StoredRow]:
        """Stored rows of a diff by their numbers."""
        found = await fetch(
            self._session,
            f"select {_ROW_COLUMNS} from catalog_sync.diff_row where diff = %s and n = any(%s)",
            (diff_id, list(numbers)),
        )
        return {row[0]: _stored(row) for row in found}

    async def numbers_of(self, diff_id: UUID, keys: Collection[str]) -> dict[str, int]:
        """Row key → number, of the rows that are stored."""
        found = await fetch(
            self._session,
            "select key, n from catalog_sync.diff_row where diff = %s and key = any(%s)",
            (diff_id, list(keys)),
        )
        return dict(found)

    async def last_number(self, diff_id: UUID) -> int:
        """The highest number of a row."""
        found = await fetch(
            self._session, "select coalesce(max(n), 0) from catalog_sync.diff_row where diff = %s", (diff_id,)
        )
        return int(found[0][0])

    async def without_counterpart(self, diff_id: UUID) -> dict[str, int]:
        """Row key → number of the rows that may lack a counterpart, in the order of their numbers."""
        found = await fetch(
            self._session,
            "select key, n from catalog_sync.diff_row where diff = %s and status = any(%s) order by n",
            (diff_id, [Status.MISSING.value, Status.AMBIGUOUS.value, Status.INVALID.value]),
        )
        return dict(found)

    async def fingerprints(self, diff_id: UUID, numbers: Sequence[int]) -> dict[str, tuple[int, bytes]]:
        """Row key → number and fingerprint, for the check that nothing has moved."""
        found = await fetch(
            self._session,
            "select key, n, fingerprint from catalog_sync.diff_row where diff = %s and n = any(%s)",
            (diff_id, list(numbers)),
        )
        return {key: (n, fingerprint) for key, n, fingerprint in found}


def _copied(diff_id: UUID, rows: Sequence[NumberedRow]) -> list[bytes]:
    return [copied(diff_id, n, row) for n, row in rows]


def _stored(row: tuple[Any, ...]) -> StoredRow:
    n, body, fingerprint = row
    return StoredRow(n, _decode_row(body), fingerprint)


def _diff(row: DiffTable) -> Diff:
    return Diff(
        id=row.id,
        run=row.run,
        organization=row.organization,
        register=row.register_id,
        cabinet=row.cabinet,
        request=msgspec.convert(row.request, DiffRequest),
        state=DiffState(row.state),
        created_at=row.created_at,
        created_by=row.created_by,
        computed_at=row.computed_at,
        erp_version=row.erp_version,
        cabinet_version=row.cabinet_version,
        counts=row.counts,
        not_compared=tuple(row.not_compared),
        identical_kept=row.identical_kept,
        bindings_version=row.bindings_version,
        revision=row.revision,
    )
