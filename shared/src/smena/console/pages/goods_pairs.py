"""Сопоставить: pairs proposed for what is left, decided by a person one by one, several or all at once."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError, Query
from smena.console.page import Page

PROPOSALS_SHOWN = 100
ALL_UNIQUE = "all-unique"


async def show(page: Page) -> Response:
    """Proposals by article and by name."""
    return await drawn(page, page.query("cursor"))


async def drawn(page: Page, cursor: str, *, words: Sequence[str] = (), status: int = 200) -> Response:
    """The window, with what could not be decided."""
    diff = await page.api.get(f"/catalog/v1/diffs/{page.part('diff')}")
    proposals: dict[str, Any] = {"data": [], "next_cursor": None, "counts": {"unique": 0, "several": 0}}
    if diff["state"] == "ready":
        query: Query = {"limit": PROPOSALS_SHOWN, "cursor": cursor}
        proposals = await page.api.post(f"/catalog/v1/diffs/{diff['id']}/proposals", {}, query=query)
    return page.render("goods_pairs.html", status=status, diff=diff, proposals=proposals, cursor=cursor, words=words)


async def decide(page: Page) -> Response:
    """Take the decisions together, or none of them."""
    diff = page.part("diff")
    pairs = [pair.partition("|") for pair in page.fields("pair") if pair]
    everything = page.field("accept") == ALL_UNIQUE
    back = page.field("back") == "rows"
    if not everything and not pairs:
        return page.go(f"/goods/diffs/{diff}/pairs", page.translate("Отметьте пары, которые верны."))
    body: object = (
        {"accept": ALL_UNIQUE}
        if everything
        else [{"row": row, "counterpart": other or None} for row, _, other in pairs]
    )
    try:
        done = await page.api.post(f"/catalog/v1/diffs/{diff}/matches", body, once=page.once)
    except ApiProblemError as problem:
        if problem.status not in {409, 422}:
            raise
        return await drawn(
            page, page.field("cursor"), words=[problem.words, *_named(page, problem)], status=problem.status
        )
    told = page.translate("Сопоставлено: {matched}. Снято связей: {taken_back}.")
    news = told.format(matched=done["matched"], taken_back=done["taken_back"])
    if back:
        return page.go(f"/goods/diffs/{diff}", news, {name: page.field(name) for name in ("status", "q", "cursor")})
    return page.go(f"/goods/diffs/{diff}/pairs", news)


def _named(page: Page, problem: ApiProblemError) -> list[str]:
    """Each decision that was refused, with its reason."""
    codes = {
        "counterpart-bound": page.translate("этот товар уже связан с другим"),
        "unknown-counterpart": page.translate("такого товара на другой стороне нет"),
        "counterpart-repeated": page.translate("один товар выбран для двух строк"),
        "row-repeated": page.translate("строка отмечена дважды"),
        "unknown-row": page.translate("такой строки больше нет"),
        "being-applied": page.translate("строка сейчас записывается"),
    }
    row = page.translate("Строка")
    found = []
    for one in problem.body.get("rows", ()):
        held = f" ({one['bound_to']})" if one.get("bound_to") else ""
        found.append(f"{row} {one['row']}: {codes.get(one['code'], one['code'])}{held}")
    return found


WINDOWS = (
    ("GET", "/goods/diffs/{diff:uuid}/pairs", show),
    ("POST", "/goods/diffs/{diff:uuid}/pairs", decide),
)
