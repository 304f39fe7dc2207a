"""Bindings in PostgreSQL: what is told anew is what changed."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.ports.records import Binding, BoundItem, Rebound, Tie

BIND = """
with moved as (
    select i.*
    from unnest(%s::text[], %s::text[], %s::text[], %s::bytea[]) as i(item_ref, cabinet_item_id, matched_by, digest)
    left join catalog_sync.binding known on known.cabinet = %s and known.item_ref = i.item_ref
    where known.digest is distinct from i.digest
), written as (
    insert into catalog_sync.binding
        (cabinet, item_ref, cabinet_item_id, organization, matched_by, bound_at, bound_by, digest)
    select %s, item_ref, cabinet_item_id, %s, matched_by, %s, %s, digest from moved
    on conflict (cabinet, item_ref) do update set
        cabinet_item_id = excluded.cabinet_item_id, digest = excluded.digest,
        matched_by = case when binding.cabinet_item_id = excluded.cabinet_item_id
                          then binding.matched_by else excluded.matched_by end,
        bound_at = case when binding.cabinet_item_id = excluded.cabinet_item_id
                        then binding.bound_at else excluded.bound_at end,
        bound_by = case when binding.cabinet_item_id = excluded.cabinet_item_id
                        then binding.bound_by else excluded.bound_by end
)
select item_ref from moved
"""

FREE = """
delete from catalog_sync.binding held
using unnest(%s::text[], %s::text[]) as i(item_ref, cabinet_item_id)
where held.cabinet = %s and held.cabinet_item_id = i.cabinet_item_id and held.item_ref <> i.item_ref
returning held.item_ref, held.cabinet_item_id
"""
"""A cabinet's item is tied to one item only: the tie of an item the ERP no longer sells makes room."""

LEFT = """
select held.item_ref, held.cabinet_item_id
from catalog_sync.binding held
join unnest(%s::text[], %s::text[]) as i(item_ref, cabinet_item_id) on held.item_ref = i.item_ref
where held.cabinet = %s and held.cabinet_item_id <> i.cabinet_item_id
"""
"""Ties that end because their item goes over to another item of the cabinet."""

VERSION = """
select count(*)::text || '-' || coalesce(sum(hashtextextended(item_ref || chr(31) || cabinet_item_id, 0)::numeric), 0)
from catalog_sync.binding where cabinet = %s
"""


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

    async def lock(self, cabinet: str) -> None:
        """Keep others from changing this cabinet's bindings until the transaction ends."""
        await fetch(
            self._session, "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"smena bindings {cabinet}",)
        )

    async def version(self, cabinet: str) -> str:
        """The same bindings give the same version, whatever happened in between."""
        return str((await fetch(self._session, VERSION, (cabinet,)))[0][0])

    async def holders(self, cabinet: str, item_ids: Sequence[str]) -> dict[str, str]:
        """Cabinet item id → the ref that holds it, of these ids."""
        rows = await fetch(
            self._session,
            "select cabinet_item_id, item_ref from catalog_sync.binding "
            "where cabinet = %s and cabinet_item_id = any(%s)",
            (cabinet, list(item_ids)),
        )
        return dict(rows)

    async def bind(
        self, organization: str, cabinet: str, pairs: Sequence[BoundItem], at: datetime, person: str | None = None
    ) -> Rebound:
        """Store the pairs; answers what others must be told: new or changed ties, and the ones that gave way."""
        if not pairs:
            return Rebound()
        await self.lock(cabinet)
        wanted = ([pair.item_ref for pair in pairs], [pair.item.id for pair in pairs], cabinet)
        ended = dict.fromkeys(await fetch(self._session, LEFT, wanted))
        ended.update(dict.fromkeys(await fetch(self._session, FREE, wanted)))
        columns = transposed(((p.item_ref, p.item.id, p.by, _digest(p)) for p in pairs), 4)
        values = (*columns, cabinet, cabinet, organization, at, person)
        moved = {row[0] for row in await fetch(self._session, BIND, values)}
        return Rebound([pair for pair in pairs if pair.item_ref in moved], [Tie(*one) for one in ended])

    async def unbind(self, cabinet: str, refs: Sequence[str]) -> list[Tie]:
        """Take ties back; answers the ones that stood."""
        await self.lock(cabinet)
        rows = await fetch(
            self._session,
            "delete from catalog_sync.binding where cabinet = %s and item_ref = any(%s) "
            "returning item_ref, cabinet_item_id",
            (cabinet, list(refs)),
        )
        return [Tie(*row) for row in rows]

    async def page(self, cabinet: str, after: str, limit: int) -> list[Binding]:
        """Bindings of a cabinet in the order of their refs."""
        rows = await fetch(
            self._session,
            "select cabinet, item_ref, cabinet_item_id, matched_by, bound_at, bound_by from catalog_sync.binding "
            "where cabinet = %s and item_ref > %s order by item_ref limit %s",
            (cabinet, after, limit),
        )
        return [Binding(*row) for row in rows]


def _digest(pair: BoundItem) -> bytes:
    return blake2b(repr((pair.item_ref, pair.item)).encode("utf-8", "surrogatepass"), digest_size=16).digest()
