"""Recompute everything the ledger keeps, and name every difference."""

from collections.abc import Sequence
from uuid import UUID

from ledger.domain.rules import DocumentRules
from ledger.domain.shifts import ShiftKey
from ledger.domain.status import SUPERSEDED
from ledger.domain.stored import StoredDocument
from ledger.ports.audit import StoredRevision
from ledger.ports.repositories import KeptRevision, KeptShift
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.read_shift import UnreadableShiftError, read_shift
from ledger.use_cases.replay_period import Recomputed, recompute
from smena.audit.chain import NO_PREVIOUS, ChainReading

AUDIT_ENTRIES_AT_ONCE = 500


async def check_stored(new_work: NewWork) -> tuple[int, int, list[str]]:
    """Recompute every stored document by the rules stored with it; shifts, documents, and every difference."""
    async with new_work() as work:
        shifts = await work.shifts.all_ids()
    documents, problems = 0, list[str]()
    for shift_id in shifts:
        async with new_work() as work:
            documents += await work.audit.document_count(shift_id)
        problems += await _problems_of(shift_id, new_work)
    problems += await _audit_faults(new_work)
    return len(shifts), documents, problems


async def _audit_faults(new_work: NewWork) -> list[str]:
    """The first entry of each organisation's chain that does not fit, if any."""
    async with new_work() as work:
        organizations = await work.trail.organizations()
    found: list[str] = []
    for organization in organizations:
        reading, broken, after = ChainReading(heads={organization: (0, NO_PREVIOUS)}), None, 0
        while broken is None:
            async with new_work() as work:
                entries = await work.trail.chain(organization, after, AUDIT_ENTRIES_AT_ONCE)
            if not entries:
                break
            after = entries[-1].number
            taken = (reading.take(entry.as_json()) for entry in entries)
            broken = next((one for one in taken if one is not None), None)
        found += [] if broken is None else [f"audit: {broken}"]
    return found


async def _problems_of(shift_id: UUID, new_work: NewWork) -> list[str]:
    """What is wrong with one shift; a row that can't be read is a finding, and no reason to stop."""
    problems: list[str] = []
    try:
        async with new_work() as work:
            shift = await work.shifts.get(shift_id)
            if shift is None:
                return problems
            problems += _event_faults(shift, await work.audit.revisions(shift_id))
            problems += await work.audit.document_faults(shift_id)
            stored = await work.documents.of_shift(shift_id)
            problems += _superseding_faults(stored, await work.revisions.applied(shift_id))
            for recomputed in await recompute(work, shift, stored, _stored_rules):
                problems += _differences(recomputed)
    except Exception as error:  # noqa: BLE001 - stored data may hold anything, and each thing is a finding
        problems.append(f"shift {shift_id}: can't be recomputed ({type(error).__name__}: {error})")
    return problems


def _event_faults(shift: KeptShift, revisions: list[StoredRevision]) -> list[str]:
    """Every column of a shift and its revisions that does not say what the events say."""
    found: list[str] = []
    for stored in revisions:
        where = f"shift {shift.key.id} revision {stored.number}"
        try:
            told, sha256 = read_shift(stored.event)
        except UnreadableShiftError as error:
            found.append(f"{where}: event ({error})")
            continue
        pairs = {
            "number": (stored.number, told.number),
            "previous": (stored.previous, told.previous or 0),
            "business_date": (stored.business_date, told.business_date),
            "sha256 of the event": (stored.sha256, sha256),
            **{name: (getattr(shift.key, name), getattr(told.shift, name)) for name in ShiftKey.__dataclass_fields__},
        }
        found += [f"{where}: {name}" for name, (held, made) in pairs.items() if held != made]
    last = max((one.number for one in revisions if one.applied), default=0)
    if shift.applied != last:
        found.append(f"shift {shift.key.id}: applied is {shift.applied}, the last applied revision {last}")
    return found


def _superseding_faults(stored: Sequence[StoredDocument], revisions: Sequence[KeptRevision]) -> list[str]:
    """Documents of which one column says that a later revision took their place, and another does not."""
    named = {key for kept in revisions for key in kept.superseded}
    gone = {one.document.key for one in stored if one.status.reason == SUPERSEDED}
    return [f"{key}: superseded by a revision, or not" for key in sorted(named ^ gone)]


def _differences(recomputed: Recomputed) -> list[str]:
    payment_kinds = {document.key: document.payment_kind for document in recomputed.documents}
    found = [f"{change['key']}: differs from the stored event" for change in recomputed.changes()]
    found += [
        f"{one.document.key}: payment_kind"
        for one in recomputed.stored
        if one.document.key in payment_kinds and one.document.payment_kind != payment_kinds[one.document.key]
    ]
    return found


def _stored_rules(kept: KeptRevision) -> DocumentRules:
    if kept.rules is None:
        raise ValueError(f"revision {kept.number} of shift {kept.shift} was applied without rules")
    return kept.rules
