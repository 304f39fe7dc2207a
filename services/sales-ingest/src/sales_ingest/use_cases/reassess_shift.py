"""Say anew in which state a shift is, in the transaction that changed something of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sales_ingest.domain.business_date import local_day
from sales_ingest.domain.completeness import match_annulments
from sales_ingest.domain.receipts import closed_group
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import Assessment, Reason, ShiftFacts, ShiftState, assess
from sales_ingest.ports.shifts import ShiftContents
from sales_ingest.ports.unit_of_work import SalesWork
from sales_ingest.use_cases.shift_content import ShiftContent, SumsDisagreeError, load_content
from smena.kinds.identity import shift_id


@dataclass(frozen=True, slots=True)
class Reassessed:
    """A locked shift with everything the rules say of it; ``content`` only where it is proven."""

    shift: ShiftRecord
    contents: ShiftContents
    assessment: Assessment
    content: ShiftContent | None


async def reassess_shifts(work: SalesWork, register: RegisterSetup, seqs: Iterable[int]) -> None:
    """Reassess shifts of one register, in one order for all workers."""
    for seq in sorted(seqs):
        await reassess_shift(work, register, seq)


async def reassess_shift(
    work: SalesWork, register: RegisterSetup, seq: int, *, with_content: bool = False
) -> Reassessed:
    """Lock a shift, apply the rules, save what they say.

    A published shift whose content is what was published stays ``published``; else it is ``ready`` again.
    ``with_content`` asks for the content of a shift that was never published, too.
    """
    stored = await work.shifts.lock(seq)
    contents = await work.shifts.contents(seq)
    shift = await _freeze(work, register, stored, contents)
    assessment = await _assess(work, register, shift, contents)
    if not contents.z_reports:
        shift = await _without_z_report(work, shift, still_open=assessment.state is ShiftState.OPEN)
    content = None
    if assessment.state is ShiftState.READY and (shift.revision > 0 or with_content):
        try:
            content = await load_content(work, shift, contents, assessment)
        except SumsDisagreeError as error:
            reasons = (*assessment.reasons, Reason("sums-disagree", str(error)))
            assessment = replace(assessment, state=ShiftState.UNRECONCILED, reasons=reasons)
    state = assessment.state
    if content is not None and shift.content_sha256 == content.sha256:
        state = ShiftState.PUBLISHED
    changed = replace(
        shift,
        state=state,
        reasons=assessment.reasons,
        business_date=assessment.business_date,
        day=assessment.business_date or local_day(shift.opened_at, register.date_rule),
    )
    if changed != stored:
        await work.shifts.save(changed)
    return Reassessed(changed, contents, assessment, content)


async def _freeze(work: SalesWork, register: RegisterSetup, shift: ShiftRecord, contents: ShiftContents) -> ShiftRecord:
    """Fix the identity once the Z-report is known; documents that named no shift find theirs."""
    if not contents.z_reports:
        return shift
    z_report = contents.z_reports[0]
    if not shift.frozen:
        shift = await _identified(work, replace(shift, opened_at=z_report.opened_at or shift.opened_at))
    shift = replace(shift, group_key=closed_group(shift.group_key, shift.number, shift.opened_at))
    await work.quarantine.attach(register, shift.opened_at, z_report.closed_at, shift.seq)
    return replace(shift, closed_at=z_report.closed_at)


async def _without_z_report(work: SalesWork, shift: ShiftRecord, *, still_open: bool) -> ShiftRecord:
    """One that a person accepted as it is ends with its last document; its number still leads a late Z-report here."""
    if still_open:
        return replace(shift, closed_at=None)
    return replace(shift if shift.frozen else await _identified(work, shift), closed_at=shift.last_at)


async def _identified(work: SalesWork, shift: ShiftRecord) -> ShiftRecord:
    """Fix the identity that both services share."""
    identity = shift_id(shift.cabinet, shift.register_number, shift.number, shift.opened_at)
    if identity != shift.id:
        await work.shifts.keep_former_id(shift.seq, shift.id)
    return replace(shift, id=identity, frozen=True)


def _fixed_date(shift: ShiftRecord) -> date | None:
    """The day a person chose, or, once published, the day its documents stand on: that is never moved silently."""
    return shift.business_date if shift.revision > 0 else shift.chosen_date


async def _assess(work: SalesWork, register: RegisterSetup, shift: ShiftRecord, contents: ShiftContents) -> Assessment:
    annulled = match_annulments(contents.receipts).annulled
    return assess(
        ShiftFacts(
            opened_at=shift.opened_at,
            last_at=shift.last_at,
            receipts=contents.receipts,
            z_reports=contents.z_reports,
            quarantined=await work.shifts.quarantined(shift.seq),
            unresolved=await work.shifts.unresolved(shift.seq, sorted(annulled)),
            accepted=await work.shifts.acceptances(shift.seq),
            chosen_date=_fixed_date(shift),
            rule=register.date_rule,
        )
    )
