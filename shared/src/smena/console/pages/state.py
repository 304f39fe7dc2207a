"""Состояние: cabinets and registers, what waits for somebody, who decided what, and what was told to other systems."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.ledger_words import DELIVERIES, term_of
from smena.console.page import Page
from smena.console.pages.asking import UNAUTHORIZED, Part, following, part, words_of_problem
from smena.console.state_words import PROVENANCE, decision_word, note_word
from smena.console.words import say

ROWS_ON_A_PAGE = 100
COUNTED_MAX = 500
"""A count goes on to here; beyond it is "more than"."""
WRITE = "ledger:write"
AUDIT_FILTERS = ("from", "to", "who", "what", "subject")
WAITING: Sequence[tuple[str, str, dict[str, str], str]] = (
    (say("Ответа 1С нет"), "/ledger/v1/documents", {"state": "unknown"}, "/documents?state=unknown"),
    (say("Изменён в 1С или уже введён"), "/ledger/v1/documents", {"state": "conflict"}, "/documents?state=conflict"),
    (say("Отклонён 1С"), "/ledger/v1/documents", {"state": "rejected"}, "/documents?state=rejected"),
    (say("Ожидает отправки"), "/ledger/v1/documents", {"state": "planned"}, "/documents?state=planned"),
    (say("Не распознано"), "/sales/v1/quarantine", {}, "/sales/quarantine"),
    (say("События, которые не удалось принять"), "/ledger/v1/dead-letters", {}, "/reconciliation/events"),
    (say("Ждут предыдущую версию смены"), "/ledger/v1/waiting-revisions", {}, "/reconciliation/events"),
)


async def show(page: Page) -> Response:
    """What works, what is silent, and what waits."""
    catalogue = await part(page, "/catalog/v1/registers", {"limit": COUNTED_MAX})
    selling = await part(page, "/sales/v1/registers", {"limit": COUNTED_MAX})
    waiting = [
        (title, await part(page, path, {**query, "limit": COUNTED_MAX}), address)
        for title, path, query, address in WAITING
    ]
    return page.render(
        "state.html",
        catalogue=catalogue,
        cabinets=_cabinets(catalogue.rows),
        selling=selling,
        waiting=[(title, found, _count(found), address) for title, found, address in waiting],
        term_of=term_of,
        note_word=note_word,
    )


async def show_audit(page: Page) -> Response:
    """Who decided what, when and why."""
    asked: dict[str, str | int | bool | None] = {name: page.query(name) for name in AUDIT_FILTERS}
    found = await part(page, "/ledger/v1/audit", {**asked, "cursor": page.query("cursor"), "limit": ROWS_ON_A_PAGE})
    return page.render(
        "audit.html",
        found=found,
        asked=asked,
        following=following(asked, found.cursor),
        decision_word=decision_word,
    )


async def show_webhooks(page: Page) -> Response:
    """Subscriptions of other systems."""
    cursor = page.query("cursor")
    found = await part(page, "/ledger/v1/webhooks", {"cursor": cursor, "limit": ROWS_ON_A_PAGE})
    return page.render("webhooks.html", found=found, following=following({}, found.cursor))


async def show_webhook(page: Page) -> Response:
    """One subscription and its delivery log."""
    return await _webhook(page)


async def resend(page: Page) -> Response:
    """Send a delivery again."""
    webhook, number = page.part("webhook"), page.part("number")
    address = f"/ledger/v1/webhooks/{webhook}/deliveries/{number}/resend"
    try:
        await page.api.post(address, {"reason": page.field("reason")}, once=page.once)
    except ApiProblemError as problem:
        if problem.status in {UNAUTHORIZED, 403, 404}:
            raise
        return await _webhook(page, words_of_problem(page, problem))
    return page.go(f"/state/webhooks/{webhook}", news=page.translate("Отправляется снова."))


async def _webhook(page: Page, problem: str = "") -> Response:
    webhook = page.part("webhook")
    asked: dict[str, str | int | bool | None] = {"state": page.query("state")}
    found = await part(
        page,
        f"/ledger/v1/webhooks/{webhook}/deliveries",
        {**asked, "cursor": page.query("cursor"), "limit": ROWS_ON_A_PAGE},
    )
    return page.render(
        "webhook.html",
        status=409 if problem else 200,
        webhook=await page.api.get(f"/ledger/v1/webhooks/{webhook}"),
        found=found,
        asked=asked,
        states=DELIVERIES,
        problem=problem,
        reason=page.field("reason"),
        following=following(asked, found.cursor),
        may_write=page.person.may(WRITE),
        term_of=term_of,
    )


def _cabinets(registers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each cabinet once, with its registers; its health is the same whichever of them tells it."""
    found: dict[str, dict[str, Any]] = {}
    for one in registers:
        sureness = Counter(told["provenance"] for told in one["operations"])
        counted = {name: sureness[name] for name in PROVENANCE if sureness[name]}
        cabinet = found.setdefault(one["cabinet"], {**one, "registers": [], "sureness": counted})
        cabinet["registers"].append(one["id"])
    return [found[name] for name in sorted(found)]


def _count(found: Part) -> str:
    if found.problem:
        return "–"
    return f"> {COUNTED_MAX}" if found.cursor else str(len(found.rows))


WINDOWS = (
    ("GET", "/state", show),
    ("GET", "/state/audit", show_audit),
    ("GET", "/state/webhooks", show_webhooks),
    ("GET", "/state/webhooks/{webhook:uuid}", show_webhook),
    ("POST", "/state/webhooks/{webhook:uuid}/deliveries/{number:int}", resend),
)
