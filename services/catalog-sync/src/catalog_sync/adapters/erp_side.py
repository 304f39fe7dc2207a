"""The ERP's side in PostgreSQL: whole batches in one statement, and no write for what did not change."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import BARCODE_SEPARATOR, ERP_ITEM_COLUMNS, erp_item, joined, rate_text, transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.fingerprint import content_digest
from catalog_sync.domain.matching import spellings
from catalog_sync.domain.prices import ReceiptPrice, TypedPrice
from catalog_sync.ports.records import ItemGroup, ReceiptHead, Written
from smena.erp.catalogue import ErpItem, ErpPrice, GoodsReceipt
from smena.kinds.money import Kopecks

SAVE_ITEMS = f"""
with incoming as (
    select ref, name, code, full_name, unit, group_path,
           string_to_array(nullif(codes, ''), '{BARCODE_SEPARATOR}') as barcodes,
           article, vat_rate, retail_vat_rate, kind, marking, active, version, digest
    from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::text[], %s::bytea[])
         as t(ref, name, code, full_name, unit, group_path, codes, article, vat_rate, retail_vat_rate, kind,
              marking, active, version, digest)
), moved as (
    select i.*, known.ref is null as fresh
    from incoming i left join catalog_sync.item known on known.organization = %s and known.ref = i.ref
    where known.digest is distinct from i.digest
), written as (
    insert into catalog_sync.item (organization, {ERP_ITEM_COLUMNS}, digest)
    select %s, ref, name, code, full_name, unit, group_path, coalesce(barcodes, '{{}}'), article, vat_rate,
           retail_vat_rate, kind, marking, active, version, digest
    from moved
    on conflict (organization, ref) do update set
        name = excluded.name, code = excluded.code, full_name = excluded.full_name, unit = excluded.unit,
        group_path = excluded.group_path, barcodes = excluded.barcodes, article = excluded.article,
        vat_rate = excluded.vat_rate, retail_vat_rate = excluded.retail_vat_rate, kind = excluded.kind,
        marking = excluded.marking, active = excluded.active, version = excluded.version, digest = excluded.digest
)
select ref, fresh from moved
"""

SAVE_PRICES = """
with moved as (
    select i.*, known.item_ref is null as fresh
    from unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::text[])
         as i(item_ref, price_type, effective_at, document_number, price, document_ref)
    left join catalog_sync.price known
      on known.organization = %s and known.item_ref = i.item_ref and known.price_type = i.price_type
     and known.effective_at = i.effective_at and known.document_number = i.document_number
    where known.price is distinct from i.price or not known.active or known.document_ref <> i.document_ref
       or (known.document_ref is null and i.document_ref is not null)
), written as (
    insert into catalog_sync.price as held
        (organization, item_ref, price_type, effective_at, document_number, price, active, document_ref)
    select %s, item_ref, price_type, effective_at, document_number, price, true, document_ref from moved
    on conflict (organization, item_ref, price_type, effective_at, document_number)
    do update set price = excluded.price, active = true,
        document_ref = coalesce(excluded.document_ref, held.document_ref)
)
select item_ref, price_type, effective_at, document_number, fresh from moved
"""

SAVE_RECEIPTS = """
with moved as (
    select i.*, known.ref is null as fresh
    from unnest(%s::text[], %s::text[], %s::date[], %s::text[], %s::bytea[]) as i(ref, number, date, supplier, digest)
    left join catalog_sync.goods_receipt known on known.organization = %s and known.ref = i.ref
    where known.digest is distinct from i.digest or not known.active
), written as (
    insert into catalog_sync.goods_receipt (organization, ref, number, date, supplier, active, digest)
    select %s, ref, number, date, supplier, true, digest from moved
    on conflict (organization, ref) do update set
        number = excluded.number, date = excluded.date, supplier = excluded.supplier, active = true,
        digest = excluded.digest
)
select ref, fresh from moved
"""

RECEIPT_PRICES = """
select item_ref, price, date, number, receipt_ref, line
from (
    select l.item_ref, l.price, r.date, r.number, l.receipt_ref, l.line,
           rank() over (partition by l.item_ref order by r.date desc) as place
    from catalog_sync.goods_receipt r
    join catalog_sync.goods_receipt_line l on l.organization = r.organization and l.receipt_ref = r.ref
    where r.organization = %s and r.active and r.date <= %s
) as latest
where place = 1
"""

TYPED_PRICES = """
select item_ref, price, price_type, effective_at, document_number
from (
    select item_ref, price, price_type, effective_at, document_number,
           rank() over (partition by price_type, item_ref order by effective_at desc) as place
    from catalog_sync.price
    where organization = %s and price_type = any(%s) and active and effective_at < %s
) as latest
where place = 1
"""

RECEIPT_HEADS = """
select r.ref, r.number, r.date, r.supplier,
       (select count(*) from catalog_sync.goods_receipt_line l
        where l.organization = r.organization and l.receipt_ref = r.ref)
from catalog_sync.goods_receipt r
where r.organization = %s and r.active
  and (%s = '' or position(%s in lower(concat_ws(' ', r.number, r.supplier))) > 0)
  and r.date between coalesce(%s::date, '-infinity') and coalesce(%s::date, 'infinity')
  and (%s::date is null or (r.date, r.ref) < (%s::date, %s))
order by r.date desc, r.ref desc
limit %s
"""

GROUPS = """
select group_path, count(*)
from catalog_sync.item
where organization = %s and active and group_path > %s
group by group_path
order by group_path
limit %s
"""


class PostgresErpSide:
    """Items, prices and goods receipts of the ERP."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def save_items(self, organization: str, items: Sequence[ErpItem]) -> list[Written]:
        """Write what changed; one verdict per item, in order. A ref may stand only once in a batch."""
        columns = transposed(((*_item_values(item), content_digest(item)) for item in items), 15)
        moved = await self._all(SAVE_ITEMS, (*columns, organization, organization))
        await self._moved(organization, len(moved))
        fresh = dict(moved)
        return [_verdict(fresh.get(item.ref)) for item in items]

    async def save_prices(self, organization: str, prices: Sequence[ErpPrice]) -> list[Written]:
        """Write what changed; a setting may stand only once in a batch."""
        keys = [(p.item_ref, p.price_type, p.effective_at, p.document_number or "") for p in prices]
        columns = transposed(
            ((*key, price.price, price.document_ref) for key, price in zip(keys, prices, strict=True)), 6
        )
        moved = await self._all(SAVE_PRICES, (*columns, organization, organization))
        await self._moved(organization, len(moved))
        fresh = {(ref, kind, at, number): is_new for ref, kind, at, number, is_new in moved}
        return [_verdict(fresh.get(key)) for key in keys]

    async def save_receipts(self, organization: str, receipts: Sequence[GoodsReceipt]) -> list[Written]:
        """Write what changed; the lines of a changed document are written anew."""
        columns = transposed(((r.ref, r.number, r.date, r.supplier, content_digest(r)) for r in receipts), 5)
        moved = dict(await self._all(SAVE_RECEIPTS, (*columns, organization, organization)))
        if moved:
            await self._all(
                "delete from catalog_sync.goods_receipt_line where organization = %s and receipt_ref = any(%s) "
                "returning line",
                (organization, list(moved)),
            )
            lines = transposed(_line_values([r for r in receipts if r.ref in moved]), 6)
            await self._all(
                "insert into catalog_sync.goods_receipt_line "
                "(organization, receipt_ref, line, item_ref, quantity, price, vat_rate) "
                "select %s, t.* from unnest(%s::text[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::text[]) "
                "as t(receipt_ref, line, item_ref, quantity, price, vat_rate) returning line",
                (organization, *lines),
            )
        await self._moved(organization, len(moved))
        return [_verdict(moved.get(receipt.ref)) for receipt in receipts]

    async def archive_absent(self, organization: str, seen: Collection[str]) -> int:
        """Archive the active items a full walk of the ERP did not meet."""
        rows = await self._all(
            f"select {ERP_ITEM_COLUMNS} from catalog_sync.item where organization = %s and active", (organization,)
        )
        gone = [_archived(erp_item(row)) for row in rows if row[0] not in seen]
        if gone:
            await self.save_items(organization, gone)
        return len(gone)

    async def withdraw_absent_receipts(self, organization: str, seen: Collection[str]) -> int:
        """Take the goods receipts out of force that a full walk of the ERP did not meet."""
        gone = await self._all(
            "update catalog_sync.goods_receipt set active = false "
            "where organization = %s and active and ref <> all(%s) returning ref",
            (organization, list(seen)),
        )
        await self._moved(organization, len(gone))
        return len(gone)

    async def version(self, organization: str) -> str:
        """The version of the ERP's side: it moves with every write."""
        rows = await self._all("select revision from catalog_sync.erp_version where organization = %s", (organization,))
        return str(rows[0][0]) if rows else "0"

    async def items(self, organization: str) -> list[ErpItem]:
        """All items, in the order of their refs."""
        rows = await self._all(
            f"select {ERP_ITEM_COLUMNS} from catalog_sync.item where organization = %s order by ref", (organization,)
        )
        return [erp_item(row) for row in rows]

    async def page(
        self, organization: str, *, group: str | None, search: str, barcode: str | None, after: str, limit: int
    ) -> list[ErpItem]:
        """Items after a ref: of a group with its subgroups, with a text in them, with a barcode."""
        codes = () if barcode is None else spellings(barcode)
        rows = await self._all(
            f"select {ERP_ITEM_COLUMNS} from catalog_sync.item "
            "where organization = %s and ref > %s "
            "and (%s::text is null or group_path = %s or starts_with(group_path, %s)) "
            "and (%s = '' or position(%s in lower(concat_ws(' ', name, article, code))) > 0) "
            "and (%s or barcodes && %s::text[]) order by ref limit %s",
            (
                organization,
                after,
                group,
                group,
                f"{(group or '').rstrip('/')}/",
                search,
                search.lower(),
                barcode is None,
                list(codes),
                limit,
            ),
        )
        return [erp_item(row) for row in rows]

    async def receipt_heads(
        self,
        organization: str,
        *,
        search: str,
        first: date | None,
        last: date | None,
        after: tuple[date, str] | None,
        limit: int,
    ) -> list[ReceiptHead]:
        """Goods receipts in force, the latest first: with a text in number or supplier, of some dates."""
        day, ref = after or (None, "")
        plain = search.lower()
        rows = await self._all(RECEIPT_HEADS, (organization, plain, plain, first, last, day, day, ref, limit))
        return [ReceiptHead(*row) for row in rows]

    async def groups(self, organization: str, *, after: str, limit: int) -> list[ItemGroup]:
        """Groups with items in use, in the order of their paths."""
        return [ItemGroup(*row) for row in await self._all(GROUPS, (organization, after, limit))]

    async def receipt_prices(self, organization: str, as_of: date) -> list[ReceiptPrice]:
        """The lines of each item's latest day with receipts."""
        rows = await self._all(RECEIPT_PRICES, (organization, as_of))
        return [
            ReceiptPrice(ref, Kopecks(price), day, number, doc, line) for ref, price, day, number, doc, line in rows
        ]

    async def typed_prices(
        self, organization: str, types: Collection[str], timezone: str, as_of: date
    ) -> list[TypedPrice]:
        """The latest settings of each item by each of the price types, up to the end of a local day."""
        zone = ZoneInfo(timezone)
        end = datetime.combine(as_of + timedelta(days=1), time(), zone)
        rows = await self._all(TYPED_PRICES, (organization, list(types), end))
        return [_typed(row, zone) for row in rows]

    async def refs_received(self, organization: str, documents: Collection[str]) -> tuple[set[str], set[str]]:
        """The items of chosen goods receipts, and the documents that are not known."""
        known = await self._all(
            "select ref from catalog_sync.goods_receipt where organization = %s and active and ref = any(%s)",
            (organization, list(documents)),
        )
        refs = await self._all(
            "select distinct item_ref from catalog_sync.goods_receipt_line "
            "where organization = %s and receipt_ref = any(%s)",
            (organization, [row[0] for row in known]),
        )
        return {row[0] for row in refs}, set(documents) - {row[0] for row in known}

    async def _moved(self, organization: str, rows: int) -> None:
        if rows:
            await self._all(
                "insert into catalog_sync.erp_version (organization, revision) values (%s, 1) "
                "on conflict (organization) do update set revision = erp_version.revision + 1 returning revision",
                (organization,),
            )

    async def _all(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return await fetch(self._session, statement, parameters)


def _verdict(fresh: bool | None) -> Written:
    if fresh is None:
        return Written.UNCHANGED
    return Written.CREATED if fresh else Written.UPDATED


def _item_values(item: ErpItem) -> tuple[Any, ...]:
    return (
        item.ref,
        item.name,
        item.code,
        item.full_name,
        item.unit,
        item.group,
        joined(item.barcodes),
        item.article,
        rate_text(item.vat_rate),
        rate_text(item.retail_vat_rate),
        item.kind,
        item.marking,
        item.active,
        item.version,
    )


def _line_values(receipts: Sequence[GoodsReceipt]) -> list[tuple[Any, ...]]:
    return [
        (receipt.ref, n, line.item_ref, line.quantity, line.price, rate_text(line.vat_rate))
        for receipt in receipts
        for n, line in enumerate(receipt.lines, start=1)
    ]


def _archived(item: ErpItem) -> ErpItem:
    """Without a version: one that comes back is read anew."""
    return replace(item, active=False, version=None)


def _typed(row: Sequence[Any], zone: ZoneInfo) -> TypedPrice:
    ref, price, price_type, effective_at, number = row
    return TypedPrice(ref, Kopecks(price), price_type, effective_at.astimezone(zone), number)
