"""The month-end checklist: what is left to do before a month may be closed in 1C."""

import re

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
    )


WINDOWS = (("GET", "/sales/month", show),)
