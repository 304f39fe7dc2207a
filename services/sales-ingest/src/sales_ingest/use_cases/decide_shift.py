"""What a person decides about a shift: accept a named difference, choose the day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sales_ingest.domain.business_date import local_day
from sales_ingest.domain.findings import Finding
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import Z_REPORT_DUE
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.reassess_shift import Reassessed, reassess_shift
from smena.audit.chain import Deed
from smena.clock import Clock


class NothingToAcceptError(Exception):
    """The shift has no difference that is not accepted already, or its Z-report is not due yet."""


class DifferenceChangedError(Exception):
    """A difference that was named does not stand with these figures."""


class PublishedShiftError(Exception):
    """The shift is published: its documents stand on its day, and a later revision would not move them."""


class DayOutsideShiftError(Exception):
    """The day chosen is none the shift was open on."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and why."""

    person: str
    reason: str

    def deed(self, organization: str, what: str, subject: str, **details: str) -> Deed:
        """The decision as the audit keeps it."""
        return Deed(organization, self.person, what, subject, self.reason, details=details)


async def accept_differences(
    seq: int,
    register: RegisterSetup,
    decider: Decider,
    *,
    open_work: OpenWork,
    clock: Clock,
    named: Sequence[tuple[str, str, str]] | None = None,
) -> tuple[ShiftRecord, tuple[Finding, ...]]:
    """Accept differences by name and by both figures, so that a later change asks again.

    ``named`` are the ones meant (field, receipts, Z-report); None means every one that stands now.

    Raises:
        NothingToAcceptError: nothing stands to be accepted.
        DifferenceChangedError: one that is named does not stand, or not with these figures.
    """
    async with open_work() as work:
        found = await reassess_shift(work, register, seq)
        accepted = {one.name for one in await work.shifts.acceptances(seq)}
        standing = tuple(one for one in found.assessment.findings if one.name not in accepted)
        if not standing or not _z_report_due(found, clock.now()):
            raise NothingToAcceptError
        if named is not None:
            standing = _chosen(standing, named)
        payload = {
            "findings": [
                {"field": one.field, "receipts": one.receipts, "z_report": one.z_report, "code": one.code}
                for one in standing
            ]
        }
        await work.shifts.decide(seq, "acceptance", payload, decider.reason, decider.person, clock.now())
        after = await reassess_shift(work, register, seq)
        named_all = "; ".join(f"{one.field}: {one.receipts} / {one.z_report}" for one in standing)
        what = "shift.accept-differences"
        work.trail.record(_deed(decider, what, found.shift, after.shift, differences=named_all))
        await work.commit()
        return after.shift, standing


def _z_report_due(found: Reassessed, now: datetime) -> bool:
    """Whether a shift without a Z-report is old enough to be one that gets none."""
    return bool(found.contents.z_reports) or now >= found.shift.opened_at + Z_REPORT_DUE


def _chosen(standing: Sequence[Finding], named: Sequence[tuple[str, str, str]]) -> tuple[Finding, ...]:
    by_name = {one.name: one for one in standing}
    if gone := [name for name in named if name not in by_name]:
        raise DifferenceChangedError(", ".join(field for field, _, _ in gone))
    return tuple(by_name[name] for name in dict.fromkeys(named))


async def choose_business_date(
    seq: int, register: RegisterSetup, day: date, decider: Decider, *, open_work: OpenWork, clock: Clock
) -> ShiftRecord:
    """Put a shift on one of the days it was open, before it is published.

    Raises:
        PublishedShiftError: its day stands in the books already.
        DayOutsideShiftError: the shift was not open on that day, or is still open.
    """
    async with open_work() as work:
        shift = await work.shifts.lock(seq)
        if shift.revision > 0:
            raise PublishedShiftError
        opened = local_day(shift.opened_at, register.date_rule)
        if shift.closed_at is None or not opened <= day <= local_day(shift.closed_at, register.date_rule):
            raise DayOutsideShiftError
        await work.shifts.decide(
            seq, "business-date", {"date": day.isoformat()}, decider.reason, decider.person, clock.now()
        )
        await work.shifts.save(replace(shift, chosen_date=day))
        after = await reassess_shift(work, register, seq)
        dates = {"date_before": str(shift.business_date or ""), "date_after": day.isoformat()}
        work.trail.record(_deed(decider, "shift.choose-date", shift, after.shift, **dates))
        await work.commit()
        return after.shift


def _deed(decider: Decider, what: str, before: ShiftRecord, after: ShiftRecord, **details: str) -> Deed:
    """A decision about a shift; a difference is told by its field, receipts before the Z-report."""
    named = {"register": after.register, "shift_number": str(after.number)}
    states = {"state_before": before.state.value, "state_after": after.state.value}
    return decider.deed(after.organization, what, f"shift/{after.id}", **named, **states, **details)
