"""The month-end checklist: what must be done before the month is closed, and what is to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sales_ingest.domain.calendar import ShiftOfDay
from sales_ingest.domain.month_end import Point, PointName, PointRow, VatTurnover, month_days
from sales_ingest.domain.registers import Registers
from sales_ingest.domain.words import day as day_text
from sales_ingest.ports.month_views import AcceptingShift, Found, MonthFilter, MonthViews
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.read_calendar import CalendarDay, read_calendar
from sales_ingest.use_cases.reassess_shift import reassess_shift
from smena.kinds.money import format_money

POINT_ROWS_MAX = 200
"""How many things a point names; its count and sum are always of all."""


@dataclass(frozen=True, slots=True)
class MonthChecklist:
    """The points in order; ``done`` when each of them is."""

    points: Sequence[Point]
    turnover: Sequence[VatTurnover]

    @property
    def done(self) -> bool:
        """Nothing of the month waits for a person."""
        return all(point.done for point in self.points)


async def check_month(
    first: date, names: Sequence[str], registers: Registers, views: MonthViews, *, now: datetime, open_work: OpenWork
) -> MonthChecklist:
    """Everything of the month that begins on ``first``, for these registers."""
    days = month_days(first)
    wanted = MonthFilter(names, days[0], days[-1], POINT_ROWS_MAX)
    asked = [(name, day) for day in days for name in names if registers[name].active_on(day)]
    found = await read_calendar(asked, registers, now=now, open_work=open_work)
    calendar = [found[one] for one in asked]
    turnover = await views.turnover_by_vat(wanted)
    defaults = await views.under_default_items(wanted)
    accepted = await _accepted(await views.accepting_shifts(wanted), registers, open_work)
    points = (
        _shifts_not_final(calendar),
        _days_not_final(calendar),
        _by_vat(turnover, done=all(one.assessment.final for one in calendar)),
        Point(PointName.DEFAULT_ITEMS, defaults.count == 0, defaults.count, defaults.amount, defaults.rows),
        _named(PointName.ACCEPTED_DIFFERENCES, accepted, None),
        _looked_at(PointName.REFUNDS_OF_EARLIER_MONTHS, await views.refunds_of_earlier(wanted)),
        _looked_at(PointName.NOT_AT_LIST_PRICE, await views.not_at_list_price(wanted)),
    )
    return MonthChecklist(points, turnover)


def _shifts_not_final(calendar: Sequence[CalendarDay]) -> Point:
    rows = [
        PointRow(
            id=str(shift.id),
            register=day.register,
            day=day.day,
            shift=shift.id,
            receipt=None,
            detail=_why_not_final(shift),
            amount=None,
        )
        for day in calendar
        for shift in day.shifts
        if not shift.final
    ]
    return Point(PointName.SHIFTS_NOT_FINAL, not rows, len(rows), None, rows[:POINT_ROWS_MAX])


def _why_not_final(shift: ShiftOfDay) -> str:
    if shift.unkept is not None:
        return shift.unkept.reason.detail
    why = "; ".join(one.detail for one in shift.reasons) or "готова, но не передана в учёт"
    return f"Смена № {shift.number}: {why}"


def _days_not_final(calendar: Sequence[CalendarDay]) -> Point:
    rows = [
        PointRow(
            id=f"{one.register}|{one.day.isoformat()}",
            register=one.register,
            day=one.day,
            shift=None,
            receipt=None,
            detail="; ".join(reason.detail for reason in one.assessment.reasons),
            amount=None,
        )
        for one in calendar
        if not one.assessment.final
    ]
    return Point(PointName.DAYS_NOT_FINAL, not rows, len(rows), None, rows[:POINT_ROWS_MAX])


def _by_vat(turnover: Sequence[VatTurnover], *, done: bool) -> Point:
    """The figures are final once every day is."""
    rows = [
        PointRow(
            id=one.vat_rate,
            register=None,
            day=None,
            shift=None,
            receipt=None,
            detail=f"Ставка {one.vat_rate}: продажи {format_money(one.sales)}, возвраты {format_money(one.refunds)}",
            amount=one.net,
        )
        for one in turnover
    ]
    return Point(PointName.TURNOVER_BY_VAT_RATE, done, len(rows), sum(one.net for one in turnover), rows)


async def _accepted(shifts: Sequence[AcceptingShift], registers: Registers, open_work: OpenWork) -> list[PointRow]:
    """Accepted differences that stand: one that is gone, or has other figures now, is not told."""
    rows: list[PointRow] = []
    for shift in shifts:
        async with open_work() as work:  # rolled back: only looked at
            found = await reassess_shift(work, registers[shift.register], shift.seq)
            reasons = {one.name: one.reason for one in await work.shifts.acceptances(shift.seq)}
        rows += [
            PointRow(
                id=f"{shift.id}|{one.field}",
                register=shift.register,
                day=shift.day,
                shift=shift.id,
                receipt=None,
                detail=f"Смена № {shift.number} от {day_text(shift.day)}, {one.field}: в чеках {one.receipts},"
                f" в Z-отчёте {one.z_report}. Принято: {reasons[one.name]}",
                amount=None,
            )
            for one in found.assessment.findings
            if one.name in reasons
        ]
    return rows


def _named(name: PointName, rows: Sequence[PointRow], amount: int | None) -> Point:
    """Decided already, to be looked at."""
    return Point(name, True, len(rows), amount, rows[:POINT_ROWS_MAX])


def _looked_at(name: PointName, found: Found) -> Point:
    """Facts that need no decision, to be looked at."""
    return Point(name, True, found.count, found.amount, found.rows)
