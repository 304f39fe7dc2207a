"""Stored catalogues through the columnar engine."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columnar.engine import Comparison, Task, compare
from catalog_sync.adapters.columnar.frames import BINDING_SCHEMA, CABINET_SCHEMA, ERP_SCHEMA, Catalogues
from catalog_sync.adapters.columnar.price_columns import COUNT_SETTINGS, filling_of, price_reading
from catalog_sync.adapters.columnar.reading import Reading, read_tables
from catalog_sync.adapters.columns import BARCODE_SEPARATOR, CABINET_ITEM_COLUMNS, ERP_ITEM_COLUMNS
from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.prices import Filling, PriceChoice, PriceSource
from catalog_sync.domain.rows import DiffRow, Direction
from catalog_sync.domain.selection import LEFT_OUT_KINDS, Selection, SelectionKind
from catalog_sync.domain.terms import Terms
from catalog_sync.ports.records import DiffRequest, PackedRow
from smena.db.database import Database

JOINED = f"array_to_string(barcodes, '{BARCODE_SEPARATOR}')"
ERP_QUERY = f"select {ERP_ITEM_COLUMNS} from catalog_sync.item where organization = %s".replace("barcodes", JOINED)
CABINET_QUERY = (
    f"select {CABINET_ITEM_COLUMNS} from catalog_sync.cabinet_item where cabinet = %s and not gone"
).replace("barcodes", JOINED)
BINDING_QUERY = "select item_ref, cabinet_item_id from catalog_sync.binding where cabinet = %s"
COUNT_ITEMS = """
select greatest(
    (select count(*) from catalog_sync.item where organization = %s),
    (select count(*) from catalog_sync.cabinet_item where cabinet = %s and not gone))
"""
RECEIVED = """
select distinct l.item_ref from catalog_sync.goods_receipt r
join catalog_sync.goods_receipt_line l on l.organization = r.organization and l.receipt_ref = r.ref
where r.organization = %s and r.active and r.ref = any(%s)
"""


@dataclass(frozen=True, slots=True)
class StoredComparison:
    """A comparison, and how many selected items the preset filter left out."""

    comparison: Comparison
    excluded: int

    @property
    def equal_and_bound(self) -> int:
        """Rows that are certainly identical and bound."""
        return self.comparison.equal_and_bound

    @property
    def left_to_the_rule(self) -> int:
        """Rows with a counterpart whose status shows only when they are made."""
        return self.comparison.left_to_the_rule

    def rows(self, *, settled: bool, only: Collection[str] | None = None) -> Iterator[list[DiffRow]]:
        """The rows in reading order, in chunks."""
        return self.comparison.rows(settled=settled, only=only)

    def packed(self, *, settled: bool) -> Iterator[list[PackedRow]]:
        """The same rows, ready to be stored."""
        return self.comparison.packed(settled=settled)


class PostgresLargeDiffs:
    """Reads both sides by COPY on two further connections, in the state this transaction sees."""

    def __init__(self, session: AsyncSession, database: Database) -> None:
        self._session = session
        self._url = database.url

    async def items(self, organization: str, cabinet: str) -> int:
        """How many items the larger side has."""
        return int((await fetch(self._session, COUNT_ITEMS, (organization, cabinet)))[0][0])

    async def compare(
        self, request: DiffRequest, terms: Terms, organization: str, timezone: str, cabinet: str
    ) -> StoredComparison:
        """Read, then compare away from the event loop."""
        zone = ZoneInfo(timezone)
        choices = [choice for choice in (request.purchase, request.retail) if choice is not None]
        prices = [
            price_reading(
                choice, organization, zone, request.as_of, settings=await self._settings(organization, choice)
            )
            for choice in choices
        ]
        received = await fetch(self._session, RECEIVED, (organization, list(request.selection.documents)))
        snapshot = (await fetch(self._session, "select pg_export_snapshot()"))[0][0]
        first = [Reading(ERP_QUERY, (organization,), ERP_SCHEMA), Reading(BINDING_QUERY, (cabinet,), BINDING_SCHEMA)]
        second = [Reading(CABINET_QUERY, (cabinet,), CABINET_SCHEMA), *prices]
        (erp, bindings), (cabinet_items, *found) = await asyncio.gather(
            asyncio.to_thread(read_tables, self._url, snapshot, first),
            asyncio.to_thread(read_tables, self._url, snapshot, second),
        )
        priced = dict(zip(choices, found, strict=True))
        stored = Catalogues(erp, cabinet_items, bindings, None, None)
        return await asyncio.to_thread(_compare, request, terms, stored, priced, [row[0] for row in received], zone)

    async def _settings(self, organization: str, choice: PriceChoice) -> int:
        if choice.source is not PriceSource.PRICE_TYPE:
            return 0
        return int((await fetch(self._session, COUNT_SETTINGS, (organization, choice.price_type)))[0][0])


def _compare(
    request: DiffRequest,
    terms: Terms,
    stored: Catalogues,
    priced: dict[PriceChoice, pl.DataFrame],
    received: list[str],
    zone: ZoneInfo,
) -> StoredComparison:
    export = request.direction is Direction.EXPORT
    sold = ~stored.erp["kind"].is_in(sorted(LEFT_OUT_KINDS)) if export else None
    left_out = stored.erp.filter(~sold) if sold is not None else stored.erp.clear()
    sides = Catalogues(
        stored.erp.filter(sold) if sold is not None and left_out.height else stored.erp,
        stored.cabinet,
        stored.bindings,
        priced.get(request.purchase) if request.purchase else None,
        priced.get(request.retail) if request.retail else None,
    )
    bound = stored.bindings["ref" if export else "cabinet_id"]
    wanted = selected(sides.erp if export else sides.cabinet, request, bound, received)
    excluded = int((selected(left_out, request, bound, received) & left_out["active"]).sum())
    purchase = filling_of(
        request.purchase, priced.get(request.purchase) if request.purchase else None, zone, terms.as_of
    )
    retail = filling_of(request.retail, priced.get(request.retail) if request.retail else None, zone, terms.as_of)

    def fillings(refs: list[str]) -> tuple[Filling, Filling]:
        return purchase(refs), retail(refs)

    return StoredComparison(compare(Task(request.direction, sides, terms, wanted, fillings, zone)), excluded)


def selected(items: pl.DataFrame, request: DiffRequest, bound: pl.Series, received: list[str]) -> pl.Series:
    """For each item whether the diff's selection shows it (``domain/selection.py``)."""
    selection: Selection = request.selection
    match selection.kind:
        case SelectionKind.GROUP:
            group = selection.group or ""
            path = items["group"]
            return ((path == group) | path.str.starts_with(group.rstrip("/") + "/")).fill_null(False)
        case SelectionKind.SYNCED:
            return items["id"].is_in(bound.implode())
        case SelectionKind.GOODS_RECEIPTS if request.direction is Direction.EXPORT:
            return items["id"].is_in(pl.Series(received, dtype=pl.String).implode())
        case _:
            return pl.Series([True]).new_from_index(0, items.height)
