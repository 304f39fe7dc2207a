"""Синхронизация товаров: which register, which direction, what to take, where prices come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page

REGISTERS_MAX = 500
GROUPS_MAX = 2000
RECEIPTS_SHOWN = 100
NO_PRICES = "none"
EXPORT, IMPORT = "export", "import"
TAKES = {EXPORT: ("all", "group", "synced", "goods-receipts"), IMPORT: ("all", "group", "synced")}
LINKED_REGISTERS_MAX = 8
"""So many registers stand as links, one click apart; more of them in a list to choose from."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the tree: its whole path, its own name, its depth, and the items in it and below."""

    path: str
    name: str
    depth: int
    items: int


async def show(page: Page) -> Response:
    """Choose what to compare."""
    return await drawn(page, page.query)


async def drawn(page: Page, given: Any, *, words: str = "", status: int = 200) -> Response:
    """The window with what a person chose so far; ``given`` reads it from the address or from the form."""
    registers = await page.api.every_row("/catalog/v1/registers", at_most=REGISTERS_MAX)
    register = _chosen(registers, given("register"))
    direction = given("direction") if given("direction") in TAKES else EXPORT
    take = given("take") if given("take") in TAKES[direction] else "all"
    groups: list[Group] = []
    receipts: Mapping[str, Any] = {"data": [], "next_cursor": None}
    if register is not None and take == "group":
        groups = tree(await _groups(page, register["organization"]))
    if register is not None and take == "goods-receipts":
        receipts, trouble = await _receipts(page, register["organization"], given)
        words = words or trouble
    return page.render(
        "goods.html",
        status=status,
        registers=registers,
        register=register,
        as_links=len(registers) <= LINKED_REGISTERS_MAX,
        direction=direction,
        take=take,
        takes=TAKES[direction],
        groups=groups,
        group=given("group"),
        receipts=receipts,
        documents=frozenset(page.fields("document")),
        period={name: _day(given(name)) for name in ("from", "to", "as_of")},
        given=given,
        words=words,
    )


async def fill(page: Page) -> Response:
    """Заполнить: compute a diff; nothing is written anywhere."""
    try:
        diff = await page.api.post("/catalog/v1/diffs", asked(page), once=page.once)
    except ApiProblemError as problem:
        if problem.status not in {409, 422}:
            raise
        return await drawn(page, page.field, words=problem.words, status=problem.status)
    return page.go(f"/goods/diffs/{diff['id']}")


def asked(page: Page) -> dict[str, Any]:
    """The diff a form asks for; what the form leaves open is the register's default."""
    take = page.field("take", "all")
    selection: dict[str, Any] = {"kind": take}
    if take == "group":
        selection["group"] = page.field("group") or None
    if take == "goods-receipts":
        selection["documents"] = page.fields("document")
    prices: dict[str, Any] = {"as_of": page.field("as_of") or None}
    for which in ("purchase", "retail"):
        source = page.field(f"{which}_source")
        if source and source != NO_PRICES:
            type_named = page.field(f"{which}_type").strip() if source == "price-type" else ""
            prices[which] = {"source": source, "price_type": type_named or None}
    return {
        "register": page.field("register"),
        "direction": page.field("direction", EXPORT),
        "selection": selection,
        "prices": prices,
    }


async def pull(page: Page) -> Response:
    """Обновить из 1С: read items, prices and goods receipts now."""
    body = {"organization": page.field("organization")}
    register = page.field("register")
    try:
        run = await page.api.post("/catalog/v1/erp-pulls", body, once=page.once)
    except ApiProblemError as problem:
        if problem.status not in {409, 422}:
            raise
        return await drawn(page, page.field, words=problem.words, status=problem.status)
    return page.go(f"/goods/pulls/{run['id']}", query={"register": register})


async def show_pull(page: Page) -> Response:
    """How far the reading of 1C is, and what it brought."""
    run = await page.api.get(f"/catalog/v1/erp-pulls/{page.part('pull')}")
    return page.render("goods_pull.html", run=run, register=page.query("register"))


def tree(rows: Sequence[Mapping[str, Any]]) -> list[Group]:
    """Groups in the order of a tree, with the folders that hold only other groups."""
    items: dict[tuple[str, ...], int] = {}
    for row in rows:
        parts = tuple(row["path"].split("/"))
        for depth in range(1, len(parts) + 1):
            items[parts[:depth]] = items.get(parts[:depth], 0) + row["items"]
    return [Group("/".join(parts), parts[-1], len(parts) - 1, items[parts]) for parts in sorted(items)]


def _day(text: str) -> str:
    """A date a browser's field can hold; a wrong one is told of, and asked for anew."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _chosen(registers: Sequence[Mapping[str, Any]], asked_for: str) -> Mapping[str, Any] | None:
    """The register a person named, else the first whose catalogue may be synchronised."""
    named = next((one for one in registers if one["id"] == asked_for), None)
    allowed = next((one for one in registers if one["sync_allowed"]), None)
    return named or allowed or next(iter(registers), None)


async def _groups(page: Page, organization: str) -> list[dict[str, Any]]:
    return await page.api.every_row("/catalog/v1/item-groups", {"organization": organization}, at_most=GROUPS_MAX)


async def _receipts(page: Page, organization: str, given: Any) -> tuple[Mapping[str, Any], str]:
    """A page of goods receipts, and what is wrong with the dates asked for."""
    query = {
        "organization": organization,
        "from": given("from"),
        "to": given("to"),
        "q": given("q"),
        "cursor": given("cursor"),
        "limit": RECEIPTS_SHOWN,
    }
    try:
        return await page.api.get("/catalog/v1/goods-receipts", query), ""
    except ApiProblemError as problem:
        if problem.status != 422:
            raise
        return {"data": [], "next_cursor": None}, problem.words


WINDOWS = (
    ("GET", "/goods", show),
    ("POST", "/goods/diffs", fill),
    ("POST", "/goods/pulls", pull),
    ("GET", "/goods/pulls/{pull:uuid}", show_pull),
)
