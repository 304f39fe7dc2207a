"""Вчера: is the day before closed on every register, and what needs a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import ZONE, Page

SHIFTS_MAX = 500
DOCUMENTS_MAX = 500
CASH = "cash"
NEEDS_A_PERSON = ("conflict", "rejected", "unknown")
HELD = ("incomplete", "unreconciled", "unresolved", "date_to_choose")


@dataclass
class RegisterDay:
    """What one register shows for the day; sums are the API's own decimal strings, in kopecks where added here.

    ``net`` is revenue: certificates and advances sold bring money and are none of it. ``day`` is the calendar's answer.
    """

    id: str
    shifts: list[Mapping[str, Any]] = field(default_factory=list)
    proofs: list[Mapping[str, Any]] = field(default_factory=list)
    cash: int = 0
    cashless: int = 0
    net: int = 0
    documents: list[Mapping[str, Any]] = field(default_factory=list)
    day: Mapping[str, Any] = field(default_factory=dict)

    @property
    def balanced(self) -> bool | None:
        """Whether every shift adds up at all four places; None where a side could not be asked or nothing is there."""
        told = [proof["balanced"] for proof in self.proofs]
        if not told or None in told:
            return None
        return all(told)

    @property
    def final(self) -> bool:
        """Whether the day needs nothing any more: read to its end, and its shifts proven at all four places."""
        return bool(self.day.get("final")) and (self.balanced is True or not self.shifts)


async def show(page: Page) -> Response:
    """The home window."""
    day = _day(page.query("day"))
    period = {"from": day.isoformat(), "to": day.isoformat()}
    missing: list[str] = []
    shifts = await _rows(page, "/sales/v1/shifts", period, missing, SHIFTS_MAX)
    turnover = await _rows(page, "/sales/v1/turnover", period, missing, SHIFTS_MAX)
    proofs = await _rows(page, "/ledger/v1/reconciliation", period, missing, SHIFTS_MAX)
    documents = await _rows(page, "/ledger/v1/documents", period, missing, DOCUMENTS_MAX)
    days = await _rows(page, "/sales/v1/days", period, missing, SHIFTS_MAX)
    known = await _rows(page, "/catalog/v1/registers", {}, missing, SHIFTS_MAX)
    registers = {one["id"]: RegisterDay(one["id"]) for one in [*known, *({"id": s["register"]} for s in shifts)]}
    _fill(registers, shifts, turnover, proofs, documents)
    for one in days:
        registers.setdefault(one["register"], RegisterDay(one["register"])).day = one
    return page.render(
        "yesterday.html",
        shown=day.isoformat(),
        before=(day - timedelta(days=1)).isoformat(),
        after=(day + timedelta(days=1)).isoformat(),
        registers=sorted(registers.values(), key=lambda one: one.id),
        held=[shift for shift in shifts if shift["state"] in HELD],
        ready=[shift for shift in shifts if shift["state"] == "ready"],
        stuck=[document for document in documents if document["state"] in NEEDS_A_PERSON],
        apart=[one for one in registers.values() if one.balanced is False],
        final=all(one.final for one in registers.values()),
        missing=missing,
    )


async def _rows(page: Page, path: str, period: Mapping[str, str], missing: list[str], at_most: int) -> list[Any]:
    """The rows of a list; a service that is away or not the person's leaves its part empty, and says so."""
    try:
        if path.endswith("/turnover"):
            return await page.api.rows(path, period)
        return await page.api.every_row(path, period, at_most=at_most)
    except ApiProblemError as problem:
        if problem.status == 401:
            raise
        missing.append(path.split("/")[1])
        return []


def _fill(
    registers: dict[str, RegisterDay],
    shifts: list[Any],
    turnover: list[Any],
    proofs: list[Any],
    documents: list[Any],
) -> None:
    for shift in shifts:
        registers[shift["register"]].shifts.append(shift)
    for proof in proofs:
        registers.setdefault(proof["register"], RegisterDay(proof["register"])).proofs.append(proof)
    for document in documents:
        registers.setdefault(document["register"], RegisterDay(document["register"])).documents.append(document)
    for row in turnover:
        one = registers.setdefault(row["register"], RegisterDay(row["register"]))
        one.net += kopecks(row["net"]) - kopecks(row["not_revenue"])
        for payment in row["payments"]:
            if payment["kind"] == CASH:
                one.cash += kopecks(payment["net"])
            else:
                one.cashless += kopecks(payment["net"])


def kopecks(amount: str) -> int:
    """Whole kopecks of a decimal string with two places."""
    sign = -1 if amount.startswith("-") else 1
    whole, _, part = amount.lstrip("-").partition(".")
    return sign * (int(whole) * 100 + int(part.ljust(2, "0")[:2] or 0))


def _day(asked: str) -> date:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return datetime.now(ZoneInfo(ZONE)).date() - timedelta(days=1)


WINDOWS = (("GET", "/yesterday", show),)
