"""Shifts: how they stand, their reconciliation, publishing one, and what people decide."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from sales_ingest.domain.findings import Acceptance, Finding
from sales_ingest.domain.shifts import Z_REPORT_DUE, Reason, ShiftState
from sales_ingest.http_api.doors import (
    BASE,
    Doors,
    ListQuery,
    Reader,
    ReasonBody,
    Writer,
    after_of,
    filter_of,
    next_of,
)
from sales_ingest.http_api.shift_bodies import (
    AcceptanceBody,
    AcceptedBody,
    DecisionOfShift,
    Difference,
    Gap,
    PublishedBody,
    QuarantinedOfShift,
    ReasonOfShift,
    ReconciliationBody,
    ShiftBody,
    ShiftStateBody,
)
from sales_ingest.ports.views import Row
from sales_ingest.use_cases.decide_shift import (
    DayOutsideShiftError,
    Decider,
    DifferenceChangedError,
    NothingToAcceptError,
    PublishedShiftError,
    accept_differences,
    choose_business_date,
)
from sales_ingest.use_cases.publish_shift import Published, publish_shift
from sales_ingest.use_cases.read_calendar import read_calendar
from sales_ingest.use_cases.reconcile_shift import reconcile_shift
from smena.http.day import Day
from smena.http.paging import Page, page
from smena.http.problems import Words, declare
from smena.http.standard_problems import not_found

NOTHING_TO_ACCEPT = declare("nothing-to-accept", 409, ru="Принимать нечего", en="Nothing to accept")
DIFFERENCE_CHANGED = declare("difference-changed", 409, ru="Расхождение уже другое", en="The difference has changed")
ALREADY_PUBLISHED = declare("shift-published", 409, ru="Смена уже передана в учёт", en="The shift is published")
DAY_OUTSIDE_SHIFT = declare("day-outside-shift", 422, ru="Смена в этот день не шла", en="Not a day of this shift")


DUE_HOURS = Z_REPORT_DUE // timedelta(hours=1)


class ShiftsQuery(ListQuery):
    """Filters of the list of shifts."""

    state: ShiftState | None = None


class DateBody(ReasonBody):
    """The business date a person chooses."""

    date: Day


def shift_router(doors: Doors) -> APIRouter:
    """Reading shifts."""
    router = APIRouter(prefix=f"{BASE}/shifts", tags=["shifts"])

    @router.get("", summary="Shifts with their state and reasons, newest first")
    async def list_shifts(query: Annotated[ShiftsQuery, Query()], caller: Reader) -> Page[ShiftBody]:
        wanted = filter_of(doors, caller, query, state=query.state.value if query.state else None)
        rows = await doors.views.shifts(wanted, query.limit + 1, after_of(query, numeric=True))
        following = next_of(rows, query.limit, "opened_at", "seq")
        return page(await _shift_bodies(doors, rows[: query.limit]), following)

    @router.get("/{shift_id}", summary="A shift")
    async def read_shift(shift_id: UUID, caller: Reader) -> ShiftBody:
        shift, _ = await doors.shift(caller, shift_id)
        row = await doors.views.shift(shift.id)
        if row is None:
            raise not_found("Смена", "The shift")
        return (await _shift_bodies(doors, [row]))[0]

    @router.get("/{shift_id}/decisions", summary="What people decided about a shift, oldest first")
    async def list_decisions(shift_id: UUID, caller: Reader) -> Page[DecisionOfShift]:
        shift, _ = await doors.shift(caller, shift_id)
        async with doors.open_work() as work:
            found = await work.shifts.decisions(shift.seq)
        return page([DecisionOfShift(**asdict(one)) for one in found], None)

    @router.get("/{shift_id}/reconciliation", summary="Z-report against receipts, field by field")
    async def read_reconciliation(shift_id: UUID, caller: Reader) -> ReconciliationBody:
        shift, register = await doors.shift(caller, shift_id)
        found = await reconcile_shift(shift.seq, register, open_work=doors.open_work, now=doors.clock.now())
        return ReconciliationBody(
            shift=found.shift.id,
            register=found.shift.register,
            number=found.shift.number,
            business_date=found.shift.business_date,
            state=found.shift.state.value,
            reasons=_reasons(found.shift.reasons),
            revision=found.shift.revision or None,
            reconciled=found.reconciled,
            receipts=found.receipts,
            z_report=found.z_report,
            differences=_differences(found.findings, found.accepted),
            gaps=[Gap(first=first, last=last) for first, last in found.gaps],
            quarantined=[QuarantinedOfShift(number=one.number, reason=one.reason) for one in found.quarantined],
        )

    return router


def shift_decision_router(doors: Doors) -> APIRouter:
    """What people do with shifts."""
    router = APIRouter(prefix=f"{BASE}/shifts", tags=["shifts"])

    @router.post("/{shift_id}/publish", summary="Publish a shift, or say why it has to wait (Загрузить)")
    async def publish(shift_id: UUID, caller: Writer) -> PublishedBody:
        shift, register = await doors.shift(caller, shift_id)
        outcome = await publish_shift(
            shift.seq, register, open_work=doors.open_work, clock=doors.clock, person=caller.person
        )
        new = isinstance(outcome, Published) and outcome.new
        reasons = () if isinstance(outcome, Published) else outcome.reasons
        return PublishedBody(
            shift=outcome.shift.id,
            state=outcome.shift.state.value,
            revision=outcome.shift.revision or None,
            new=new,
            reasons=_reasons(reasons),
        )

    @router.post("/{shift_id}/acceptances", status_code=201, summary="Accept the differences that stand (Принять)")
    async def accept(shift_id: UUID, body: AcceptanceBody, caller: Writer) -> AcceptedBody:
        shift, register = await doors.shift(caller, shift_id)
        try:
            after, accepted = await accept_differences(
                shift.seq,
                register,
                Decider(caller.person, body.reason),
                named=None if body.differences is None else [one.name for one in body.differences],
                open_work=doors.open_work,
                clock=doors.clock,
            )
        except DifferenceChangedError as error:
            words = Words(
                f"Этих расхождений больше нет или суммы уже другие: {error}. Обновите страницу.",
                f"These differences are gone or have other figures now: {error}. Read the reconciliation again.",
            )
            raise DIFFERENCE_CHANGED(words) from error
        except NothingToAcceptError as error:
            words = Words(
                f"У смены нет непринятых расхождений, или Z-отчёт ещё ждут: {DUE_HOURS} ч после открытия."
                " Обновите страницу.",
                "The shift has no difference left to accept, or its Z-report may still come:"
                f" {DUE_HOURS} hours from its opening. Read it again.",
            )
            raise NOTHING_TO_ACCEPT(words) from error
        return AcceptedBody(
            shift=after.id,
            state=after.state.value,
            reasons=_reasons(after.reasons),
            accepted=[asdict(one) for one in accepted],
        )

    @router.post("/{shift_id}/business-date", summary="Choose the day a shift belongs to (Выберите дату)")
    async def choose_date(shift_id: UUID, body: DateBody, caller: Writer) -> ShiftStateBody:
        shift, register = await doors.shift(caller, shift_id)
        try:
            after = await choose_business_date(
                shift.seq,
                register,
                body.date,
                Decider(caller.person, body.reason),
                open_work=doors.open_work,
                clock=doors.clock,
            )
        except PublishedShiftError as error:
            words = Words(
                "Документы смены уже стоят на её дате. Если дата неверна, исправьте её в самих документах 1С.",
                "The shift's documents stand on its day already. If the day is wrong, change it in 1C's own documents.",
            )
            raise ALREADY_PUBLISHED(words) from error
        except DayOutsideShiftError as error:
            words = Words(
                "Выберите день между открытием и закрытием смены; открытая смена дня ещё не имеет.",
                "Choose a day between the shift's opening and closing; an open shift has none yet.",
            )
            raise DAY_OUTSIDE_SHIFT(words) from error
        return ShiftStateBody(
            shift=after.id, state=after.state.value, business_date=after.business_date, reasons=_reasons(after.reasons)
        )

    return router


async def _shift_bodies(doors: Doors, rows: Sequence[Row]) -> list[ShiftBody]:
    """``final`` and ``day_final`` are the calendar's answers: a register's day has only one."""
    days = [(row["register"], row["day"]) for row in rows]
    found = await read_calendar(days, doors.registers, now=doors.clock.now(), open_work=doors.open_work)
    return [
        ShiftBody(
            **{name: value for name, value in row.items() if name not in {"seq", "day", "revision"}},
            revision=row["revision"] or None,
            final=any(one.id == row["id"] and one.final for one in found[day].shifts),
            day_final=found[day].assessment.final,
        )
        for row, day in zip(rows, days, strict=True)
    ]


def _reasons(reasons: Iterable[Reason]) -> list[ReasonOfShift]:
    return [ReasonOfShift(code=one.code, detail=one.detail) for one in reasons]


def _differences(findings: Iterable[Finding], accepted: Iterable[Acceptance]) -> list[Difference]:
    reasons = {one.name: one.reason for one in accepted}
    return [
        Difference(
            place="receipts",
            field=one.field,
            code=one.code,
            expected=one.z_report,
            found=one.receipts,
            amount=_apart(one.receipts, one.z_report) if one.code in {"sum-differs", "count-differs"} else None,
            detail=one.detail,
            accepted=one.name in reasons,
            reason=reasons.get(one.name),
        )
        for one in findings
    ]


def _apart(receipts: str, z_report: str) -> str | None:
    try:
        return str(Decimal(receipts) - Decimal(z_report))
    except InvalidOperation:
        return None
