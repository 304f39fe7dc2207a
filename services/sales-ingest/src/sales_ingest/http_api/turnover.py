"""Turnover by day."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sales_ingest.http_api.doors import BASE, Doors, Reader, check_period
from sales_ingest.ports.views import Filter
from smena.http.day import Day
from smena.http.models import ApiModel, MoneyText
from smena.http.paging import Page, page


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


class DayTurnover(ApiModel):
    """A register's day; ``net`` = sales − annulments − refunds."""

    register_id: str = Field(alias="register")
    date: date
    sales: CountAndSum
    refunds: CountAndSum
    annulments: CountAndSum
    payments: list[PaymentTurnover]
    net: MoneyText


class TurnoverQuery(BaseModel):
    """A register by its id, inclusive business dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_period(self.first, self.last)
        return self


def turnover_router(doors: Doors) -> APIRouter:
    """``GET /turnover``."""
    router = APIRouter(prefix=f"{BASE}/turnover", tags=["turnover"])

    @router.get("", summary="Turnover by day and register, newest first")
    async def read_turnover(query: Annotated[TurnoverQuery, Query()], caller: Reader) -> Page[DayTurnover]:
        registers = doors.visible(caller, query.register_id)
        rows = await doors.views.turnover(Filter(registers, query.first, query.last))
        return page([DayTurnover(**row) for row in rows], None)

    return router
