"""Загрузка продаж: the period, reading the cabinets, turnover by day, receipts, handing shifts to the books."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, Asked, asked_of, following, identity, told
from smena.console.pages.sales_turnover import by_day, chart_of, total_of

RECEIPTS_ON_A_PAGE = 50
TURNOVER_ROWS_MAX = 5000
SHIFTS_MAX = 500
EMPTY_GROUPS_MAX = 500
RECEIPT_KINDS_ASKED = ("sale", "refund", "annulment", "deposit", "withdrawal", "correction", "z-report", "unknown")
REPORT_KINDS = ("retail-report", "retail-refund")
TEXT_FILTERS = ("kind", "cashier", "q")
TICKED_FILTERS = ("unresolved", "not_at_list_price", "free_form")
RUNS = {"pulls": "/sales/v1/pulls", "publications": "/sales/v1/publications"}


async def show(page: Page) -> Response:
    """The window."""
    return await _shown(page, await asked_of(page))


async def _shown(page: Page, asked: Asked, problem: str = "", status: int = 200) -> Response:
    problem = problem or asked.problem
    found = _nothing()
    if not asked.problem:
        try:
            found = await _figures(page, asked)
        except ApiProblemError as refusal:
            problem, status = problem or told(refusal), refusal.status
    days = by_day(found["turnover"])
    return page.render(
        "sales.html",
        status=status,
        asked=asked,
        problem=problem,
        may_write=page.person.may(WRITE),
        days=days,
        whole=total_of(days),
        chart=chart_of(days),
        states=Counter(shift["state"] for shift in found["shifts"]),
        documents={shift["id"]: _reports(shift) for shift in found["shifts"]},
        empty=found["empty"],
        receipts=found["receipts"]["data"],
        further_link=following(page, found["receipts"]["next_cursor"]),
        kinds=RECEIPT_KINDS_ASKED,
        filters={name: page.query(name) for name in (*TEXT_FILTERS, *TICKED_FILTERS)},
    )


def _reports(shift: Mapping[str, Any]) -> list[Any]:
    """The documents that hold a receipt's lines; those of its payments stand on the shift's page."""
    return [document for document in shift["documents"] if document["kind"] in REPORT_KINDS]


async def _figures(page: Page, asked: Asked) -> dict[str, Any]:
    wanted = asked.query | {name: page.query(name).strip() for name in TEXT_FILTERS}
    wanted |= {name: "true" for name in TICKED_FILTERS if page.query(name)}
    wanted |= {"limit": str(RECEIPTS_ON_A_PAGE), "cursor": page.query("cursor")}
    turnover, shifts, receipts, empty = await asyncio.gather(
        page.api.every_row("/sales/v1/turnover", asked.query, at_most=TURNOVER_ROWS_MAX),
        page.api.every_row("/sales/v1/shifts", asked.query, at_most=SHIFTS_MAX),
        page.api.get("/sales/v1/receipts", wanted),
        page.api.every_row("/sales/v1/unresolved", asked.query, at_most=EMPTY_GROUPS_MAX),
    )
    return {"turnover": turnover, "shifts": shifts, "receipts": receipts, "empty": empty}


def _nothing() -> dict[str, Any]:
    return {"turnover": [], "shifts": [], "receipts": {"data": [], "next_cursor": None}, "empty": []}


async def pull(page: Page) -> Response:
    """Обновить: read the period from the cabinets."""
    return await _started(page, "pulls")


async def publish(page: Page) -> Response:
    """Загрузить: hand over what is ready of the period."""
    return await _started(page, "publications")


async def _started(page: Page, name: str) -> Response:
    asked = await asked_of(page)
    if asked.problem:
        return await _shown(page, asked, status=422)
    try:
        run = await page.api.post(RUNS[name], asked.body, once=page.once)
    except ApiProblemError as refusal:
        return await _shown(page, asked, told(refusal), refusal.status)
    return page.go(f"/sales/{name}/{run['id']}", query=asked.query)


async def pulled(page: Page) -> Response:
    """What a reading of the cabinets brought, live while it goes on."""
    return await _run(page, "pulls", "sales_pull.html")


async def published(page: Page) -> Response:
    """What was handed over, and what was not and why, live while it goes on."""
    return await _run(page, "publications", "sales_publication.html")


async def _run(page: Page, name: str, template: str) -> Response:
    run: Mapping[str, Any] = await page.api.get(f"{RUNS[name]}/{identity(page, 'run')}")
    return page.render(
        template,
        asked=await asked_of(page),
        run=run,
        events=f"{RUNS[name]}/{run['id']}",
        running=run["finished_at"] is None,
        error=(run["error"] or {}).get("detail") or (run["error"] or {}).get("title") or "",
    )


WINDOWS = (
    ("GET", "/sales", show),
    ("POST", "/sales/pulls", pull),
    ("POST", "/sales/publications", publish),
    ("GET", "/sales/pulls/{run}", pulled),
    ("GET", "/sales/publications/{run}", published),
)
