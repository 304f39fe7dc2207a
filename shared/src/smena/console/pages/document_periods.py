"""Пересчитать и отменить период: what would happen first, then the same for good, with progress."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.ledger_words import term_of
from smena.console.page import Page
from smena.console.pages.asking import UNAUTHORIZED, registers, words_of_problem
from smena.console.words import say

WRITE = "ledger:write"
ENDED = frozenset({"succeeded", "failed", "cancelled"})
KINDS = {"replays": say("Пересчёт периода"), "rollbacks": say("Отмена периода")}
PERIOD = ("from", "to", "register")


async def ask(page: Page) -> Response:
    """The form."""
    return await _form(page, {name: page.query(name) for name in PERIOD})


async def start(page: Page) -> Response:
    """Start a run: a dry one from the form, one that writes from the window that shows the dry one's result."""
    kind, asked = page.part("kind"), {name: page.field(name) for name in PERIOD}
    dry_run = page.field("for_good") != "yes"
    if kind not in KINDS:
        return page.go("/documents/period")
    body: dict[str, Any] = {
        "registers": [asked["register"]] if asked["register"] else "all",
        "from": asked["from"],
        "to": asked["to"],
        "dry_run": dry_run,
    }
    if kind == "rollbacks":
        body["reason"] = page.field("reason")
    try:
        run = await page.api.post(f"/ledger/v1/{kind}", body, once=page.once)
    except ApiProblemError as problem:
        if problem.status == UNAUTHORIZED:
            raise
        return await _form(page, asked, problem=words_of_problem(page, problem), reason=page.field("reason"))
    return page.go(f"/documents/period/{kind}/{run['id']}", query={**asked, "reason": page.field("reason")})


async def show(page: Page) -> Response:
    """A run: its progress while it lasts, then its outcome."""
    kind, number = page.part("kind"), page.part("run")
    if kind not in KINDS:
        return page.go("/documents/period")
    run = await page.api.get(f"/ledger/v1/{kind}/{number}")
    result: Mapping[str, Any] = run["result"] or {}
    return page.render(
        "document_period_run.html",
        kind=kind,
        title=KINDS[kind],
        run=run,
        ended=run["state"] in ENDED,
        result=result,
        steps=result.get("outcomes") or result.get("plan") or [],
        asked={name: page.query(name) for name in PERIOD},
        reason=page.query("reason"),
        here=f"/console/documents/period/{kind}/{number}?{page.request.url.query}",
        may_write=page.person.may(WRITE),
        term_of=term_of,
    )


async def _form(page: Page, asked: Mapping[str, str], *, problem: str = "", reason: str = "") -> Response:
    return page.render(
        "document_period.html",
        status=422 if problem else 200,
        asked=asked,
        problem=problem,
        reason=reason,
        registers=await registers(page),
        may_write=page.person.may(WRITE),
    )


WINDOWS = (
    ("GET", "/documents/period", ask),
    ("POST", "/documents/period/{kind:str}", start),
    ("GET", "/documents/period/{kind:str}/{run:uuid}", show),
)
