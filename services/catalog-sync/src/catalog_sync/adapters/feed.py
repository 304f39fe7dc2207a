"""The feed for an ERP that fetches, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.adapters.import_tables import FeedEntryTable
from catalog_sync.ports.imports import FeedEntry, FeedState

_TABLE = f"catalog_sync.{FeedEntryTable.__tablename__}"
_COLUMNS = (
    "organization, position, cabinet, cabinet_item_id, diff, run, n, body, state, created_at, ref, message, "
    "acknowledged_at"
)
APPEND = f"""
insert into {_TABLE} (organization, position, cabinet, cabinet_item_id, diff, run, n, body, state, created_at)
select t.organization, last.position + t.place, t.cabinet, t.cabinet_item_id, t.diff, t.run, t.n, t.body, 'open',
       t.created_at
from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::int[], %s::bytea[],
            %s::timestamptz[])
     as t(place, organization, cabinet, cabinet_item_id, diff, run, n, body, created_at),
     (select coalesce(max(position), 0) as position from {_TABLE} where organization = %s) as last
"""


class PostgresFeed:
    """Entries in the order of their positions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, organization: str) -> None:
        """Keep other writers of the feed out until the transaction ends."""
        await fetch(
            self._session, "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"smena feed {organization}",)
        )

    async def append(self, entries: Sequence[FeedEntry]) -> None:
        """Give each entry, all of one organisation, the next position."""
        if not entries:
            return
        organization = entries[0].organization
        await fetch(
            self._session,
            f"update {_TABLE} f set state = 'superseded' from unnest(%s::text[], %s::text[]) as t(cabinet, id) "
            "where f.state = 'open' and f.cabinet = t.cabinet and f.cabinet_item_id = t.id",
            ([entry.cabinet for entry in entries], [entry.cabinet_item_id for entry in entries]),
        )
        columns = transposed((_values(place, entry) for place, entry in enumerate(entries, start=1)), 9)
        await fetch(self._session, APPEND, (*columns, organization))

    async def page(self, organization: str, *, after: int, limit: int) -> list[FeedEntry]:
        """Open entries after a position."""
        rows = await fetch(
            self._session,
            f"select {_COLUMNS} from {_TABLE} where organization = %s and position > %s and state = 'open' "
            "order by position limit %s",
            (organization, after, limit),
        )
        return [_entry(row) for row in rows]

    async def at(self, organization: str, positions: Sequence[int]) -> dict[int, FeedEntry]:
        """Entries by position, locked until the transaction ends."""
        rows = await fetch(
            self._session,
            f"select {_COLUMNS} from {_TABLE} where organization = %s and position = any(%s) "
            "order by position for update",
            (organization, list(positions)),
        )
        return {entry.position: entry for entry in map(_entry, rows)}

    async def acknowledge(self, entries: Sequence[FeedEntry]) -> None:
        """Store the answers of the ERP."""
        columns = transposed(
            ((e.organization, e.position, e.state.value, e.ref, e.message, e.acknowledged_at) for e in entries), 6
        )
        await fetch(
            self._session,
            f"update {_TABLE} f set state = t.state, ref = t.ref, message = t.message, acknowledged_at = t.at "
            "from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) "
            "as t(organization, position, state, ref, message, at) "
            "where f.organization = t.organization and f.position = t.position",
            columns,
        )


def _values(place: int, entry: FeedEntry) -> tuple[Any, ...]:
    return (
        place,
        entry.organization,
        entry.cabinet,
        entry.cabinet_item_id,
        entry.diff,
        entry.run,
        entry.n,
        msgspec.json.encode(dict(entry.body)),
        entry.created_at,
    )


def _entry(row: tuple[Any, ...]) -> FeedEntry:
    organization, position, cabinet, item_id, diff, run, n, body, state, created_at, ref, message, at = row
    return FeedEntry(
        organization,
        position,
        cabinet,
        item_id,
        diff,
        run,
        n,
        msgspec.json.decode(body),
        FeedState(state),
        created_at,
        ref,
        message,
        at,
    )
