"""The read side in SQL: each answer in one transaction, rows as plain mappings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from sales_ingest.adapters import marked_line_statements as marked
from sales_ingest.adapters import view_statements as sql
from sales_ingest.adapters.rule_statements import RULES
from sales_ingest.ports.views import After, Filter, Row, RuleMark, SourceMark
from smena.db.database import Database, raw_connection


class PostgresSalesViews:
    """Questions to the tables of sales."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shifts(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Shifts, newest first."""
        return await self._rows(sql.LIST_SHIFTS, {**_filter(wanted), **_page(limit, after)})

    async def shift(self, shift_id: UUID) -> Row | None:
        """One shift with its documents."""
        return _first(await self._rows(sql.ONE_SHIFT, {"id": shift_id}))

    async def receipts(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Receipts with their lines, newest first."""
        return await self._with_lines(sql.LIST_RECEIPTS, {**_filter(wanted), **_page(limit, after)})

    async def receipt(self, receipt_id: UUID) -> Row | None:
        """One receipt with its lines."""
        return _first(await self._with_lines(sql.ONE_RECEIPT, {"id": receipt_id}))

    async def count_lines(self, wanted: Filter, at_most: int) -> int:
        """How many lines these receipts have, a receipt without lines counting as one; counting ends at ``at_most``."""
        rows = await self._tuples(sql.COUNT_RECEIPT_LINES, {**_filter(wanted), "limit": at_most})
        return int(rows[0][0])

    async def turnover(self, wanted: Filter, limit: int, after: tuple[date, str] | None) -> Sequence[Row]:
        """Turnover by register and day: sales gross of annulments, which stand apart as refunds do."""
        day, register = after or (None, None)
        asked = {**_filter(wanted), "limit": limit, "after_day": day, "after_register": register}
        found: dict[tuple[Any, Any], dict[str, Any]] = {}
        async with self._database.session() as session:
            raw = await raw_connection(session)

            async def rows(statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
                return await (await raw.execute(statement, parameters)).fetchall()

            await raw.execute(sql.ONE_MOMENT)
            for day, register in await rows(sql.DAYS, asked):
                found[day, register] = {"register": register, "date": day, "payments": [], "vat": [], "not_revenue": 0}
            picked = {"days": [key[0] for key in found], "names": [key[1] for key in found]}
            for register, day, kind, count, total in await rows(sql.TURNOVER, picked):
                found[day, register][kind] = (count, int(total))
            for register, day, kind, *sums in await rows(sql.TURNOVER_BY_PAYMENT, picked):
                found[day, register]["payments"].append({"kind": kind, **_sums(sums)})
            for register, day, rate, *sums in await rows(sql.TURNOVER_BY_RATE, picked):
                if rate is None:
                    found[day, register]["not_revenue"] = _sums(sums)["net"]
                else:
                    found[day, register]["vat"].append({"rate": rate, **_sums(sums)})
        return [_turnover(one) for one in found.values()]

    async def unresolved(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """Lines without an item, grouped by what they carry."""
        return await self._rows(sql.UNRESOLVED, {**_filter(wanted), "limit": limit, "after": after})

    async def default_item_groups(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """What stands under default items, grouped by what the lines carry."""
        return await self._rows(marked.DEFAULT_ITEM_GROUPS, {**_filter(wanted), "limit": limit, "after": after})

    async def rules(self, cabinets: Sequence[str], text: str | None, limit: int, after: RuleMark | None) -> list[Row]:
        """Remembered rules, newest first."""
        at, cabinet, group = after or (None, None, None)
        asked = {"cabinets": list(cabinets), "limit": limit, "at": at, "cabinet": cabinet, "group": group}
        return [*await self._rows(RULES, {**asked, "text": text, "like": _like(text)})]

    async def cashiers(self, wanted: Filter, limit: int, after: str | None) -> Sequence[Row]:
        """What each cashier rang."""
        return await self._rows(marked.CASHIERS, {**_filter(wanted), "limit": limit, "after": after})

    async def quarantine(self, wanted: Filter, limit: int, after: After | None) -> Sequence[Row]:
        """Documents in quarantine, newest first."""
        return await self._rows(sql.LIST_QUARANTINE, {**_filter(wanted), **_page(limit, after)})

    async def quarantined(self, entry_id: UUID) -> Row | None:
        """One document in quarantine."""
        return _first(await self._rows(sql.ONE_QUARANTINED, {"id": entry_id}))

    async def revision(self, shift_id: UUID, number: int) -> bytes | None:
        """A published revision: the event's data, byte for byte."""
        rows = await self._tuples(sql.REVISION, {"id": shift_id, "number": number})
        return bytes(rows[0][0]) if rows else None

    async def revision_line(
        self, shift_id: UUID, number: int, key: str, limit: int, after: SourceMark | None
    ) -> Sequence[Row]:
        """The receipt lines behind one published line, by document number."""
        receipt_number, receipt, position = after or (None, None, None)
        asked = {
            "id": shift_id, "number": number, "key": key, "limit": limit,
            "after_number": receipt_number, "after_receipt": receipt, "after_position": position,
        }  # fmt: skip
        rows = await self._rows(sql.REVISION_LINE_RECEIPTS, asked)
        for row in rows:
            row["receipt"] = row.pop("receipt_id")
        return rows

    async def _with_lines(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        async with self._database.session() as session:
            raw = await raw_connection(session)
            async with raw.cursor(row_factory=dict_row) as cursor:
                receipts = await (await cursor.execute(statement, parameters)).fetchall()
                lines = await (
                    await cursor.execute(sql.LINES, {"receipts": [one["id"] for one in receipts]})
                ).fetchall()
        by_receipt: dict[UUID, list[dict[str, Any]]] = {one["id"]: [] for one in receipts}
        for line in lines:
            by_receipt[line.pop("receipt_id")].append(line)
        for one in receipts:
            one["lines"] = by_receipt[one["id"]]
            one["payments"] = _payments(one["payments"])
            if one["corrected_payments"] is not None:
                one["corrected_payments"] = _payments(one["corrected_payments"])
        return receipts

    async def _rows(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        async with self._database.session() as session:
            raw = await raw_connection(session)
            async with raw.cursor(row_factory=dict_row) as cursor:
                return await (await cursor.execute(statement, parameters)).fetchall()

    async def _tuples(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        async with self._database.session() as session:
            raw = await raw_connection(session)
            return await (await raw.execute(statement, parameters)).fetchall()


def _filter(wanted: Filter) -> dict[str, Any]:
    return {
        "registers": list(wanted.registers),
        "first": wanted.first,
        "last": wanted.last,
        "state": wanted.state,
        "kind": wanted.kind,
        "unresolved": wanted.unresolved,
        "cashier": wanted.cashier,
        "resolution": wanted.resolution,
        "free_form": wanted.free_form,
        "not_at_list_price": wanted.not_at_list_price,
        "text": wanted.text,
        "like": _like(wanted.text),
    }


def _like(text: str | None) -> str | None:
    return None if text is None else f"%{_as_it_is(text)}%"


def _as_it_is(text: str) -> str:
    """A text in which LIKE finds no pattern."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _page(limit: int, after: After | None) -> dict[str, Any]:
    return {"limit": limit, "at": after.at if after else None, "tie": after.tie if after else None}


def _first(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _payments(amounts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"kind": kind, "amount": amount} for kind, amount in sorted(amounts.items())]


def _turnover(day: dict[str, Any]) -> dict[str, Any]:
    sums = {name: day.get(kind, (0, 0)) for name, kind in _TURNOVER_KINDS.items()}
    return {
        "register": day["register"],
        "date": day["date"],
        **{name: {"count": count, "sum": total} for name, (count, total) in sums.items()},
        "payments": sorted(day["payments"], key=lambda one: one["kind"]),
        "vat": sorted(day["vat"], key=lambda one: one["rate"]),
        "not_revenue": day["not_revenue"],
        "net": sums["sales"][1] - sums["annulments"][1] - sums["refunds"][1],
    }


def _sums(sums: Sequence[Any]) -> dict[str, int]:
    sales, annulments, refunds = map(int, sums)
    return {"sales": sales, "annulments": annulments, "refunds": refunds, "net": sales - annulments - refunds}


_TURNOVER_KINDS = {"sales": "sale", "refunds": "refund", "annulments": "annulment"}
