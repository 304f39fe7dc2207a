"""The month-end checklist's questions in SQL."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from sales_ingest.adapters.connection import Connection
from sales_ingest.adapters.line_conditions import ANNULLED_SALE, NOT_AT_LIST_PRICE
from sales_ingest.adapters.shift_statements import NOT_REVENUE_KINDS
from sales_ingest.domain.month_end import PointRow, VatTurnover
from sales_ingest.ports.month_views import AcceptingShift, Found, MonthFilter
from smena.db.database import Database
from smena.kinds.money import format_money

_LINES = """
from sales_ingest.shift s join sales_ingest.receipt r on r.shift_seq = s.seq
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
"""

_OF_MONTH = f"""
where s.register = any(%(registers)s) and s.day between %(first)s and %(last)s and r.kind in ('sale', 'refund')
and l.kind not in {NOT_REVENUE_KINDS} and not {ANNULLED_SALE}
"""

TURNOVER_BY_VAT = f"""
select l.vat_rate, coalesce(sum(l.amount) filter (where r.kind = 'sale'), 0),
coalesce(sum(l.amount) filter (where r.kind = 'refund'), 0)
{_LINES} {_OF_MONTH} group by 1 order by 1
"""

_AMOUNT = "case r.kind when 'refund' then -l.amount else l.amount end"

_LINE = f"""
l.receipt_id::text || ':' || l.position, r.register, s.day, s.id, r.id, r.number, l.name, {_AMOUNT}, l.item_ref
"""

_ALL = f"count(*) over (), sum({_AMOUNT}) over ()"

_FIRST_ROWS = "order by s.day, r.at, r.id, l.position limit %(rows)s"

_ITEM_NAME = """
(select b.name from sales_ingest.binding b where b.cabinet = l.cabinet and b.item_ref = l.item_ref
 order by b.bound desc, b.cabinet_item_id limit 1)
"""

UNDER_DEFAULT_ITEMS = f"""
select {_LINE}, {_ITEM_NAME}, l.vat_rate, {_ALL} {_LINES} {_OF_MONTH} and l.resolution = 'default' {_FIRST_ROWS}
"""

LINES_NOT_AT_LIST_PRICE = f"""
select {_LINE}, l.price, l.list_price, {_ALL} {_LINES} {_OF_MONTH} and r.kind = 'sale' and {NOT_AT_LIST_PRICE}
{_FIRST_ROWS}
"""

REFUNDS_OF_EARLIER = """
select r.id::text, r.register, s.day, s.id, r.id, r.number, sold.number, r.payable, sale_shift.day,
r.target_fiscal_id, count(*) over (), sum(r.payable) over ()
from sales_ingest.shift s join sales_ingest.receipt r on r.shift_seq = s.seq
left join sales_ingest.receipt_identity i on i.cabinet = r.cabinet and i.register_number = r.register_number
and i.fiscal_id = r.target_fiscal_id
left join sales_ingest.receipt sold on sold.id = i.receipt_id
left join sales_ingest.shift sale_shift on sale_shift.seq = sold.shift_seq
where s.register = any(%(registers)s) and s.day between %(first)s and %(last)s and r.kind = 'refund'
and (sale_shift.day is null or sale_shift.day < %(first)s)
order by s.day, r.at, r.id limit %(rows)s
"""
"""Beside those whose sale stands in an earlier month: every refund whose sale nobody knows, so that none is hidden."""

ACCEPTING_SHIFTS = """
select s.seq, s.id, s.register, s.number, s.day from sales_ingest.shift s
where s.register = any(%(registers)s) and s.day between %(first)s and %(last)s
and exists (select 1 from sales_ingest.shift_decision d where d.shift_seq = s.seq and d.kind = 'acceptance')
order by s.opened_at, s.seq
"""


class PostgresMonthViews:
    """Questions about a month, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turnover_by_vat(self, wanted: MonthFilter) -> Sequence[VatTurnover]:
        """Revenue by VAT rate."""
        rows = await self._rows(TURNOVER_BY_VAT, wanted)
        return [VatTurnover(rate, int(sales), int(refunds)) for rate, sales, refunds in rows]

    async def under_default_items(self, wanted: MonthFilter) -> Found:
        """Lines that stand under a default item."""
        rows = await self._rows(UNDER_DEFAULT_ITEMS, wanted)
        return _found(rows, [_line(row, f"«{row[6]}» учтено {_as_what(row[9], row[10])}") for row in rows])

    async def not_at_list_price(self, wanted: MonthFilter) -> Found:
        """Lines sold at another price than the item's list price."""
        rows = await self._rows(LINES_NOT_AT_LIST_PRICE, wanted)
        return _found(
            rows,
            [
                _line(
                    row, f"«{row[6]}» продано по {format_money(row[9])} за единицу, установлено {format_money(row[10])}"
                )
                for row in rows
            ],
        )

    async def refunds_of_earlier(self, wanted: MonthFilter) -> Found:
        """Refunds of sales that stand in an earlier month, and those whose sale is not known."""
        rows = await self._rows(REFUNDS_OF_EARLIER, wanted)
        return _found(rows, [_row(row, f"Возврат № {row[5]}{_sale_of(row)}", amount=row[7]) for row in rows])

    async def accepting_shifts(self, wanted: MonthFilter) -> Sequence[AcceptingShift]:
        """Shifts whose differences a person accepted."""
        return [AcceptingShift(*row) for row in await self._rows(ACCEPTING_SHIFTS, wanted)]

    async def _rows(self, statement: LiteralString, wanted: MonthFilter) -> list[tuple[Any, ...]]:
        parameters = {
            "registers": list(wanted.registers),
            "first": wanted.first,
            "last": wanted.last,
            "rows": wanted.rows,
        }
        async with self._database.session() as session:
            return await Connection(session).rows(statement, parameters)


def _found(rows: Sequence[tuple[Any, ...]], named: Sequence[PointRow]) -> Found:
    return Found(rows[0][-2], int(rows[0][-1]), named) if rows else Found(0, 0, ())


def _sale_of(row: tuple[Any, ...]) -> str:
    """Which sale was refunded: its number and day, or that the cabinet did not name it, or that it was not read."""
    number, day, target = row[6], row[8], row[9]
    if day is not None:
        return f" по чеку № {number} от {day:%d.%m.%Y}"
    if target is None:
        return ": чек продажи не назван, проверьте, какого он месяца"
    return f" по чеку {target}: он не прочитан, проверьте, какого он месяца, или обновите период продажи"


def _as_what(name: str | None, vat_rate: str) -> str:
    """The item by its name; a default item that is bound to nothing has none here."""
    rate = "без НДС" if vat_rate == "none" else f"{vat_rate} %"
    return f"как «{name}»" if name else f"под номенклатурой по умолчанию для ставки {rate}"


def _line(row: tuple[Any, ...], detail: str) -> PointRow:
    return _row(row, f"Чек № {row[5]}: {detail}", amount=row[7])


def _row(row: tuple[Any, ...], detail: str, *, amount: int) -> PointRow:
    shift: UUID = row[3]
    return PointRow(id=row[0], register=row[1], day=row[2], shift=shift, receipt=row[4], detail=detail, amount=amount)
