"""Запомненные правила: which lines are filled by themselves, with what, by whose word; and forgetting one."""

import re

from starlette.responses import Response

from smena.console.api import ApiProblemError, Query
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, asked_of, following, told

RULES_ON_A_PAGE = 50
RULE_ID = re.compile(r"[a-z0-9-]{1,40}:[0-9a-f]{24}")
SEARCH_LENGTH_MAX = 200


async def show(page: Page) -> Response:
    """The list."""
    return await _listed(page)


async def _listed(page: Page, problem: str = "", status: int = 200) -> Response:
    asked = await asked_of(page)
    search = page.query("q").strip()[:SEARCH_LENGTH_MAX]
    wanted: Query = {
        "register": asked.register, "q": search, "limit": RULES_ON_A_PAGE, "cursor": page.query("cursor"),
    }  # fmt: skip
    found = await page.api.get("/sales/v1/rules", wanted)
    return page.render(
        "sales_rules.html",
        status=status,
        asked=asked,
        problem=problem,
        search=search,
        may_write=page.person.may(WRITE),
        rules=found["data"],
        told_rule=page.field("rule"),
        told_reason=page.field("reason"),
        further_link=following(page, found["next_cursor"]),
    )


async def forget(page: Page) -> Response:
    """Забыть правило."""
    asked = await asked_of(page)
    rule = page.field("rule")
    if not RULE_ID.fullmatch(rule):
        return await _listed(page, page.translate("Такого правила нет. Выберите его в списке."), 422)
    why: Query = {"reason": page.field("reason"), "keep_lines": bool(page.field("keep_lines"))}
    try:
        found = await page.api.delete(f"/sales/v1/rules/{rule}", why)
    except ApiProblemError as refusal:
        return await _listed(page, told(refusal), refusal.status)
    if not found["forgotten"]:
        return page.go("/sales/empty/rules", news=page.translate("Это правило уже забыто."), query=asked.query)
    news = page.translate(
        "Правило забыто. Строк опустело: {emptied}, нашли другую номенклатуру: {decided}, остались как есть: {kept}."
    )
    return page.go("/sales/empty/rules", news=news.format(**found), query=asked.query)


WINDOWS = (
    ("GET", "/sales/empty/rules", show),
    ("POST", "/sales/empty/rules", forget),
)
