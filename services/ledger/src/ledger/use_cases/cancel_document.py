"""Take a document out of the books by a person's decision, wherever it has got to."""

from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.status import BEGUN, WITHDRAWAL_REFUSED, digest_of, drift, holds
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.decide_document import (
    UNSENT,
    Deciding,
    Decision,
    ImpossibleDecisionError,
    store,
    take,
)
from ledger.use_cases.delivery_steps import DeliverySteps
from ledger.use_cases.lease import HeldLease, give_back
from ledger.use_cases.verify_documents import keep_look, look_at
from ledger.use_cases.withdraw_document import withdraw

IN_FLIGHT = frozenset({DocumentState.SENDING, DocumentState.UNKNOWN})


async def cancel(document_id: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
    """Cancel; in the ERP the document is unposted and marked for deletion, never deleted.

    The decision is stored first: what the ERP does not answer now is done by the delivery as soon as it does. One
    that was changed by hand there becomes a conflict instead; cancelled once more, it is taken out as it is.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: nobody knows yet whether it is there, it was changed there, or the ERP refuses.
        ErpError: the ERP could not be asked whether it holds what was sent.
    """
    stored, lease = await take(document_id, tools)
    try:
        return await cancel_held(stored, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)


async def cancel_held(stored: StoredDocument, decision: Decision, lease: HeldLease, tools: Deciding) -> StoredDocument:
    """The same, under the lease of the document's shift. Raises as ``cancel``, but for a busy one."""
    state = stored.status.state
    if state is DocumentState.CANCELLED:
        return stored
    if tools.fetched(stored):  # an ERP that fetches is told by the feed
        return await store(stored, stored.status.cancelled(decision.reason), decision, lease, tools)
    if state in IN_FLIGHT:
        raise ImpossibleDecisionError(
            "Ответа 1С ещё нет: документ ищется, отменить можно, когда станет ясно",
            "1C gave no answer yet: the document is being looked for and can be cancelled once that is clear",
        )
    if state in UNSENT and stored.status.erp_ref is None:
        return await store(stored, stored.status.cancelled(decision.reason), decision, lease, tools)
    if stored.status.withdrawing is None:
        stored = await _decide(stored, decision, lease, tools)
        if stored.status.state is DocumentState.CANCELLED:
            return stored
    comparing = tools.comparing
    steps = DeliverySteps(tools.erp_of(stored), lease, comparing.clock, tools.timing, tools.new_work)
    done = await withdraw(stored, steps)
    if done.status.state is not DocumentState.CANCELLED and done.status.withdrawing is None:
        said = done.status.reason or WITHDRAWAL_REFUSED
        raise ImpossibleDecisionError(said, f"The ERP did not let it be cancelled: {said}")
    return done


async def _decide(stored: StoredDocument, decision: Decision, lease: HeldLease, tools: Deciding) -> StoredDocument:
    """Store the decision together with what the ERP holds now: only that will be taken out."""
    erp, status = tools.erp_of(stored), stored.status
    snapshot = await erp.read(stored.document.kind, status.erp_ref or str(stored.id))
    if snapshot is None:
        gone = status.cancelled(status.leaving_because(decision.reason))
        return await store(stored, gone, decision, lease, tools)
    if status.state is not DocumentState.CONFLICT:
        differences = erp.differences(erp_form(stored.document), snapshot)
        expect_posted = status.state is DocumentState.POSTED
        changed = drift(snapshot, differences, expect_posted=expect_posted, accepted_version=status.accepted_version)
        as_refused = status.rewrite_refused and holds(snapshot, status.decided_on)
        if changed is not None and not snapshot.marked and not status.rewriting and not as_refused:
            (look,) = await look_at([stored], erp)
            if look.problem is not None:
                await keep_look(look, clock=tools.comparing.clock, new_work=tools.new_work)
            raise ImpossibleDecisionError(
                f"{changed}: посмотрите поля; чтобы всё же отменить его, повторите отмену (cancel)",
                "It was changed in the ERP: look at the fields; to cancel it all the same, cancel once more",
            )
    now = tools.comparing.clock.now()
    reason = status.leaving_because(decision.reason)
    decided_on = (BEGUN if status.rewrite_refused else "") + digest_of(snapshot)
    decided = status.holding(snapshot).withdrawn(reason, decided_on, now)
    return await store(stored, decided, decision, lease, tools)
