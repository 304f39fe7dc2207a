"""Bindings in PostgreSQL: what is told anew is what changed."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.ports.records import Binding, BoundItem

BIND = """
with moved as (
    select i.*
    from unnest(%s::text[], %s::text[], %s::text[], %s::bytea[]) as i(item_ref, cabinet_item_id, matched_by, digest)
    left join catalog_sync.binding known on known.cabinet = %s and known.item_ref = i.item_ref
    where known.digest is distinct from i.digest
), written as (
    insert into catalog_sync.binding (cabinet, item_ref, cabinet_item_id, organization, matched_by, bound_at, digest)
    select %s, item_ref, cabinet_item_id, %s, matched_by, %s, digest from moved
    on conflict (cabinet, item_ref) do update set
        cabinet_item_id = excluded.cabinet_item_id, digest = excluded.digest,
        matched_by = case when binding.cabinet_item_id = excluded.cabinet_item_id
                          then binding.matched_by else excluded.matched_by end,
        bound_at = case when binding.cabinet_item_id = excluded.cabinet_item_id
                        then binding.bound_at else excluded.bound_at end
)
select item_ref from moved
"""

FREE = """
delete from catalog_sync.binding held
using unnest(%s::text[], %s::text[]) as i(item_ref, cabinet_item_id)
where held.cabinet = %s and held.cabinet_item_id = i.cabinet_item_id and held.item_ref <> i.item_ref
"""
"""A cabinet's item is tied to one item only: the tie of an item the ERP no longer sells makes room."""


class PostgresBindings:
    """Which item of the ERP is which item of a cabinet."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_cabinet(self, cabinet: str) -> dict[str, str]:
        """Item ref → cabinet item id."""
        rows = await fetch(
            self._session,
            "select item_ref, cabinet_item_id from catalog_sync.binding where cabinet = %s",
            (cabinet,),
        )
        return dict(rows)

    async def bind(self, organization: str, cabinet: str, pairs: Sequence[BoundItem], at: datetime) -> list[BoundItem]:
        """Store the pairs; answers those that are new or whose content changed, which others must be told."""
        if not pairs:
            return []
        refs, ids = [pair.item_ref for pair in pairs], [pair.item.id for pair in pairs]
        await fetch(self._session, FREE, (refs, ids, cabinet))
        columns = transposed(((p.item_ref, p.item.id, p.by, _digest(p)) for p in pairs), 4)
        moved = {row[0] for row in await fetch(self._session, BIND, (*columns, cabinet, cabinet, organization, at))}
        return [pair for pair in pairs if pair.item_ref in moved]

    async def page(self, cabinet: str, after: str, limit: int) -> list[Binding]:
        """Bindings of a cabinet in the order of their refs."""
        rows = await fetch(
            self._session,
            "select cabinet, item_ref, cabinet_item_id, matched_by, bound_at from catalog_sync.binding "
            "where cabinet = %s and item_ref > %s order by item_ref limit %s",
            (cabinet, after, limit),
        )
        return [Binding(*row) for row in rows]


def _digest(pair: BoundItem) -> bytes:
    return blake2b(repr((pair.item_ref, pair.item)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
