"""Items found by what files name them by, in PostgreSQL."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import ERP_ITEM_COLUMNS, erp_item, transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.matching import comparable, spellings
from smena.erp.catalogue import ErpItem

BY_TEXT = {
    "code": "select code, ref, active from catalog_sync.item where organization = %s and code = any(%s)",
    "article": "select article, ref, active from catalog_sync.item where organization = %s and article = any(%s)",
}
BY_BARCODE = """
select distinct wanted.code, item.ref, item.active
from catalog_sync.item cross join unnest(item.barcodes) as held(code)
join unnest(%s::text[], %s::text[]) as wanted(code, spelling)
  on wanted.spelling = regexp_replace(held.code, '[^0-9]', '', 'g')
where item.organization = %s
"""


class PostgresItemLookup:
    """Looks items up by whole batches."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_ref(self, organization: str, refs: Collection[str]) -> dict[str, ErpItem]:
        """The items of these refs."""
        rows = await fetch(
            self._session,
            f"select {ERP_ITEM_COLUMNS} from catalog_sync.item where organization = %s and ref = any(%s)",
            (organization, list(refs)),
        )
        return {item.ref: item for item in map(erp_item, rows)}

    async def refs_by(self, key: str, organization: str, values: Collection[str]) -> Mapping[str, list[str]]:
        """The refs of items by ``code``, ``article`` or ``barcode`` (in any spelling)."""
        if not values:
            return {}
        if key != "barcode":
            return _by_value(await fetch(self._session, BY_TEXT[key], (organization, list(values))))
        pairs = ((code, spelling) for code in values for spelling in _digits(code))
        return _by_value(await fetch(self._session, BY_BARCODE, (*transposed(pairs, 2), organization)))


def _digits(barcode: str) -> tuple[str, ...]:
    code = comparable(barcode)
    return () if code is None else tuple(spelling for spelling in spellings(code) if spelling)


def _by_value(rows: list[tuple[Any, ...]]) -> dict[str, list[str]]:
    found: dict[str, dict[bool, list[str]]] = {}
    for value, ref, active in rows:
        found.setdefault(value, {}).setdefault(active, []).append(ref)
    return {value: sorted(refs.get(True) or refs[False]) for value, refs in found.items()}
