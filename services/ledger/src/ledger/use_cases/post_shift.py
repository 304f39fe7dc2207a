"""Turn a published shift into stored documents, once, and its revisions strictly in order."""

from enum import StrEnum
from uuid import UUID

import structlog

from ledger.domain.build_documents import makes_documents
from ledger.domain.chain import Chain
from ledger.domain.documents import Document, DocumentState
from ledger.domain.rules import DocumentRules
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import DeliveryStatus
from ledger.ports.repositories import KeptRevision, KeptShift
from ledger.ports.rulebook import Rulebook, UnknownRegisterError
from ledger.ports.unit_of_work import LedgerWork, NewWork
from ledger.use_cases.events import document_failed
from ledger.use_cases.read_shift import UnreadableShiftError, read_shift
from ledger.use_cases.supersede_documents import lock_superseded, supersede
from smena.clock import Clock
from smena.db.notifications import notify
from smena.runtime.failpoints import reach

CONSUMER = "ledger.shifts"
DELIVERY_CHANNEL = "ledger_deliver"

_log = structlog.get_logger(__name__)


class ShiftOutcome(StrEnum):
    """What became of one event."""

    APPLIED = "applied"
    WAITING = "waiting"
    NOTED = "noted"
    DONE_BEFORE = "done-before"


async def post_shift(
    event_id: UUID, data: bytes, *, rulebook: Rulebook, clock: Clock, new_work: NewWork
) -> ShiftOutcome:
    """Store the documents of one event: all of them with the inbox mark in one transaction, or none.

    A revision that comes before its predecessor is kept and waits; its coming applies both. Every sum is
    checked before anything is stored.

    Raises:
        UnreadableShiftError: the event can't be taken, or contradicts one that was; trying again is pointless.
    """
    revision, sha256 = read_shift(data)
    try:
        rules = rulebook.document_rules(
            revision.shift.organization, revision.shift.register, revision.shift.register_number
        )
    except UnknownRegisterError as error:
        raise UnreadableShiftError(str(error)) from error
    async with new_work() as work:
        first = await work.inbox.first(event_id, CONSUMER)
        shift = await work.shifts.lock(revision.shift)
        _check_identity(shift, revision)
        known = await work.revisions.get(shift.key.id, revision.number)
        if known is not None:
            _check_content(revision, known, sha256)
            await work.commit()
            return ShiftOutcome.NOTED if first else ShiftOutcome.DONE_BEFORE
        if not first:
            raise UnreadableShiftError(
                f"событие {event_id} уже принято с другим содержанием: версии {revision.number} смены"
                f" {revision.shift.number} кассы {revision.shift.register} в нём не было"
            )
        if (revision.previous or 0) < shift.applied:
            raise UnreadableShiftError(
                f"версия {revision.number} идёт после {revision.previous}, а уже учтена {shift.applied}"
            )
        await work.revisions.add(revision, data, sha256, at=clock.now())
        applied = await _apply_in_order(work, shift, rules, clock)
        reach("post_shift.before-commit")
        await work.commit()
    reach("post_shift.after-commit")
    _log.info("shift.taken", shift=str(shift.key.id), revision=revision.number, applied=applied)
    return ShiftOutcome.APPLIED if revision.number in applied else ShiftOutcome.WAITING


def _check_identity(shift: KeptShift, revision: ShiftRevision) -> None:
    """One id is one shift: an event that gives it another register or number is about something else."""
    if shift.key != revision.shift:
        raise UnreadableShiftError(
            f"смена {shift.key.id} уже известна как смена {shift.key.number} кассы {shift.key.register}"
            f" организации {shift.key.organization}, а пришла смена {revision.shift.number} кассы"
            f" {revision.shift.register} организации {revision.shift.organization}"
        )


def _check_content(revision: ShiftRevision, known: KeptRevision, sha256: str) -> None:
    """A published revision never changes: the same number with other content is refused, whatever carries it."""
    if known.sha256 != sha256:
        raise UnreadableShiftError(
            f"версия {revision.number} смены {revision.shift.number} кассы {revision.shift.register} уже принята"
            f" с другим содержанием: было {known.sha256}, пришло {sha256}"
        )


async def _apply_in_order(work: LedgerWork, shift: KeptShift, rules: DocumentRules, clock: Clock) -> list[int]:
    """Apply every revision whose predecessor stands.

    One that writes documents anew in place is left to the delivery, which alone knows when nothing about them is
    under way (``restate_shift``).
    """
    applied: list[int] = []
    last = shift.applied
    while (kept := await work.revisions.following(shift.key.id, last)) is not None:
        revision, _ = read_shift(kept.event)
        before = await chain_of(work, shift.key.id)
        if before.restates(rules):
            await notify(work.session, DELIVERY_CHANNEL)
            break
        now = clock.now()
        stored = await work.documents.of_shift(shift.key.id) if makes_documents(revision, rules) else []
        superseded = await lock_superseded(work, stored, before.in_force, revision.number)
        keys = [one.document.key for one in superseded]
        after = before.then(revision, rules, keys)
        documents = [one for key, one in after.documents.items() if key not in before.documents]
        await supersede(work, superseded, revision.number, at=now)
        await work.documents.add([(document, initial_status(document)) for document in documents], at=now)
        for document in documents:
            if document.refusal is not None:
                work.outbox.add(document_failed(document, DocumentState.REJECTED, document.refusal))
        await work.revisions.set_applied(shift.key.id, kept.number, rules, at=now, superseded=keys)
        last = kept.number
        applied.append(last)
    if applied:
        await work.shifts.set_applied(shift.key.id, last)
        await notify(work.session, DELIVERY_CHANNEL)
    return applied


async def chain_of(work: LedgerWork, shift_id: UUID) -> Chain:
    """What the applied revisions of a shift come to, each by the rules it was applied by."""
    chain = Chain()
    for kept in await work.revisions.applied(shift_id):
        if kept.rules is None:
            raise ValueError(f"revision {kept.number} of shift {shift_id} was applied without rules")
        chain = chain.then(read_shift(kept.event)[0], kept.rules, kept.superseded)
    return chain


def initial_status(document: Document) -> DeliveryStatus:
    """A document that can't be delivered at all starts as rejected, every other one as planned.

    While one document of a shift is rejected none of the shift is delivered: half a shift in the books is
    worse than a shift that waits, and once the payment kind is mapped the others may still change.
    """
    if document.refusal is not None:
        return DeliveryStatus(state=DocumentState.REJECTED, reason=document.refusal)
    return DeliveryStatus()
