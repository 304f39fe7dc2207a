"""Заполнить пустую номенклатуру: lines without an item, the search for one, and what shall be filled with it."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError, Query
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, Asked, asked_of, following, told
from smena.console.pages.yesterday import kopecks

GROUPS_ON_A_PAGE = 100
GROUPS_MAX = 500
RECEIPTS_ON_A_PAGE = 50
ITEMS_SHOWN_MAX = 50
REFUSED_NAMED_MAX = 5
REFUSED_NAME_LENGTH = 60
"""A sentence to read goes with a cookie, which is short."""
SEARCH_LENGTH_MAX = 200
LINE_ID = re.compile(r"[0-9a-f-]{36}:[0-9]{1,6}")
GROUP_ID = re.compile(r"[0-9a-f]{24}")


async def show(page: Page) -> Response:
    """Groups of lines that carry the same, or the lines one by one."""
    asked = await asked_of(page)
    problem, by_line = asked.problem, page.query("by") == "lines"
    found: Mapping[str, Any] = {"data": [], "next_cursor": None}
    if not problem:
        try:
            found = await _found(page, asked, by_line=by_line)
        except ApiProblemError as refusal:
            problem = told(refusal)
    return page.render(
        "sales_empty.html",
        asked=asked,
        problem=problem,
        may_write=page.person.may(WRITE),
        by_line=by_line,
        rows=found["data"],
        whole=sum(kopecks(row["amount"]) for row in found["data"]) if not by_line else 0,
        further_link=following(page, found["next_cursor"]),
    )


async def _found(page: Page, asked: Asked, *, by_line: bool) -> Any:
    cursor = page.query("cursor")
    if by_line:
        query: Query = {**asked.query, "unresolved": "true", "limit": RECEIPTS_ON_A_PAGE, "cursor": cursor}
        return await page.api.get("/sales/v1/receipts", query)
    groups: Query = {**asked.query, "limit": GROUPS_ON_A_PAGE, "cursor": cursor}
    return await page.api.get("/sales/v1/unresolved", groups)


async def choose(page: Page) -> Response:
    """Search the item for what was picked."""
    return await _choosing(page, page.request.query_params.getlist("line"), page.query("group"))


async def _choosing(page: Page, lines: list[str], group: str, problem: str = "", status: int = 200) -> Response:
    asked = await asked_of(page)
    lines = [one for one in lines if LINE_ID.fullmatch(one)]
    group = group if GROUP_ID.fullmatch(group) else ""
    picked = await _picked(page, asked, group)
    query = page.query if page.request.method == "GET" else page.field
    search = query("q", str(picked["name"]) if picked else "").strip()[:SEARCH_LENGTH_MAX]
    items, search_problem = await _items(page, asked, search)
    if not (lines or group or asked.register):
        problem = problem or page.translate("Выберите кассу, группу или строки: заполнять пока нечего.")
    return page.render(
        "sales_fill.html",
        status=status,
        asked=asked,
        problem=problem or search_problem or asked.problem,
        may_write=page.person.may(WRITE),
        lines=lines,
        group=group,
        picked=picked,
        search=search,
        items=items,
        items_max=ITEMS_SHOWN_MAX,
        chosen=page.field("item"),
        remember=page.field("remember"),
        possible=bool(lines or group or asked.register),
    )


async def _picked(page: Page, asked: Asked, group: str) -> Mapping[str, Any] | None:
    """The group that was picked, as the list shows it."""
    if not group:
        return None
    rows = await page.api.every_row("/sales/v1/unresolved", asked.query, at_most=GROUPS_MAX)
    return next((row for row in rows if row["group"] == group), None)


async def _items(page: Page, asked: Asked, search: str) -> tuple[list[dict[str, Any]], str]:
    if not search:
        return [], ""
    wanted: Query = {"q": search, "limit": ITEMS_SHOWN_MAX, "organization": asked.organization}
    try:
        return await page.api.rows("/catalog/v1/items", wanted), ""
    except ApiProblemError as refusal:
        return [], told(refusal)


async def fill(page: Page) -> Response:
    """Fill what was picked with the item."""
    asked = await asked_of(page)
    lines, group, item = page.fields("line"), page.field("group"), page.field("item")
    if not item:
        return await _choosing(page, lines, group, page.translate("Выберите номенклатуру в списке."), 422)
    body = {"item_ref": item, "scope": _scope(asked, lines, group), "remember": bool(page.field("remember"))}
    try:
        filled = await page.api.post("/sales/v1/resolutions", body, once=page.once)
    except ApiProblemError as refusal:
        return await _choosing(page, lines, group, told(refusal), refusal.status)
    told_lines = page.translate("Заполнено строк: {lines}, смен: {shifts}. Запомнено правил: {remembered}.")
    news = told_lines.format(lines=filled["lines"] + filled["by_rule"], **_counts(filled))
    if filled["refused"]:
        named = "; ".join(str(one["name"])[:REFUSED_NAME_LENGTH] for one in filled["refused"][:REFUSED_NAMED_MAX])
        news += " " + page.translate("Сертификаты и авансы номенклатуры не требуют и не заполнены: {named}.").format(
            named=named
        )
    return page.go("/sales/empty", news=news, query=asked.query)


def _counts(filled: Mapping[str, Any]) -> dict[str, Any]:
    return {"shifts": filled["shifts"], "remembered": filled["remembered"]}


def _scope(asked: Asked, lines: list[str], group: str) -> dict[str, Any]:
    if lines:
        return {"lines": lines}
    return {"group": group} if group else {"register": asked.register, "from": asked.first, "to": asked.last}


WINDOWS = (
    ("GET", "/sales/empty", show),
    ("GET", "/sales/empty/fill", choose),
    ("POST", "/sales/empty/fill", fill),
)
