"""What the routes are given, and what a caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ledger.domain.stored import StoredDocument
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.decide_document import Deciding
from ledger.use_cases.reconcile_shifts import Comparing
from smena.audit.chain import NOBODYS
from smena.config.model import SmenaConfig
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.http.auth import Principal, require
from smena.http.day import Day
from smena.http.field_names import FreeFieldNames
from smena.http.models import ApiModel
from smena.http.paging import PageQuery
from smena.http.problems import Words, WrongValueError, declare
from smena.http.standard_problems import not_found
from smena.runs.store import RunStore

BASE = "/ledger/v1"
REASON_LENGTH_MAX = 1000
REGISTERS_MAX = 1000
PERIOD_DAYS_MAX = 400
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""A period beyond is a slip of the pen, and leaves no room for what is read around it."""

ORGANIZATION_NEEDED = declare("organization-needed", 422, ru="Укажите организацию", en="Name the organisation")
UNKNOWN_REGISTER = declare("unknown-register", 422, ru="Нет такой кассы", en="No such register")

Reader = Annotated[Principal, Depends(require("ledger:read"))]
Writer = Annotated[Principal, Depends(require("ledger:write"))]
RegisterId = Annotated[str, Field(min_length=1, max_length=40)]
ReasonText = Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the routes need."""

    config: SmenaConfig
    new_work: NewWork
    comparing: Comparing
    deciding: Deciding
    database: Database
    runs: RunStore
    notifications: Notifications

    def organizations(self, caller: Principal) -> list[str]:
        """The organisations the caller may see."""
        return [one.id for one in self.config.organizations if caller.sees(one.id)]

    def chains(self, caller: Principal) -> list[str]:
        """The organisations whose audit the caller may read; who sees all of them, also what concerns none."""
        return [*self.organizations(caller), *([NOBODYS] if self.sees_all(caller) else [])]

    def sees_all(self, caller: Principal) -> bool:
        """Whether the caller may see every organisation, and so what concerns none of them."""
        return all(caller.sees(one.id) for one in self.config.organizations)

    def organization(self, caller: Principal, asked: str | None) -> str:
        """The organisation a request is about: the named one, else the only one the caller sees.

        Raises:
            Problem: 404 for another's, 422 when several would do.
        """
        seen = self.organizations(caller)
        if asked is not None and asked not in seen:
            raise not_found("Организация", "The organisation")
        if asked is None and len(seen) != 1:
            raise ORGANIZATION_NEEDED(
                Words(
                    "Токен видит не одну организацию: добавьте параметр organization.",
                    "The token does not see exactly one organisation: add the parameter organization.",
                ),
                organizations=seen,
            )
        return asked or seen[0]

    def registers(self, caller: Principal, wanted: Sequence[str] | str | None) -> list[str]:
        """The registers named, or all the caller may see; another organisation's is as unknown as none.

        Raises:
            Problem: 422 naming those that are not there.
        """
        seen = [one.id for one in self.config.registers if caller.sees(self.config.organization_of(one.id).id)]
        if wanted is None or isinstance(wanted, str):
            return seen
        if unknown := [one for one in wanted if one not in seen]:
            raise UNKNOWN_REGISTER(
                Words(
                    f"В smena.toml нет касс: {', '.join(unknown)}. Проверьте registers.",
                    f"smena.toml has no registers {', '.join(unknown)} you may see. Check registers.",
                ),
                registers=unknown,
            )
        return list(dict.fromkeys(wanted))

    async def document(self, caller: Principal, document_id: UUID) -> StoredDocument:
        """A document the caller may see.

        Raises:
            Problem: 404.
        """
        async with self.new_work() as work:
            stored = await work.documents.get(document_id)
        if stored is None or not caller.sees(stored.document.organization):
            raise not_found("Документ", "The document")
        return stored


class Period(BaseModel, metaclass=FreeFieldNames):
    """A period by inclusive business dates, optionally of one register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    register_id: Annotated[RegisterId | None, Field(alias="register")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_period(self.first, self.last)
        return self


class PeriodQuery(Period, PageQuery):
    """A page of such a period."""


class PeriodBody(ApiModel):
    """Registers and inclusive business dates."""

    registers: Annotated[list[RegisterId], Field(min_length=1, max_length=REGISTERS_MAX)] | Literal["all"]
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    dry_run: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_period(self.first, self.last)
        return self


class ReasonBody(ApiModel):
    """Why a person decides so."""

    reason: ReasonText


def _check_period(first: date, last: date) -> None:
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
