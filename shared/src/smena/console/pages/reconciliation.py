"""Сверка: Z-отчёт, чеки, переданное и 1С side by side; annulments; what was entered by hand; events not taken."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.ledger_words import (
    LETTER_STATES,
    NOT_GIVEN,
    PLACES,
    STANDINGS,
    field_word,
    figure_word,
    term_of,
)
from smena.console.page import ZONE, Page
from smena.console.pages.asking import UNAUTHORIZED, following, part, registers, words_of_problem
from smena.kinds.figures import is_told, reading_place

ROWS_ON_A_PAGE = 100
DAYS_SHOWN = 7
WRITE = "ledger:write"
PERIOD = ("from", "to", "register")
DECISIONS = frozenset({"retry", "discard"})


async def show(page: Page) -> Response:
    """Every shift of a period at its four places."""
    return await _list(page, "reconciliation.html", "/ledger/v1/reconciliation", PERIOD, {"places": PLACES})


async def show_shift(page: Page) -> Response:
    """One shift, figure by figure."""
    shift = page.part("shift")
    found = await page.api.get(f"/ledger/v1/shifts/{shift}/reconciliation")
    differing = {(one["field"], one["place"]) for one in found["differences"]}
    return page.render(
        "reconciliation_shift.html",
        found=found,
        figures=_figures(found["figures"], {field for field, _ in differing}),
        differing=differing,
        places=PLACES,
        not_given=NOT_GIVEN,
        figure_word=figure_word,
        term_of=term_of,
    )


def _figures(figures: Iterable[Mapping[str, Any]], differing: set[str]) -> list[Mapping[str, Any]]:
    """The figures in the order in which they are read; those that are nought everywhere are left out."""
    told = [one for one in figures if one["field"] in differing or any(is_told(one[place]) for place in PLACES)]
    return sorted(told, key=lambda one: reading_place(one["field"]))


async def show_annulments(page: Page) -> Response:
    """The register of erroneous payment documents (аннулирования)."""
    return await _list(page, "annulments.html", "/sales/v1/receipts", PERIOD, {}, {"kind": "annulment"})


async def show_comparison(page: Page) -> Response:
    """Our documents beside those entered in 1C without us."""
    words = {"standings": STANDINGS, "field_word": field_word, "term_of": term_of}
    return await _list(page, "comparison.html", "/ledger/v1/comparison", (*PERIOD, "status"), words)


async def show_letters(page: Page) -> Response:
    """Events that could not be taken, and revisions that wait for an earlier one."""
    asked = {"state": page.query("state") or "open"}
    query: dict[str, str | int | bool | None] = {**asked, "cursor": page.query("cursor"), "limit": ROWS_ON_A_PAGE}
    found = await part(page, "/ledger/v1/dead-letters", query)
    return page.render(
        "dead_letters.html",
        found=found,
        asked=asked,
        states=LETTER_STATES,
        waiting=await part(page, "/ledger/v1/waiting-revisions", {"limit": ROWS_ON_A_PAGE}),
        following=following(dict(asked), found.cursor),
        term_of=term_of,
    )


async def show_letter(page: Page) -> Response:
    """One event as it came, and what can be done about it."""
    return await _letter(page, page.part("letter"))


async def decide_letter(page: Page) -> Response:
    """Take it again, or lay it aside."""
    letter, decision = page.part("letter"), page.part("decision")
    if decision not in DECISIONS:
        return await _letter(page, letter)
    try:
        await page.api.post(
            f"/ledger/v1/dead-letters/{letter}/{decision}", {"reason": page.field("reason")}, once=page.once
        )
    except ApiProblemError as problem:
        if problem.status in {UNAUTHORIZED, 403, 404}:
            raise
        return await _letter(page, letter, words_of_problem(page, problem))
    return page.go(f"/reconciliation/events/{letter}", news=page.translate("Решение записано."))


async def _letter(page: Page, letter: str, problem: str = "") -> Response:
    return page.render(
        "dead_letter.html",
        status=409 if problem else 200,
        letter=await page.api.get(f"/ledger/v1/dead-letters/{letter}"),
        problem=problem,
        reason=page.field("reason"),
        may_write=page.person.may(WRITE),
        term_of=term_of,
    )


async def _list(
    page: Page,
    template: str,
    path: str,
    names: tuple[str, ...],
    words: dict[str, Any],
    always: dict[str, str] | None = None,
) -> Response:
    """A list of a period; without one it is the last days, and the form says so."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    asked: dict[str, str | int | bool | None] = {name: page.query(name) for name in names}
    asked["from"] = asked["from"] or (today - timedelta(days=DAYS_SHOWN)).isoformat()
    asked["to"] = asked["to"] or today.isoformat()
    query = {**asked, **(always or {}), "cursor": page.query("cursor"), "limit": ROWS_ON_A_PAGE}
    found = await part(page, path, query)
    found.rows.sort(key=_read_order)
    return page.render(
        template,
        found=found,
        asked=asked,
        registers=await registers(page),
        following=following(asked, found.cursor),
        **words,
    )


def _read_order(row: Mapping[str, Any]) -> tuple[str, str]:
    """Shifts by day, and in a day by register; whatever is no shift keeps its order."""
    return (row["business_date"], row["register"]) if "sums" in row else ("", "")


WINDOWS = (
    ("GET", "/reconciliation", show),
    ("GET", "/reconciliation/shifts/{shift:uuid}", show_shift),
    ("GET", "/reconciliation/annulments", show_annulments),
    ("GET", "/reconciliation/comparison", show_comparison),
    ("GET", "/reconciliation/events", show_letters),
    ("GET", "/reconciliation/events/{letter:uuid}", show_letter),
    ("POST", "/reconciliation/events/{letter:uuid}/{decision:str}", decide_letter),
)
