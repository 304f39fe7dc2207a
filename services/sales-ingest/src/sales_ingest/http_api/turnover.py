"""Turnover by day."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sales_ingest.http_api.doors import BASE, Doors, Reader, check_period
from sales_ingest.ports.views import Filter
from smena.http.day import Day
from smena.http.models import ApiModel, MoneyText
from smena.http.paging import PAGE_ROWS_MAX, Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR


class CountAndSum(ApiModel):
    """How many documents, and what they add up to."""

    count: int
    sum: MoneyText


class PaymentTurnover(ApiModel):
    """One payment kind: sales gross of annulments, what was annulled, refunds, and what stays."""

    kind: str
    sales: MoneyText
    annulments: MoneyText
    refunds: MoneyText
    net: MoneyText


class VatTurnover(ApiModel):
    """The lines of one VAT rate, VAT inside, in the same columns; what is no revenue stands apart."""

    rate: str
    sales: MoneyText
    annulments: MoneyText
    refunds: MoneyText
    net: MoneyText


class DayTurnover(ApiModel):
    """A register's day; ``net`` = sales − annulments − refunds.

    ``net`` is also the sum of the payments' ``net``, and of the VAT rates' with ``not_revenue``: certificates and
    advances sold, which bring money and no revenue.
    """

    register_id: str = Field(alias="register")
    date: date
    sales: CountAndSum
    refunds: CountAndSum
    annulments: CountAndSum
    payments: list[PaymentTurnover]
    vat: list[VatTurnover]
    not_revenue: MoneyText
    net: MoneyText


class TurnoverFilter(BaseModel):
    """A register by its id, inclusive business dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_period(self.first, self.last)
        return self


class TurnoverQuery(TurnoverFilter, PageQuery):
    """A page of it; a month of a dozen registers fits on one."""

    limit: Annotated[int, Field(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS_MAX


def turnover_router(doors: Doors) -> APIRouter:
    """``GET /turnover``."""
    router = APIRouter(prefix=f"{BASE}/turnover", tags=["turnover"])

    @router.get("", summary="Turnover by day and register, newest first")
    async def read_turnover(query: Annotated[TurnoverQuery, Query()], caller: Reader) -> Page[DayTurnover]:
        registers = doors.visible(caller, query.register_id)
        rows = await doors.views.turnover(
            Filter(registers, query.first, query.last), query.limit + 1, _after(query.cursor)
        )
        shown = [DayTurnover(**row) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        return page(shown, encode_cursor(shown[-1].date.isoformat(), shown[-1].register_id) if more else None)

    return router


def _after(cursor: str | None) -> tuple[date, str] | None:
    if cursor is None:
        return None
    day, register = decode_cursor(cursor, str, str)
    try:
        return date.fromisoformat(str(day)), str(register)
    except ValueError as error:
        words = Words("Возьмите cursor из next_cursor.", "Take the cursor from next_cursor.")
        raise WRONG_CURSOR(words) from error
