"""The month-end checklist: what is left to do before a month may be closed in 1C."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page
from smena.console.pages.sales_asked import asked_of, told
from smena.console.sales_words import point_word

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


async def show(page: Page) -> Response:
    """The checklist."""
    asked = await asked_of(page)
    month, problem, found = page.query("month", asked.last[:7]), "", None
    if not MONTH.fullmatch(month):
        month, problem = "", page.translate("Месяц написан неверно. Пример: 2026-01.")
    else:
        try:
            found = await page.api.get("/sales/v1/month-end", {"month": month, "register": asked.register})
        except ApiProblemError as refusal:
            problem = told(refusal)
    return page.render(
        "sales_month.html",
        status=422 if problem else 200,
        asked=asked,
        month=month,
        problem=problem,
        found=found,
        point_word=point_word,
        ranges=ranges,
    )


def ranges(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Days that follow each other at one register for one reason as one row, from ``date`` to ``last``."""
    found: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda one: (one["register"] or "", one["date"] or "")):
        before = found[-1] if found else None
        if before and _follows(before, row):
            before["last"] = row["date"]
        else:
            found.append({**row, "last": row["date"]})
    return sorted(found, key=lambda one: (one["date"] or "", one["register"] or ""))


def _follows(before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    alike = all(before[name] == row[name] for name in ("register", "detail", "shift", "receipt", "amount"))
    if not (alike and before["last"] and row["date"]):
        return False
    return date.fromisoformat(before["last"]) + timedelta(days=1) == date.fromisoformat(row["date"])


WINDOWS = (("GET", "/sales/month", show),)
