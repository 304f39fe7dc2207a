"""Bindings, rules, and the lines that wait for them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters import item_statements as sql
from sales_ingest.adapters.connection import Connection
from sales_ingest.domain.items import BoundItem, Carried, ItemBook
from sales_ingest.domain.prices import PriceSource
from sales_ingest.domain.receipts import VatSource
from sales_ingest.domain.waiting_lines import LineDecision, WaitingLine
from sales_ingest.ports.items import BindingToKeep, LineScope
from smena.kinds.vat import VatRate


class PostgresItemStore:
    """Items of all cabinets."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def share(self, cabinet: str) -> None:
        """Nobody changes bindings or resolves lines until the transaction ends."""
        await self._connection.rows(sql.SHARE, [f"sales_ingest items|{cabinet}"])

    async def claim(self, cabinet: str) -> None:
        """Change bindings or resolve lines alone, until the transaction ends."""
        await self._connection.rows(sql.CLAIM, [f"sales_ingest items|{cabinet}"])

    async def book(self, cabinet: str, carried: Sequence[Carried]) -> ItemBook:
        """What is known of the items these lines may be; what is ambiguous is absent."""
        ids = {one.cabinet_item_id for one in carried if one.cabinet_item_id}
        digits = {one.barcode_digits for one in carried if one.barcode_digits}
        articles = {one.article for one in carried if one.article}
        groups = {one.group for one in carried}
        rules = await self._connection.rows(sql.RULES, [cabinet, list(groups)]) if groups else []
        refs = {row[1] for row in rules}
        return ItemBook(
            by_item=_unambiguous(await self._bound(sql.BY_ITEM, cabinet, ids)),
            by_barcode=_unambiguous(await self._bound(sql.BY_BARCODE, cabinet, digits)),
            by_article=_unambiguous(await self._bound(sql.BY_ARTICLE, cabinet, articles)),
            rules={row[0]: row[1] for row in rules},
            by_ref=await self.by_ref(cabinet, sorted(refs)),
        )

    async def by_ref(self, cabinet: str, refs: Sequence[str]) -> dict[str, BoundItem]:
        """What is known of ERP items by their reference."""
        rows = await self._bound(sql.BY_REF, cabinet, refs)
        return {row[0]: _item(row) for row in reversed(rows)}

    async def keep(self, cabinet: str, bindings: Sequence[BindingToKeep], told_at: datetime) -> None:
        """Keep bindings, unless a later event has told of them already."""
        for one in sorted(bindings, key=lambda one: one.cabinet_item_id):
            kept = await self._connection.run(
                sql.KEEP,
                [
                    cabinet, one.cabinet_item_id, one.organization, one.item_ref, one.name, one.unit,
                    one.vat_rate.value if one.vat_rate else None, one.price, one.article, one.bound, told_at,
                ],
            )  # fmt: skip
            if kept:
                await self._connection.run(sql.FORGET_BARCODES, [cabinet, one.cabinet_item_id])
                await self._connection.run(
                    sql.KEEP_BARCODES, [cabinet, one.cabinet_item_id, list(one.barcodes) if one.bound else []]
                )

    async def waiting(self, cabinet: str, bindings: Sequence[BindingToKeep]) -> list[WaitingLine]:
        """Lines that one of these bindings may decide: one that ended may leave a barcode to a single item."""
        rows = await self._connection.rows(
            sql.WAITING_FOR,
            {
                "cabinet": cabinet,
                "ids": [one.cabinet_item_id for one in bindings if one.bound],
                "digits": [code for one in bindings for code in one.barcodes],
                "articles": [one.article for one in bindings if one.article],
            },
        )
        return [_waiting(row) for row in rows]

    async def waiting_alike(self, cabinet: str, groups: Sequence[str]) -> list[WaitingLine]:
        """Lines of these groups, whatever their register and day."""
        rows = await self._connection.rows(sql.WAITING_GROUPS, {"cabinet": cabinet, "groups": list(groups)})
        return [_waiting(row) for row in rows]

    async def waiting_in(self, cabinets: Sequence[str], scope: LineScope) -> list[WaitingLine]:
        """Lines that a person's scope covers.

        A period means empty lines only, a group stand-ins too, and a line named by itself also what a person
        had decided before.
        """
        if scope.lines:
            rows = await self._connection.rows(
                sql.WAITING_LINES,
                {
                    "cabinets": list(cabinets),
                    "receipts": [one[0] for one in scope.lines],
                    "positions": [one[1] for one in scope.lines],
                },
            )
        elif scope.group is not None:
            rows = await self._connection.rows(sql.WAITING_GROUP, {"cabinets": list(cabinets), "group": scope.group})
        else:
            rows = await self._connection.rows(
                sql.WAITING_PERIOD,
                {"cabinets": list(cabinets), "register": scope.register, "first": scope.first, "last": scope.last},
            )
        return [_waiting(row) for row in rows]

    async def decide(self, decisions: Sequence[LineDecision]) -> None:
        """Store what was decided, in bulk."""
        if not decisions:
            return
        await self._connection.run(
            sql.DECIDE,
            {
                "receipts": [one.line.receipt_id for one in decisions],
                "versions": [one.line.version for one in decisions],
                "positions": [one.line.position for one in decisions],
                "refs": [one.found.item_ref for one in decisions],
                "resolutions": [one.found.resolution.value for one in decisions],
                "prices": [one.price for one in decisions],
                "price_sources": [one.price_source.value for one in decisions],
                "list_prices": [one.list_price for one in decisions],
                "units": [one.unit for one in decisions],
                "vat_rates": [one.vat_rate.value for one in decisions],
                "vat_sources": [one.vat_source.value for one in decisions],
                "vat_amounts": [one.vat_amount for one in decisions],
            },
        )

    async def remember(self, cabinet: str, groups: Sequence[str], item_ref: str, person: str, at: datetime) -> None:
        """Lines that carry the same will be this item from now on."""
        await self._connection.run(sql.REMEMBER, [cabinet, item_ref, person, at, sorted(set(groups))])

    async def forget(self, cabinet: str, group: str) -> str | None:
        """The item of the rule that is no more; None where there was none."""
        rows = await self._connection.rows(sql.FORGET_RULE, [cabinet, group])
        return rows[0][0] if rows else None

    async def filled_by_rule(self, cabinet: str, group: str, item_ref: str) -> list[WaitingLine]:
        """Lines of this group that a rule filled, or a person with the rule's item."""
        asked = {"cabinet": cabinet, "group": group, "item_ref": item_ref}
        return [_waiting(row) for row in await self._connection.rows(sql.FILLED_BY_RULE, asked)]

    async def keep_filled(self, cabinet: str, group: str) -> None:
        """What a rule filled is a person's decision from now on."""
        await self._connection.run(sql.KEEP_FILLED, [cabinet, group])

    async def log(
        self, organization: str, item_ref: str, scope: dict[str, Any], *, remember: bool, lines: int, person: str,
        at: datetime,
    ) -> None:  # fmt: skip
        """Write down one filling."""
        await self._connection.run(
            sql.LOG, [uuid4(), organization, item_ref, Jsonb(scope), remember, lines, person, at]
        )

    async def _bound(self, statement: str, cabinet: str, keys: Iterable[str]) -> list[tuple[Any, ...]]:
        wanted = list(keys)
        return await self._connection.rows(statement, [cabinet, wanted]) if wanted else []


def _item(row: tuple[Any, ...]) -> BoundItem:
    return BoundItem(row[1], row[2], VatRate(row[3]) if row[3] is not None else None, row[4])


def _unambiguous(rows: Sequence[tuple[Any, ...]]) -> dict[str, BoundItem]:
    found: dict[str, BoundItem] = {}
    doubtful: set[str] = set()
    for row in rows:
        item = _item(row)
        earlier = found.setdefault(row[0], item)
        if earlier.item_ref != item.item_ref:
            doubtful.add(row[0])
    return {key: item for key, item in found.items() if key not in doubtful}


def _waiting(row: tuple[Any, ...]) -> WaitingLine:
    receipt: UUID = row[0]
    return WaitingLine(
        receipt_id=receipt, version=row[1], position=row[2], register=row[3], shift_seq=row[4],
        kind=row[5], carried=Carried(row[6], row[7], row[8], row[9]), quantity=row[10], gross=row[11], amount=row[12],
        price=row[13], price_source=PriceSource(row[14]), unit=row[15], unit_given=row[16],
        vat_rate=VatRate(row[17]), vat_source=VatSource(row[18]), item_ref=row[19],
    )  # fmt: skip
