"""Four-way reconciliation of a shift and of a period, and how far a period is."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from ledger.http_api.bodies import ProgressBody, ReconciliationBody, reconciliation_body
from ledger.http_api.doors import BASE, Doors, PeriodQuery, Reader
from ledger.ports.repositories import DocumentFilter, ShiftPlace
from ledger.use_cases.reconcile_shifts import reconcile_shifts
from smena.http.paging import Page, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR, not_found


def reconciliation_router(doors: Doors) -> APIRouter:
    """``GET`` of reconciliations and of progress."""
    router = APIRouter(prefix=BASE, tags=["reconciliation"])

    @router.get("/shifts/{shift_id}/reconciliation", summary="Z-report = receipts = published = read back from the ERP")
    async def read_shift(shift_id: UUID, request: Request, caller: Reader) -> ReconciliationBody:
        async with doors.new_work() as work:
            shift = await work.shifts.get(shift_id)
        if shift is None or not caller.sees(shift.key.organization):
            raise not_found("Смена", "The shift")
        authorization = request.headers.get("authorization", "")
        compared = await reconcile_shifts([shift_id], authorization, doors.comparing)
        if not compared:
            raise not_found("Смена", "The shift")
        return reconciliation_body(compared[0])

    @router.get("/reconciliation", summary="The same for every shift of a period, by business date")
    async def read_period(
        query: Annotated[PeriodQuery, Query()], request: Request, caller: Reader
    ) -> Page[ReconciliationBody]:
        registers = doors.registers(caller, [query.register_id] if query.register_id else None)
        after = None if query.cursor is None else _place(query.cursor)
        async with doors.new_work() as work:
            found = await work.shifts.page_of_period(registers, query.first, query.last, after, query.limit + 1)
        shown = found[: query.limit]
        authorization = request.headers.get("authorization", "")
        compared = await reconcile_shifts([shift_id for _, shift_id in shown], authorization, doors.comparing)
        following = None
        if len(found) > query.limit:
            (day, shift_text), _ = shown[-1]
            following = encode_cursor(day.isoformat(), shift_text)
        return page([reconciliation_body(one) for one in compared], following)

    @router.get("/progress", summary="How far a period is: shifts that came, documents by state")
    async def read_progress(query: Annotated[PeriodQuery, Query()], caller: Reader) -> ProgressBody:
        registers = doors.registers(caller, [query.register_id] if query.register_id else None)
        wanted = DocumentFilter(
            organizations=doors.organizations(caller),
            register=query.register_id,
            first=query.first,
            last=query.last,
        )
        async with doors.new_work() as work:
            shifts = await work.shifts.count_of_period(registers, query.first, query.last)
            states, verified = await work.documents.progress(wanted)
        return ProgressBody(shifts=shifts, documents=states, verified=verified)

    return router


def _place(cursor: str) -> ShiftPlace:
    day, shift_id = decode_cursor(cursor, str, str)
    try:
        return date.fromisoformat(str(day)), str(UUID(str(shift_id)))
    except ValueError as error:
        raise WRONG_CURSOR(Words("Начните без cursor.", "Start without a cursor.")) from error
