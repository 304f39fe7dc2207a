"""Statements of reconciliation: a workbook of a period, and pages to be printed of a period and of a shift."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse

from ledger.domain.reconciliation import NOT_GIVEN, Difference, Place
from ledger.domain.words import figure_title
from ledger.http_api.cells import Cell, numbers, plain, sums
from ledger.http_api.doors import BASE, Doors, Period, Reader
from ledger.http_api.print_words import WORDS
from ledger.http_api.printing import HTML_ANSWER, printed
from ledger.use_cases.reconcile_shifts import ShiftCompared
from ledger.use_cases.write_statement import Figures, TooManyShiftsError, compared_in_batches, period_totals
from ledger.use_cases.write_statement import shifts_of_period as find_shifts
from smena.config.organizations import Organization
from smena.http.auth import Principal
from smena.http.language import language_of
from smena.http.problems import Words, declare
from smena.http.standard_problems import not_found
from smena.kinds.figures import is_told, reading_place
from smena.workbooks.answer import XLSX_ANSWER, WorkbookAnswers
from smena.workbooks.table import XlsxTable

WORKBOOK_SHIFTS_MAX = 5_000
PRINTED_SHIFTS_MAX = 500

TOO_LONG = declare("statement-too-long", 422, ru="Слишком много смен для ведомости", en="Too many shifts to state")

PLACES = [place.value for place in Place]
_Table = tuple[str, list[str], list[list[Cell]]]


class _Statement:
    """Rows of a statement, slim: of a shift that was compared only what is shown stays in memory."""

    def __init__(self, language: str) -> None:
        self.language, self.words = language, WORDS[language]
        self.shifts: list[list[Cell]] = []
        self.differences: list[list[Cell]] = []
        self.unavailable: list[list[Cell]] = []
        self.figures: list[tuple[list[Cell], Figures]] = []

    def take(self, one: ShiftCompared) -> None:
        kept, result, words = one.kept, one.result, self.words
        day = f"{kept.revision.business_date:%d.%m.%Y}"
        shift = plain(day, kept.shift.register, str(kept.shift.number), str(kept.revision.number))
        verdict = words[str(result.balanced).lower()]
        none = words["none"]
        self.shifts.append([*shift, *sums(*result.sums().values(), none=none), *plain(verdict)])
        self.differences += [[*shift[:3], *self.difference(d)] for d in result.differences]
        self.unavailable += [
            [*shift[:3], *plain(words[place.value], reason)] for place, reason in result.unavailable.items()
        ]
        self.figures.append((shift[:3], result.figures))

    def difference(self, one: Difference) -> list[Cell]:
        place, field = self.words.get(one.place, one.place), self.title(one.field)
        detail = one.detail if self.language == "ru" else ""
        return [*plain(place, field), *sums(one.expected, one.found, one.amount), *plain(detail, one.accepted or "")]

    def title(self, name: str) -> str:
        return self.words.get(name) or (figure_title(name) if self.language == "ru" else name)

    def figure_rows(self, figures: Figures) -> list[list[Cell]]:
        """In the order in which they are read; one that is nought everywhere differs nowhere and is left out."""
        return [
            [*plain(self.title(name)), *sums(*(self.shown(places[place]) for place in Place))]
            for name, places in sorted(figures.items(), key=lambda one: reading_place(one[0]))
            if any(is_told(places[place]) for place in Place)
        ]

    def shown(self, figure: str | None) -> str:
        if figure is None:
            return self.words["none"]
        return self.words["not-given"] if figure == NOT_GIVEN else figure

    def tables(self, figures: str) -> list[_Table]:
        words = self.words
        of_shift = [words[name] for name in ("date", "register", "shift")]
        places = [words[place] for place in PLACES]
        apart = [words[name] for name in ("place", "figure", "expected", "found", "apart", "explained", "accepted")]
        totals = period_totals(one for _, one in self.figures) if figures == "totals" else {}
        rows = self.figure_rows(totals or self.figures[0][1] if self.figures else {})
        return [
            (words[figures], [words["figure"], *places], rows),
            (words["shifts"], [*of_shift, words["revision"], *places, words["balanced"]], self.shifts),
            (words["differences"], [*of_shift, *apart], self.differences),
            (words["unavailable"], [*of_shift, words["place"], words["reason"]], self.unavailable),
        ]


def statement_router(doors: Doors) -> APIRouter:
    """``GET /reconciliation.xlsx`` and pages to be printed."""
    router = APIRouter(prefix=BASE, tags=["files"])
    workbooks = WorkbookAnswers()

    async def stated(request: Request, shift_ids: list[UUID]) -> _Statement:
        found = _Statement(language_of(request.scope))
        authorization = request.headers.get("authorization", "")
        async for compared in compared_in_batches(shift_ids, authorization, doors.comparing):
            found.take(compared)
        return found

    async def shifts_of(query: Period, caller: Principal, limit: int) -> list[UUID]:
        registers = doors.registers(caller, [query.register_id] if query.register_id else None)
        try:
            return await find_shifts(registers, query.first, query.last, limit, doors.comparing)
        except TooManyShiftsError as error:
            raise TOO_LONG(
                Words(
                    f"За период больше {limit} смен: возьмите период короче или одну кассу.",
                    f"The period has more than {limit} shifts: take a shorter one, or one register.",
                )
            ) from error

    @router.get(
        "/reconciliation.xlsx",
        summary="The reconciliation of a period as a workbook: totals, shifts, differences, figures",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_workbook(query: Annotated[Period, Query()], request: Request, caller: Reader) -> FileResponse:
        found = await stated(request, await shifts_of(query, caller, WORKBOOK_SHIFTS_MAX))

        async def write(table: XlsxTable) -> None:
            await asyncio.to_thread(_fill, table, found)

        return await workbooks.make(f"reconciliation-{query.first}-{query.last}.xlsx", write)

    @router.get(
        "/reconciliation/print",
        summary="The reconciliation of a period to be printed (не фискальная копия)",
        response_class=HTMLResponse,
        responses=HTML_ANSWER,
    )
    async def print_period(query: Annotated[Period, Query()], request: Request, caller: Reader) -> HTMLResponse:
        found = await stated(request, await shifts_of(query, caller, PRINTED_SHIFTS_MAX))
        words = found.words
        owners = [one for one in doors.config.organizations if caller.sees(one.id)]
        if query.register_id is not None:
            owners = [doors.config.organization_of(query.register_id)]
        heading = [
            (words["organization"], ", ".join(one.name for one in owners)),
            (words["register"], query.register_id or words["all"]),
            (words["period"], f"{query.first:%d.%m.%Y} — {query.last:%d.%m.%Y}"),
        ]
        return page(request, "of_period", found, heading, found.tables("totals"), (caller, owners[:1]))

    @router.get(
        "/shifts/{shift_id}/reconciliation/print",
        summary="The reconciliation of a shift to be printed (не фискальная копия)",
        response_class=HTMLResponse,
        responses=HTML_ANSWER,
    )
    async def print_shift(shift_id: UUID, request: Request, caller: Reader) -> HTMLResponse:
        async with doors.new_work() as work:
            shift = await work.shifts.get(shift_id)
        if shift is None or not caller.sees(shift.key.organization):
            raise not_found("Смена", "The shift")
        found = await stated(request, [shift_id])
        if not found.shifts:
            raise not_found("Смена", "The shift")
        owner, words = doors.config.organization(shift.key.organization), found.words
        heading = [
            (words["organization"], owner.name),
            (words["register"], f"{shift.key.register} ({shift.key.register_number})"),
            (words["shift"], str(shift.key.number)),
        ]
        return page(request, "of_shift", found, heading, found.tables("figures"), (caller, [owner]))

    def page(
        request: Request,
        title: str,
        found: _Statement,
        heading: list[tuple[str, str]],
        tables: list[_Table],
        reader: tuple[Principal, list[Organization]],
    ) -> HTMLResponse:
        caller, owners = reader
        return printed(
            request,
            "statement.html",
            found.words[title],
            person=caller.person,
            at=doors.comparing.clock.now(),
            timezone=owners[0].timezone if owners else "Europe/Minsk",
            heading=heading,
            tables=tables,
        )

    return router


def _fill(table: XlsxTable, found: _Statement) -> None:
    for caption, titles, rows in found.tables("totals"):
        table.begin(caption, titles)
        table.add(numbers(row) for row in rows)
    words = found.words
    places = [words[place] for place in PLACES]
    table.begin(words["figures"], [words["date"], words["register"], words["shift"], words["figure"], *places])
    for shift, figures in found.figures:
        table.add(numbers([*shift, *row]) for row in found.figure_rows(figures))
