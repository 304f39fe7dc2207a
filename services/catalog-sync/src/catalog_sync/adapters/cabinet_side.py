"""The cabinet's side in PostgreSQL: the items as last read, with a version of the whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import (
    BARCODE_SEPARATOR,
    CABINET_ITEM_COLUMNS,
    cabinet_item,
    joined,
    rate_text,
    transposed,
)
from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.fingerprint import content_digest, version_of
from catalog_sync.ports.records import Snapshot
from smena.cabinets.items import CabinetItem

SAVE_ITEMS = f"""
insert into catalog_sync.cabinet_item as held
    (cabinet, {CABINET_ITEM_COLUMNS}, digest, gone)
select %s, id, name, article, unit, group_path,
       coalesce(string_to_array(nullif(codes, ''), '{BARCODE_SEPARATOR}'), '{{}}'), vat_rate,
       purchase_price, retail_price, kind, active, digest, false
from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
            %s::bigint[], %s::text[], %s::bool[], %s::bytea[])
     as t(id, name, article, unit, group_path, codes, vat_rate, purchase_price, retail_price, kind, active, digest)
on conflict (cabinet, id) do update set
    name = excluded.name, article = excluded.article, unit = excluded.unit, group_path = excluded.group_path,
    barcodes = excluded.barcodes, vat_rate = excluded.vat_rate, purchase_price = excluded.purchase_price,
    retail_price = excluded.retail_price, kind = excluded.kind, active = excluded.active, digest = excluded.digest,
    gone = false
"""


class PostgresCabinetSide:
    """Snapshots of cabinets."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, cabinet: str) -> None:
        """Keep other writers of this cabinet's snapshot out until the transaction ends."""
        await fetch(
            self._session, "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"smena cabinet {cabinet}",)
        )

    async def replace(self, cabinet: str, items: Sequence[CabinetItem], read_at: datetime) -> str:
        """Take the items just read for the cabinet's; write only what changed. Answers the version."""
        known = {
            row[0]: (row[1], row[2])
            for row in await fetch(
                self._session, "select id, digest, gone from catalog_sync.cabinet_item where cabinet = %s", (cabinet,)
            )
        }
        digests = {item.id: content_digest(item) for item in items}
        await self._save(
            cabinet, [(item, digests[item.id]) for item in items if known.get(item.id) != (digests[item.id], False)]
        )
        gone = [item_id for item_id, (_, was_gone) in known.items() if item_id not in digests and not was_gone]
        if gone:
            await fetch(
                self._session,
                "update catalog_sync.cabinet_item set gone = true where cabinet = %s and id = any(%s)",
                (cabinet, gone),
            )
        version = version_of(digests.values())
        await fetch(
            self._session,
            "insert into catalog_sync.cabinet_snapshot (cabinet, version, items, read_at) values (%s, %s, %s, %s) "
            "on conflict (cabinet) do update set version = excluded.version, items = excluded.items, "
            "read_at = excluded.read_at, failed_at = null, failure = null",
            (cabinet, version, len(digests), read_at),
        )
        return version

    async def patch(self, cabinet: str, items: Sequence[CabinetItem]) -> None:
        """Take over what was just written; the version stays that of the last reading."""
        await self._save(cabinet, [(item, content_digest(item)) for item in {one.id: one for one in items}.values()])

    async def failed(self, cabinet: str, failure: str, at: datetime) -> None:
        """Remember that the cabinet gave no usable answer; what was read before stays."""
        await fetch(
            self._session,
            "insert into catalog_sync.cabinet_snapshot (cabinet, items, failed_at, failure) values (%s, 0, %s, %s) "
            "on conflict (cabinet) do update set failed_at = excluded.failed_at, failure = excluded.failure",
            (cabinet, at, failure),
        )

    async def snapshot(self, cabinet: str) -> Snapshot | None:
        """When the cabinet was last read and how it went since; None before the first time."""
        rows = await fetch(
            self._session,
            "select version, items, read_at, failed_at, failure from catalog_sync.cabinet_snapshot where cabinet = %s",
            (cabinet,),
        )
        return Snapshot(*rows[0]) if rows else None

    async def items(self, cabinet: str) -> list[CabinetItem]:
        """The items the cabinet lists, archived ones too, in the order of their ids."""
        rows = await fetch(
            self._session,
            f"select {CABINET_ITEM_COLUMNS} from catalog_sync.cabinet_item where cabinet = %s and not gone order by id",
            (cabinet,),
        )
        return [cabinet_item(row) for row in rows]

    async def _save(self, cabinet: str, items: Sequence[tuple[CabinetItem, bytes]]) -> None:
        if items:
            columns = transposed(((*_values(item), digest) for item, digest in items), 12)
            await fetch(self._session, SAVE_ITEMS, (cabinet, *columns))


def _values(item: CabinetItem) -> tuple[Any, ...]:
    return (
        item.id,
        item.name,
        item.article,
        item.unit,
        item.group,
        joined(item.barcodes),
        rate_text(item.vat_rate),
        item.purchase_price,
        item.retail_price,
        item.kind,
        item.active,
    )
