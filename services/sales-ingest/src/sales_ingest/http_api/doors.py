"""What the routes are given, and what a caller may see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sales_ingest.domain.registers import Registers, RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.ports.month_views import MonthViews
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.ports.views import After, Filter, SalesViews
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.http.auth import Principal, require
from smena.http.day import Day
from smena.http.field_names import FreeFieldNames
from smena.http.models import ApiModel
from smena.http.paging import PageQuery, decode_cursor, encode_cursor
from smena.http.problems import Words, WrongValueError, declare
from smena.http.standard_problems import WRONG_CURSOR, not_found
from smena.runs.store import RunStore

BASE = "/sales/v1"
REASON_LENGTH_MAX = 1000
REGISTERS_MAX = 1000
PERIOD_DAYS_MAX = 400
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""A period beyond is a slip of the pen, and leaves no room for what is read around it."""

UNKNOWN_REGISTER = declare("unknown-register", 422, ru="Нет такой кассы", en="No such register")

Reader = Annotated[Principal, Depends(require("sales:read"))]
Writer = Annotated[Principal, Depends(require("sales:write"))]
RegisterId = Annotated[str, Field(min_length=1, max_length=40)]
ReasonText = Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the routes need."""

    registers: Registers
    open_work: OpenWork
    clock: Clock
    views: SalesViews
    database: Database
    runs: RunStore
    notifications: Notifications
    months: MonthViews
    cabinet_of: Callable[[str], Cabinet]

    def visible(self, caller: Principal, wanted: str | None = None) -> list[str]:
        """Registers the caller may see: all, or the one asked for."""
        if wanted is not None:
            return [self.named(caller, [wanted])[0].id]
        return [one.id for one in self.registers.values() if caller.sees(one.organization)]

    def named(self, caller: Principal, wanted: Sequence[str]) -> list[RegisterSetup]:
        """The registers of these ids; another organisation's is as unknown as none."""
        unknown = [one for one in wanted if one not in self.registers or not self._sees(caller, one)]
        if unknown:
            raise UNKNOWN_REGISTER(
                Words(
                    f"В smena.toml нет касс: {', '.join(unknown)}. Проверьте registers.",
                    f"smena.toml has no registers {', '.join(unknown)} you may see. Check registers.",
                ),
                registers=unknown,
            )
        return [self.registers[one] for one in dict.fromkeys(wanted)]

    def organizations(self, caller: Principal) -> list[str]:
        """The organisations of the registers whose decisions the caller may read."""
        return sorted({one.organization for one in self.registers.values() if caller.sees(one.organization)})

    async def shift(self, caller: Principal, shift_id: UUID) -> tuple[ShiftRecord, RegisterSetup]:
        """A shift the caller may see, with its register."""
        async with self.open_work() as work:
            shift = await work.shifts.by_id(shift_id)
        if shift is None or shift.register not in self.registers or not caller.sees(shift.organization):
            raise not_found("Смена", "The shift")
        return shift, self.registers[shift.register]

    def _sees(self, caller: Principal, register: str) -> bool:
        return caller.sees(self.registers[register].organization)


class PeriodBody(ApiModel):
    """Registers and inclusive business dates."""

    registers: Annotated[list[RegisterId], Field(min_length=1, max_length=REGISTERS_MAX)] | Literal["all"]
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_period(self.first, self.last)
        return self


class ReasonBody(ApiModel):
    """Why a person decides so."""

    reason: ReasonText


class ListFilter(BaseModel, metaclass=FreeFieldNames):
    """What every list may be narrowed to: a register by its id, inclusive business dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise WrongValueError("from позже, чем to: поменяйте даты местами", "from is after to", field="from")
        return self


class ListQuery(ListFilter, PageQuery):
    """A page of a list with these filters."""


def check_period(first: date, last: date) -> None:
    """Refuse a period that ends before it begins, or is longer than a year and a bit.

    Raises:
        ValueError: with what is wrong.
    """
    if first > last:
        raise WrongValueError("from позже, чем to: поменяйте даты местами", "from is after to", field="from")
    if first < FIRST_DAY or last > LAST_DAY:
        raise WrongValueError(
            "дата слишком далеко: проверьте год",
            "the date is too far off: check the year",
            field="from" if first < FIRST_DAY else "to",
        )
    if (last - first).days >= PERIOD_DAYS_MAX:
        raise WrongValueError(
            f"период не длиннее {PERIOD_DAYS_MAX} дней: запросите по частям",
            f"a period has at most {PERIOD_DAYS_MAX} days",
            field="to",
        )


def asked_registers(doors: Doors, caller: Principal, wanted: Sequence[str] | str) -> list[RegisterSetup]:
    """The registers a body names; ``all`` are those the caller may see."""
    if isinstance(wanted, str):
        return [doors.registers[one] for one in doors.visible(caller)]
    return doors.named(caller, wanted)


def filter_of(doors: Doors, caller: Principal, query: ListFilter, **more: Any) -> Filter:
    """The filter a list asks for, within what the caller may see."""
    return Filter(doors.visible(caller, query.register_id), query.first, query.last, **more)


def next_of(rows: Sequence[Any], limit: int, at: str, tie: str) -> str | None:
    """The cursor of the next page; None on the last one. One row more than asked was read to know."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return encode_cursor(last[at].isoformat(), str(last[tie]))


def after_of(query: PageQuery, *, numeric: bool = False) -> After | None:
    """Where the page before ended."""
    if query.cursor is None:
        return None
    at, tie = decode_cursor(query.cursor, str, str)
    try:
        after = After(datetime.fromisoformat(str(at)), str(tie))
        _ = int(after.tie) if numeric else UUID(after.tie)
    except ValueError as error:
        words = Words("Возьмите cursor из next_cursor.", "Take the cursor from next_cursor.")
        raise WRONG_CURSOR(words) from error
    return after
