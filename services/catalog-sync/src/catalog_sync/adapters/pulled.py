"""Keys of what was read from an ERP, in PostgreSQL."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.fetching import fetch
from catalog_sync.adapters.import_tables import PulledDocumentTable
from catalog_sync.ports.pulling import PulledKind
from smena.erp.catalogue import ItemKey

_TABLE = f"catalog_sync.{PulledDocumentTable.__tablename__}"
WITHDRAW = """
update catalog_sync.price set active = false
where organization = %s and active and document_ref = any(%s)
  and item_ref || chr(31) || price_type || chr(31) || document_ref <> all(%s)
returning 1
"""


class PostgresPulled:
    """Versions of items and documents as last read."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def item_keys(self, organization: str) -> dict[str, ItemKey]:
        """Item ref → its key as last read."""
        rows = await fetch(
            self._session,
            "select ref, version, group_path, barcodes from catalog_sync.item where organization = %s",
            (organization,),
        )
        return {ref: ItemKey(ref, version, group, tuple(codes)) for ref, version, group, codes in rows}

    async def documents(self, organization: str, kind: PulledKind) -> dict[str, str | None]:
        """Document ref → its version as last read."""
        rows = await fetch(
            self._session,
            f"select ref, version from {_TABLE} where organization = %s and kind = %s",
            (organization, kind.value),
        )
        return dict(rows)

    async def remember(self, organization: str, kind: PulledKind, versions: Mapping[str, str | None]) -> None:
        """Store versions."""
        await fetch(
            self._session,
            f"insert into {_TABLE} (organization, kind, ref, version) "
            "select %s, %s, t.ref, t.version from unnest(%s::text[], %s::text[]) as t(ref, version) "
            "on conflict (organization, kind, ref) do update set version = excluded.version",
            (organization, kind.value, list(versions), list(versions.values())),
        )

    async def forget(self, organization: str, kind: PulledKind, refs: Collection[str]) -> None:
        """Documents that are gone."""
        await fetch(
            self._session,
            f"delete from {_TABLE} where organization = %s and kind = %s and ref = any(%s)",
            (organization, kind.value, list(refs)),
        )

    async def withdraw_prices(self, organization: str, documents: Collection[str], keep: Collection[str]) -> int:
        """Take prices of these documents out of force but for the named keys."""
        gone = await fetch(self._session, WITHDRAW, (organization, list(documents), list(keep)))
        if gone:
            await fetch(
                self._session,
                "update catalog_sync.erp_version set revision = revision + 1 where organization = %s",
                (organization,),
            )
        return len(gone)

    async def prices_in_force(self, organization: str, but: Collection[str]) -> int:
        """How many prices documents hold in force, but for those of some documents."""
        rows = await fetch(
            self._session,
            "select count(*)::int from catalog_sync.price "
            "where organization = %s and active and document_ref is not null and document_ref <> all(%s)",
            (organization, list(but)),
        )
        return int(rows[0][0])
