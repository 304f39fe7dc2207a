"""Apply a later revision that writes the documents of its shift anew in place (``on_change = "update"``).

It waits until nothing about those documents is unclear, and is applied under the lease of the shift, so that no worker
still sends what they said before. Here only what they are to say is stored, with what the ERP was last seen to hold;
the delivery writes it there, and only over that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from ledger.domain.chain import Chain
from ledger.domain.documents import Document, DocumentState
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import NOT_IN_REVISION, DeliveryStatus
from ledger.domain.stored import StoredDocument, as_decided, erp_form
from ledger.ports.repositories import KeptShift
from ledger.ports.rulebook import UnknownRegisterError
from ledger.ports.unit_of_work import LedgerWork
from ledger.use_cases.deliver_shift import DeliveryTools
from ledger.use_cases.events import document_failed
from ledger.use_cases.lease import give_back, take_lease
from ledger.use_cases.post_shift import DELIVERY_CHANNEL, chain_of, initial_status
from ledger.use_cases.read_shift import read_shift
from smena.audit.chain import Deed
from smena.db.notifications import notify
from smena.kinds.money import format_money
from smena.runtime.failpoints import reach

BY_ITSELF = "smena"
KEPT_AS_HERS = "В 1С оставлен ваш вариант, а вышла новая версия смены: решите, чьё верно"
DAY_MOVED = "Новая версия смены переносит документ на другой день: решите, переносить ли"

_log = structlog.get_logger(__name__)


async def restate_shift(shift_id: UUID, owner: str, tools: DeliveryTools) -> bool:
    """Apply the next revisions of a shift, all documents in one transaction; False when they have to wait.

    Raises:
        LeaseLostError: somebody else works on the shift now; nothing was stored.
        UnbalancedDocumentsError: the documents do not add up.
    """
    lease = await take_lease(tools.new_work, tools.leases, f"shift:{shift_id}", owner, tools.lease_seconds)
    if lease is None:
        return False
    try:
        async with tools.new_work() as work:
            shift = await work.shifts.lock_known(shift_id)
            await lease.hold(work)
            applied = 0 if shift is None else shift.applied
            while shift is not None and await _apply(work, shift, tools):
                shift = await work.shifts.get(shift_id)
            if shift is None or shift.applied == applied:
                return False
            reach("restate.before-commit")
            await work.commit()
        reach("restate.after-commit")
        return True
    finally:
        await give_back(tools.new_work, lease)


async def _apply(work: LedgerWork, shift: KeptShift, tools: DeliveryTools) -> bool:
    key, now = shift.key, tools.clock.now()
    kept = await work.revisions.following(key.id, shift.applied)
    stored = await work.documents.of_shift(key.id)
    if kept is None or any(one.status.under_way for one in stored):
        return False
    try:
        rules = tools.rulebook.document_rules(key.organization, key.register, key.register_number)
    except UnknownRegisterError:
        return False
    revision, _ = read_shift(kept.event)
    before = await chain_of(work, key.id)
    after = before.then(revision, rules)
    if _refused_in_place(stored, after):
        return False
    await _store(work, stored, (before, after), revision, now)
    await work.revisions.set_applied(key.id, kept.number, rules, at=now)
    await work.shifts.set_applied(key.id, kept.number)
    await notify(work.session, DELIVERY_CHANNEL)
    _log.info("shift.restated", shift=str(key.id), revision=kept.number)
    return True


def _refused_in_place(stored: Sequence[StoredDocument], chain: Chain) -> bool:
    """Whether a document in the ERP would be one that can't be delivered: it waits until its kind is mapped."""
    in_erp = {one.document.key for one in stored if not one.untouched()}
    return any(key in in_erp and chain.documents[key].refusal is not None for key in chain.in_force)


async def _store(
    work: LedgerWork,
    stored: Sequence[StoredDocument],
    chains: tuple[Chain, Chain],
    revision: ShiftRevision,
    now: datetime,
) -> None:
    before, after = chains
    held = {one.document.key: one for one in stored}
    for key in after.in_force:
        document, there = after.documents[key], held.get(key)
        if there is None:
            status = initial_status(document)
            await work.documents.add([(document, status)], at=now)
            _tell(work, document, status)
        elif before.documents.get(key) != document:
            await _restate(work, there, as_decided(there, document), revision.number, now)
    for key in before.in_force:
        if key not in after.in_force and key in held:
            await _take_out(work, held[key], revision.number, now)


async def _restate(work: LedgerWork, stored: StoredDocument, document: Document, number: int, now: datetime) -> None:
    status, why = _restated(stored, document, now), None
    if (stored.document, erp_form(stored.document)) != (document, erp_form(document)):
        why = f"Версия {number} смены: {_what_changed(stored.document, document)}"
        _record(work, stored, status, why, document.amount)
    await work.documents.rebuild(stored, document, status, at=now, why=why)
    if status.state is not stored.status.state:
        _tell(work, document, status)


def _restated(stored: StoredDocument, document: Document, now: datetime) -> DeliveryStatus:
    status = stored.status
    if status.state is DocumentState.CANCELLED:
        return status  # taken out by a person: a resend brings it back, and then as it stands now
    if stored.untouched():
        return initial_status(document)
    if erp_form(stored.document) == erp_form(document):
        return status
    if status.rewriting:
        return status  # nothing of the revision before was written yet: this one takes its place
    if status.accepted_version is not None:
        return status.conflicting(KEPT_AS_HERS)
    if stored.document.business_date != document.business_date:
        return status.conflicting(DAY_MOVED)
    return status.restated(now)


async def _take_out(work: LedgerWork, stored: StoredDocument, number: int, now: datetime) -> None:
    status, why = stored.status, f"Версия {number} смены: документа в ней нет"
    if status.state is DocumentState.CANCELLED or stored.untouched():
        status = status.cancelled(NOT_IN_REVISION)
    elif status.accepted_version is not None:
        status = status.conflicting(f"{NOT_IN_REVISION}. {KEPT_AS_HERS}")
    else:
        status = replace(status.withdrawn(NOT_IN_REVISION, status.held_there(), now), released=False)
    _record(work, stored, status, why, 0)
    await work.documents.save(stored, status, at=now, why=why)
    if status.state is not stored.status.state:
        _tell(work, stored.document, status)


def _tell(work: LedgerWork, document: Document, status: DeliveryStatus) -> None:
    if status.state in {DocumentState.REJECTED, DocumentState.CONFLICT, DocumentState.CANCELLED}:
        work.outbox.add(document_failed(document, status.state, status.reason or ""))


def _what_changed(before: Document, after: Document) -> str:
    if before.amount != after.amount:
        return f"сумма была {format_money(before.amount)}, стала {format_money(after.amount)}"
    return "сумма та же, изменились строки или реквизиты"


def _record(work: LedgerWork, stored: StoredDocument, status: DeliveryStatus, why: str, amount: int) -> None:
    document = stored.document
    details = {
        "key": document.key,
        "state_before": stored.status.state.value,
        "state_after": status.state.value,
        "amount_before": format_money(document.amount),
        "amount_after": format_money(amount),
    }
    subject = f"document/{stored.id}"
    work.trail.record(Deed(document.organization, BY_ITSELF, "document.restate", subject, why, details))
