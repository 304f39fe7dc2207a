"""Не распознано: documents of a cabinet that could not be understood, with their text, and reading one again."""

from starlette.responses import Response

from smena.console.api import Query
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, asked_of, following, identity

ENTRIES_ON_A_PAGE = 50


async def show(page: Page) -> Response:
    """The list."""
    asked = await asked_of(page)
    wanted: Query = {"register": asked.register, "limit": ENTRIES_ON_A_PAGE, "cursor": page.query("cursor")}
    found = await page.api.get("/sales/v1/quarantine", wanted)
    return page.render(
        "sales_quarantine.html",
        asked=asked,
        may_write=page.person.may(WRITE),
        entries=found["data"],
        further_link=following(page, found["next_cursor"]),
    )


async def retry(page: Page) -> Response:
    """Повторить разбор."""
    run = await page.api.post(f"/sales/v1/quarantine/{identity(page, 'entry')}/retry", once=page.once)
    return page.go(f"/sales/pulls/{run['id']}", query=(await asked_of(page)).query)


WINDOWS = (("GET", "/sales/quarantine", show), ("POST", "/sales/quarantine/{entry}/retry", retry))
