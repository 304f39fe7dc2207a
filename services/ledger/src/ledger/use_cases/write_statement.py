"""The reconciliation of many shifts for a statement: compared in batches, totals of the period beside."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from ledger.domain.reconciliation import NET, NOT_GIVEN, REVENUE, Place
from ledger.domain.vat_figures import AMOUNT_AT_RATE, VAT
from ledger.domain.words import PAYMENT
from ledger.ports.repositories import ShiftPlace
from ledger.use_cases.reconcile_shifts import Comparing, ShiftCompared, reconcile_shifts
from smena.kinds.money import format_money, parse_money

SHIFTS_AT_ONCE = 50
"""Shifts compared together: their documents are read back by few requests, and only these are in memory."""
TOTALLED = (PAYMENT, AMOUNT_AT_RATE, VAT)

Figures = Mapping[str, Mapping[Place, str | None]]


class TooManyShiftsError(Exception):
    """The period has more shifts than one statement holds."""


async def shifts_of_period(
    registers: Sequence[str], first: date, last: date, limit: int, tools: Comparing
) -> list[UUID]:
    """The shifts of a period, oldest first.

    Raises:
        TooManyShiftsError: more than ``limit``.
    """
    after: ShiftPlace | None = None
    async with tools.new_work() as work:
        found = await work.shifts.page_of_period(registers, first, last, after, limit + 1)
    if len(found) > limit:
        raise TooManyShiftsError
    return [shift_id for _, shift_id in found]


async def compared_in_batches(
    shift_ids: Sequence[UUID], authorization: str, tools: Comparing
) -> AsyncIterator[ShiftCompared]:
    """One shift after the other, asked for in batches."""
    for start in range(0, len(shift_ids), SHIFTS_AT_ONCE):
        for compared in await reconcile_shifts(shift_ids[start : start + SHIFTS_AT_ONCE], authorization, tools):
            yield compared


def period_totals(of_shifts: Iterable[Figures]) -> dict[str, dict[Place, str | None]]:
    """Money figures of a period at each place: of net, revenue, payment kinds and VAT rates.

    None where the place could not be asked for one of the shifts, "not-given" where it does not give the figure.
    """
    totals: dict[str, dict[Place, int | str | None]] = {}
    for figures in of_shifts:
        for name, places in figures.items():
            if name in {NET, REVENUE} or name.startswith(TOTALLED):
                total = totals.setdefault(name, dict.fromkeys(Place, 0))
                for place in Place:
                    total[place] = _added(total[place], places[place])
    return {
        name: {place: format_money(sum_) if isinstance(sum_, int) else sum_ for place, sum_ in total.items()}
        for name, total in totals.items()
    }


def _added(total: int | str | None, figure: str | None) -> int | str | None:
    if total is None or figure is None:
        return None
    if isinstance(total, str) or figure == NOT_GIVEN:
        return NOT_GIVEN
    return total + parse_money(figure)
