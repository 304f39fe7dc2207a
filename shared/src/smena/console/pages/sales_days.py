"""The calendar of days of each register: is the day final, why not, and what a person says of a day off."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, Asked, asked_of, told

DAYS_MAX = 4000
"""A quarter of forty registers; more are asked for by register."""
MARKS = ("closed", "without-register", "working")
WEEK = 7


async def show(page: Page) -> Response:
    """The calendar."""
    return await _shown(page)


async def _shown(page: Page, problem: str = "", status: int = 200) -> Response:
    asked = await asked_of(page)
    problem = problem or asked.problem
    found: list[dict[str, Any]] = []
    if not asked.problem:
        try:
            found = await page.api.every_row("/sales/v1/days", asked.query, at_most=DAYS_MAX)
        except ApiProblemError as refusal:
            problem, status = problem or told(refusal), refusal.status
    return page.render(
        "sales_days.html",
        status=status,
        asked=asked,
        problem=problem,
        may_write=page.person.may(WRITE),
        calendars=_calendars(asked, found),
        cut=len(found) == DAYS_MAX,
        marks=MARKS,
        told={name: page.field(name) or page.query(name) for name in ("mark_register", "date", "state", "reason")},
    )


def _calendars(asked: Asked, found: list[dict[str, Any]]) -> list[tuple[str, list[list[Mapping[str, Any] | None]]]]:
    """Each register's days in weeks from Monday; None where the period has no such day."""
    registers: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for row in found:
        registers[row["register"]][row["date"]] = row
    calendars = []
    for register, days in sorted(registers.items()):
        first, last = date.fromisoformat(asked.first), date.fromisoformat(asked.last)
        monday = first - timedelta(days=first.weekday())
        cells = [monday + timedelta(days=number) for number in range((last - monday).days + 1)]
        cells += [cells[-1] + timedelta(days=number + 1) for number in range(-len(cells) % WEEK)]
        rows = [days.get(cell.isoformat()) for cell in cells]
        calendars.append((register, [rows[at : at + WEEK] for at in range(0, len(rows), WEEK)]))
    return calendars


async def mark(page: Page) -> Response:
    """Say that a day is off, or that the register was away, or take it back."""
    body = {
        "register": page.field("mark_register"),
        "date": page.field("date"),
        "state": page.field("state"),
        "reason": page.field("reason").strip(),
    }
    if not body["reason"]:
        return await _shown(page, page.translate("Напишите причину: её увидит проверяющий."), 422)
    try:
        await page.api.post("/sales/v1/days", body, once=page.once)
    except ApiProblemError as refusal:
        return await _shown(page, told(refusal), refusal.status)
    asked = await asked_of(page)
    return page.go("/sales/days", news=page.translate("День отмечен."), query=asked.query)


WINDOWS = (("GET", "/sales/days", show), ("POST", "/sales/days", mark))
