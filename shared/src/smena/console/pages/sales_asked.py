"""Which period and which registers the windows of «Загрузка продаж» are asked for, and links that keep them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from smena.console.api import ApiProblemError
from smena.console.page import ROOT, ZONE, Page
from smena.console.words import say

REGISTERS_MAX = 500
WRITE = "sales:write"
UNAUTHORIZED = 401
NOT_A_DATE = say("Дата написана неверно. Выберите день, как 31.01.2026.")
WRONG_ORDER = say("Начало периода позже его конца. Поменяйте даты местами.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period (inclusive business dates) and one register or, where empty, all; ``problem`` in the person's words."""

    first: str
    last: str
    register: str
    registers: tuple[Mapping[str, Any], ...] = field(default=())
    problem: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The period as parameters of an address or of the API."""
        told = {"from": self.first, "to": self.last, "register": self.register}
        return {name: value for name, value in told.items() if value}

    @property
    def body(self) -> dict[str, Any]:
        """The period as the API's runs take it."""
        return {"registers": [self.register] if self.register else "all", "from": self.first, "to": self.last}

    def link(self, path: str, **extra: Any) -> str:
        """The address of a window for the same period."""
        told = self.query | {name: str(value) for name, value in extra.items() if value not in {None, ""}}
        return f"{ROOT}{path}?{urlencode(told)}"

    @property
    def organization(self) -> str:
        """The register's organisation; empty for all."""
        return next((str(one["organization"]) for one in self.registers if one["id"] == self.register), "")


async def asked_of(page: Page) -> Asked:
    """What the address or the form asks for; without a period the month of the newest document."""
    registers = await page.api.every_row("/sales/v1/registers", at_most=REGISTERS_MAX)
    given = page.field if page.request.method == "POST" else page.query
    first, last = _usual([str(one["last_document_at"]) for one in registers if one["last_document_at"]])
    told_first, told_last = given("from").strip(), given("to").strip()
    problem = ""
    if not (_is_day(told_first) and _is_day(told_last)):
        problem = page.translate(NOT_A_DATE)
    elif told_first or told_last:
        first, last = told_first or told_last, told_last or told_first
        problem = page.translate(WRONG_ORDER) if first > last else ""
    return Asked(first, last, given("register"), tuple(registers), problem)


def identity(page: Page, name: str) -> str:
    """An id in the path.

    Raises:
        ApiProblemError: it is none.
    """
    try:
        return str(UUID(page.part(name)))
    except ValueError:
        words = page.translate("Такой страницы нет. Проверьте адрес.")
        raise ApiProblemError(404, {"title": page.translate("Не найдено"), "detail": words}) from None


def told(problem: ApiProblemError) -> str:
    """A refusal as it is read beside a form; one that ends the session goes on to the sign-in.

    Raises:
        ApiProblemError: the session is over.
    """
    if problem.status == UNAUTHORIZED:
        raise problem
    return problem.words


def following(page: Page, cursor: str | None) -> str:
    """The same window's next rows; empty when there are none."""
    if cursor is None:
        return ""
    kept = {name: value for name, value in page.request.query_params.items() if name != "cursor" and value}
    return f"?{urlencode({**kept, 'cursor': cursor})}"


def _is_day(text: str) -> bool:
    try:
        return text == "" or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _usual(last_documents: list[str]) -> tuple[str, str]:
    today = datetime.now(ZoneInfo(ZONE)).date()
    newest = max(
        (datetime.fromisoformat(one).astimezone(ZoneInfo(ZONE)).date() for one in last_documents), default=today
    )
    last = today if (newest.year, newest.month) == (today.year, today.month) else newest
    return last.replace(day=1).isoformat(), last.isoformat()
