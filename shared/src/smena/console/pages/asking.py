"""What several windows ask for: the registers to choose from, and a part of a window whose service may be away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from smena.console.api import UNREACHABLE, ApiProblemError, Query
from smena.console.page import Page

REGISTERS_MAX = 500
"""More are not offered to choose from; the address takes any."""
UNAUTHORIZED = 401


@dataclass
class Part:
    """The rows of one list, the link to the next ones, or why there are none."""

    rows: list[Any] = field(default_factory=list)
    cursor: str | None = None
    problem: str = ""
    whole: Mapping[str, Any] = field(default_factory=dict)


async def part(page: Page, path: str, query: Query | None = None) -> Part:
    """A page of a list; a refusal or a service that is away is told in its place and stops nothing else."""
    try:
        found = await page.api.get(path, query)
    except ApiProblemError as problem:
        if problem.status == UNAUTHORIZED:
            raise
        return Part(problem=words_of_problem(page, problem))
    return Part(found["data"], found.get("next_cursor"), "", found)


async def registers(page: Page) -> list[str]:
    """The registers to choose from, as far as a service that may be asked knows them."""
    for path in ("/catalog/v1/registers", "/sales/v1/registers"):
        try:
            return sorted(one["id"] for one in await page.api.every_row(path, at_most=REGISTERS_MAX))
        except ApiProblemError as problem:
            if problem.status == UNAUTHORIZED:
                raise
    return []


def words_of_problem(page: Page, problem: ApiProblemError) -> str:
    """A problem as it is read beside a form."""
    if problem.body.get("type") == UNREACHABLE:
        return page.translate("Служба не отвечает. Ничего не потеряно: повторите через минуту.")
    return problem.words


def following(query: Mapping[str, str | int | bool | None], cursor: str | None) -> str:
    """The address of the next rows of the same list; empty when there are none."""
    if cursor is None:
        return ""
    return f"?{urlencode({**{name: value for name, value in query.items() if value}, 'cursor': cursor})}"
