"""A diff of two catalogues: what differs, field by field, and «Выгрузить» or «Загрузить» exactly that."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page
from smena.console.pages.goods_rows import shown_row

ROWS_SHOWN = 50
STATUSES = ("missing", "differs", "identical", "ambiguous", "invalid")
WRITTEN = ("missing", "differs")
NO_PRICE = {"source": "", "price_type": ""}
OUTDATED = "diff-outdated"
AFTER_SHIFT = "after-shift"


async def show(page: Page) -> Response:
    """The diff as it stands: still computing, failed, or its rows."""
    return await drawn(page, page.query)


async def drawn(page: Page, given: Any, *, problem: ApiProblemError | None = None) -> Response:
    """The window; ``given`` reads filters from the address or from the form that could not be done."""
    diff = await page.api.get(f"/catalog/v1/diffs/{page.part('diff')}")
    rows: Mapping[str, Any] = {"data": [], "next_cursor": None}
    status, search, cursor = given("status"), given("q"), given("cursor")
    if status not in STATUSES:
        status = ""
    if diff["state"] == "ready":
        query = {"status": status, "q": search[:200], "cursor": cursor, "limit": ROWS_SHOWN}
        rows = await page.api.get(f"/catalog/v1/diffs/{diff['id']}/rows", query)
    return page.render(
        "goods_diff.html",
        status=problem.status if problem else 200,
        diff=diff,
        rows=[shown_row(row, page.language, page.translate) for row in rows["data"]],
        next_cursor=rows["next_cursor"],
        statuses=STATUSES,
        status_shown=status,
        search=search,
        cursor=cursor,
        exporting=diff["direction"] == "export",
        written=sum(diff["counts"][one] for one in WRITTEN) if diff["counts"] else 0,
        purchase=diff["prices"]["purchase"] or NO_PRICE,
        retail=diff["prices"]["retail"] or NO_PRICE,
        problem=problem,
        outdated=problem is not None and problem.name == OUTDATED,
    )


async def apply(page: Page) -> Response:
    """Write exactly what was shown; a second press finds the same run."""
    take = page.field("take")
    chosen: object = "all"
    if take in STATUSES:
        chosen = {"status": [take]}
    elif take == "chosen":
        chosen = page.fields("row")
        if not chosen:
            return page.go(_here(page), page.translate("Отметьте строки, которые надо записать."), _filters(page))
    when = AFTER_SHIFT if page.field("when") == AFTER_SHIFT else "now"
    route = "file" if page.field("route") == "file" else "call"
    body = {"rows": chosen, "when": when, "route": route}
    try:
        run = await page.api.post(f"/catalog/v1/diffs/{page.part('diff')}/apply", body, once=page.once)
    except ApiProblemError as problem:
        if problem.status not in {409, 422, 502, 503}:
            raise
        return await drawn(page, page.field, problem=problem)
    return page.go(f"{_here(page)}/runs/{run['id']}", query={"when": when if when == AFTER_SHIFT else ""})


def _here(page: Page) -> str:
    return f"/goods/diffs/{page.part('diff')}"


def _filters(page: Page) -> dict[str, str]:
    return {name: page.field(name) for name in ("status", "q", "cursor")}


WINDOWS = (
    ("GET", "/goods/diffs/{diff:uuid}", show),
    ("POST", "/goods/diffs/{diff:uuid}/apply", apply),
)
