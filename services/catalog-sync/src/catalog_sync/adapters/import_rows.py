"""Rows of imports in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import BARCODE_SEPARATOR, joined, transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.adapters.import_tables import ImportRowTable
from catalog_sync.ports.imports import ImportRow

NOTE = f"""
insert into catalog_sync.{ImportRowTable.__tablename__} as held (run, n, item_ref, alike, written, priced_at)
select %s, n, item_ref, coalesce(string_to_array(nullif(alike, ''), '{BARCODE_SEPARATOR}'), '{{}}'), written, priced_at
from unnest(%s::int[], %s::text[], %s::text[], %s::bool[], %s::timestamptz[])
     as t(n, item_ref, alike, written, priced_at)
on conflict (run, n) do update set item_ref = excluded.item_ref, alike = excluded.alike, written = excluded.written,
    priced_at = coalesce(held.priced_at, excluded.priced_at)
"""


class PostgresImportRows:
    """How far each row of an import is."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def note(self, run: UUID, rows: Sequence[ImportRow]) -> None:
        """Store how far rows are."""
        columns = transposed(((r.n, r.item_ref, joined(r.alike), r.written, r.priced_at) for r in rows), 5)
        await fetch(self._session, NOTE, (run, *columns))

    async def of_run(self, run: UUID, numbers: Sequence[int]) -> dict[int, ImportRow]:
        """Row number → how far it is."""
        found = await fetch(
            self._session,
            "select n, item_ref, alike, written, priced_at from catalog_sync.import_row where run = %s and n = any(%s)",
            (run, list(numbers)),
        )
        return {n: ImportRow(n, ref, tuple(alike), written, at) for n, ref, alike, written, at in found}

    async def versions(self, organization: str, refs: Sequence[str]) -> dict[str, str | None]:
        """Item ref → the version the ERP gave it when it was last read."""
        found = await fetch(
            self._session,
            "select ref, version from catalog_sync.item where organization = %s and ref = any(%s)",
            (organization, list(refs)),
        )
        return dict(found)

    async def groups(self, organization: str, refs: Sequence[str]) -> dict[str, str | None]:
        """Item ref → its group as last read."""
        found = await fetch(
            self._session,
            "select ref, group_path from catalog_sync.item where organization = %s and ref = any(%s)",
            (organization, list(refs)),
        )
        return dict(found)

    async def priced(self, run: UUID, numbers: Sequence[int], at: datetime) -> None:
        """Store the intent to send a price document; the first instant stays."""
        await fetch(
            self._session,
            "update catalog_sync.import_row set priced_at = coalesce(priced_at, %s) where run = %s and n = any(%s)",
            (at, run, list(numbers)),
        )
