"""The month-end checklist."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import WithJsonSchema

from sales_ingest.domain.month_end import Point, PointName, month_days
from sales_ingest.http_api.doors import BASE, Doors, Reader
from sales_ingest.use_cases.check_month import check_month
from smena.http.models import ApiModel, MoneyText
from smena.http.problems import WrongValueError

_MONTH = re.compile(r"20[0-9]{2}-[0-9]{2}")

POINT_TITLES = {
    PointName.SHIFTS_NOT_FINAL: "Смены не закрыты в учёте",
    PointName.DAYS_NOT_FINAL: "Дни не закрыты",
    PointName.TURNOVER_BY_VAT_RATE: "Выручка по ставкам НДС",
    PointName.DEFAULT_ITEMS: "Под номенклатурой по умолчанию",
    PointName.ACCEPTED_DIFFERENCES: "Принятые расхождения",
    PointName.REFUNDS_OF_EARLIER_MONTHS: "Возвраты продаж прошлых месяцев",
    PointName.NOT_AT_LIST_PRICE: "Продано не по установленной цене",
}


def _first_of_month(value: object) -> date:
    """The first day of the month that is meant."""
    try:
        if isinstance(value, str) and _MONTH.fullmatch(value):
            return date.fromisoformat(f"{value}-01")
    except ValueError:
        pass
    raise WrongValueError("нужен месяц, как 2026-01", "a month is expected, as 2026-01")


Month = Annotated[
    date,
    BeforeValidator(_first_of_month),
    WithJsonSchema({"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}$", "examples": ["2026-01"]}),
]


class MonthQuery(BaseModel):
    """A month, and one register or all the caller may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    month: Month
    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None


class PointRowBody(ApiModel):
    """One thing to go to: a shift, a day, a receipt line, a receipt, a VAT rate."""

    id: str
    register_id: str | None = Field(alias="register")
    date: date | None
    shift: UUID | None
    receipt: UUID | None
    detail: str
    amount: MoneyText | None


class PointBody(ApiModel):
    """One point; ``count`` and ``amount`` are of all, ``rows`` the first of them, ``more`` when there are others."""

    name: PointName
    title: str
    done: bool
    count: int
    amount: MoneyText | None
    rows: list[PointRowBody]
    more: bool


class VatBody(ApiModel):
    """Revenue of one VAT rate; ``net`` = sales − refunds."""

    vat_rate: str
    sales: MoneyText
    refunds: MoneyText
    net: MoneyText


class MonthEndBody(ApiModel):
    """The checklist of a month; ``done`` when nothing of it waits for a person."""

    month: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    registers: list[str]
    done: bool
    points: list[PointBody]
    turnover: list[VatBody]


def month_end_router(doors: Doors) -> APIRouter:
    """``GET /month-end``."""
    router = APIRouter(prefix=f"{BASE}/month-end", tags=["days"])

    @router.get("", summary="The month-end checklist, point by point")
    async def read_month_end(query: Annotated[MonthQuery, Query()], caller: Reader) -> MonthEndBody:
        names = sorted(doors.visible(caller, query.register_id))
        found = await check_month(
            query.month, names, doors.registers, doors.months, now=doors.clock.now(), open_work=doors.open_work
        )
        days = month_days(query.month)
        return MonthEndBody(
            month=f"{query.month:%Y-%m}",
            **{"from": days[0], "to": days[-1]},
            registers=names,
            done=found.done,
            points=[_point(one) for one in found.points],
            turnover=[
                VatBody(vat_rate=one.vat_rate, sales=one.sales, refunds=one.refunds, net=one.net)
                for one in found.turnover
            ],
        )

    return router


def _point(point: Point) -> PointBody:
    return PointBody(
        name=point.name,
        title=POINT_TITLES[point.name],
        done=point.done,
        count=point.count,
        amount=point.amount,
        rows=[
            PointRowBody(
                id=one.id,
                register=one.register,
                date=one.day,
                shift=one.shift,
                receipt=one.receipt,
                detail=one.detail,
                amount=one.amount,
            )
            for one in point.rows
        ],
        more=point.count > len(point.rows),
    )
