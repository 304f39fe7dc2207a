"""Shifts of «Загрузка продаж»: how each stands and why, and every way out of what holds one back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from smena.console.api import ApiProblemError, Query
from smena.console.ledger_words import figure_word
from smena.console.page import ZONE, Page
from smena.console.pages.sales_asked import WRITE, asked_of, following, identity, told
from smena.console.vocabulary import SHIFT_STATES

SHIFTS_ON_A_PAGE = 100
RECEIPTS_ON_A_PAGE = 100
LINES_ON_A_PAGE = 300
NOT_GIVEN = "not-given"
SEPARATOR = "|"
"""Between a difference's field and its two figures in a check box; none of them holds it."""


@dataclass(frozen=True, slots=True)
class FieldOfShift:
    """One figure, as the Z-report and as the receipts have it; ``difference`` where they disagree."""

    name: str
    z_report: str | None
    receipts: str | None
    difference: Mapping[str, Any] | None


async def shifts(page: Page) -> Response:
    """The list."""
    asked = await asked_of(page)
    problem = asked.problem
    found: Mapping[str, Any] = {"data": [], "next_cursor": None}
    if not problem:
        wanted: Query = {"state": page.query("state"), "limit": SHIFTS_ON_A_PAGE, "cursor": page.query("cursor")}
        try:
            found = await page.api.get("/sales/v1/shifts", {**asked.query, **wanted})
        except ApiProblemError as refusal:
            problem = told(refusal)
    return page.render(
        "sales_shifts.html",
        asked=asked,
        problem=problem,
        may_write=page.person.may(WRITE),
        shifts=found["data"],
        further_link=following(page, found["next_cursor"]),
        states=list(SHIFT_STATES),
        state=page.query("state"),
    )


async def shift(page: Page) -> Response:
    """One shift's page."""
    return await _shown(page)


async def _shown(page: Page, problem: str = "", status: int = 200) -> Response:
    path = f"/sales/v1/shifts/{identity(page, 'shift')}"
    one, compared, decisions = await asyncio.gather(
        page.api.get(path), page.api.get(f"{path}/reconciliation"), page.api.rows(f"{path}/decisions")
    )
    receipts, further_link = await _receipts(page, one)
    return page.render(
        "sales_shift.html",
        status=status,
        shift=one,
        problem=problem,
        may_write=page.person.may(WRITE),
        figure_word=figure_word,
        fields=_fields(compared),
        standing=[each for each in compared["differences"] if not each["accepted"]],
        separator=SEPARATOR,
        compared=compared,
        decisions=decisions,
        receipts=receipts,
        further_link=further_link,
        first_day=_local_day(one["opened_at"]),
        last_day=_local_day(one["closed_at"]) if one["closed_at"] else "",
        told_reason=page.field("reason"),
        told_date=page.field("date"),
    )


async def _receipts(page: Page, one: Mapping[str, Any]) -> tuple[list[Any], str]:
    """The shift's receipts: those of its register's day that belong to it."""
    day = one["business_date"] or _local_day(one["opened_at"])
    last = one["business_date"] or _local_day(one["closed_at"] or one["opened_at"])
    found = await page.api.get(
        "/sales/v1/receipts",
        {
            "register": one["register"],
            "from": day,
            "to": last,
            "limit": RECEIPTS_ON_A_PAGE,
            "cursor": page.query("cursor"),
        },
    )
    return [each for each in found["data"] if each["shift"] == one["id"]], following(page, found["next_cursor"])


def _fields(compared: Mapping[str, Any]) -> list[FieldOfShift]:
    """The figures that one side gives at least; those a cabinet does not tell and nobody rang are left out."""
    differences = {each["field"]: each for each in compared["differences"]}
    z_report, receipts = _given(compared["z_report"]), _given(compared["receipts"])
    return [
        FieldOfShift(name, z_report.get(name), receipts.get(name), differences.get(name))
        for name in {**compared["z_report"], **compared["receipts"]}
        if name in z_report or name in differences or receipts.get(name, "").strip("0.")
    ]


def _given(side: Mapping[str, str]) -> dict[str, str]:
    return {name: figure for name, figure in side.items() if figure != NOT_GIVEN}


async def publish(page: Page) -> Response:
    """Загрузить one shift, or say why it has to wait."""
    try:
        done = await page.api.post(f"/sales/v1/shifts/{identity(page, 'shift')}/publish", once=page.once)
    except ApiProblemError as refusal:
        return await _shown(page, told(refusal), refusal.status)
    if done["reasons"]:
        waits = page.translate("Смена не загружена:")
        return await _shown(page, " ".join([waits, *(each["detail"] for each in done["reasons"])]), 409)
    news = say_published(page, new=bool(done["new"]))
    return page.go(f"/sales/shifts/{done['shift']}", news=news)


def say_published(page: Page, *, new: bool) -> str:
    """What became of a shift that was handed over."""
    if new:
        return page.translate("Смена передана в учёт. Документы 1С появятся здесь через несколько секунд.")
    return page.translate("Смена уже была передана в учёт и с тех пор не изменилась: новых документов нет.")


async def accept(page: Page) -> Response:
    """Принять расхождение: exactly the figures that were read."""
    ticked = [each.split(SEPARATOR) for each in page.fields("difference")]
    if not ticked:
        return await _shown(page, page.translate("Отметьте расхождения, которые принимаете."), 422)
    named = [dict(zip(("field", "expected", "found"), each, strict=False)) for each in ticked]
    body = {"reason": page.field("reason").strip(), "differences": named}
    return await _decided(page, "acceptances", body, page.translate("Расхождение принято."))


async def choose_date(page: Page) -> Response:
    """Выбрать дату: the day a shift belongs to."""
    body = {"reason": page.field("reason").strip(), "date": page.field("date")}
    return await _decided(page, "business-date", body, page.translate("Дата смены выбрана."))


async def _decided(page: Page, what: str, body: Mapping[str, Any], news: str) -> Response:
    shift_id = identity(page, "shift")
    if not body["reason"]:
        return await _shown(page, page.translate("Напишите причину: её увидит проверяющий."), 422)
    try:
        await page.api.post(f"/sales/v1/shifts/{shift_id}/{what}", body, once=page.once)
    except ApiProblemError as refusal:
        return await _shown(page, told(refusal), refusal.status)
    return page.go(f"/sales/shifts/{shift_id}", news=news)


async def revision(page: Page) -> Response:
    """What one version of a shift handed over, line by line."""
    shift_id, number = identity(page, "shift"), page.part("number")
    found = await page.api.get(f"/sales/v1/shifts/{shift_id}/revisions/{int(number)}")
    lines: Sequence[Mapping[str, Any]] = found["lines"]
    start = int(page.query("start")) if page.query("start").isdecimal() else 0
    return page.render(
        "sales_revision.html",
        revision=found,
        shift_id=shift_id,
        start=start,
        lines=lines[start : start + LINES_ON_A_PAGE],
        more=start + LINES_ON_A_PAGE if start + LINES_ON_A_PAGE < len(lines) else None,
    )


async def line(page: Page) -> Response:
    """The receipt lines behind one published line."""
    shift_id, number, key = identity(page, "shift"), int(page.part("number")), page.part("key")
    found = await page.api.get(
        f"/sales/v1/shifts/{shift_id}/revisions/{number}/lines/{key}/receipts", {"cursor": page.query("cursor")}
    )
    return page.render(
        "sales_line.html",
        lines=found["data"],
        shift_id=shift_id,
        number=number,
        further_link=following(page, found["next_cursor"]),
    )


def _local_day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(ZONE)).date().isoformat()


WINDOWS = (
    ("GET", "/sales/shifts", shifts),
    ("GET", "/sales/shifts/{shift}", shift),
    ("POST", "/sales/shifts/{shift}/publish", publish),
    ("POST", "/sales/shifts/{shift}/acceptances", accept),
    ("POST", "/sales/shifts/{shift}/business-date", choose_date),
    ("GET", "/sales/shifts/{shift}/revisions/{number:int}", revision),
    ("GET", "/sales/shifts/{shift}/revisions/{number:int}/lines/{key}", line),
)
