"""A person's ways out of a document's state: send again, cancel, decide a conflict."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from ledger.domain.documents import DocumentState
from ledger.domain.feed import acknowledged
from ledger.domain.open_decisions import may_keep_theirs
from ledger.domain.status import (
    NO_LONGER_MADE,
    NOT_IN_REVISION,
    SUPERSEDED,
    DeliveryStatus,
    DeliveryTiming,
    digest_of,
)
from ledger.domain.stored import StoredDocument, erp_form
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.deliver_document import COMMENT
from ledger.use_cases.delivery_steps import add_shift_posted
from ledger.use_cases.events import document_failed, document_posted
from ledger.use_cases.lease import HeldLease, give_back, take_lease
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from ledger.use_cases.reconcile_shifts import Comparing, was_delivered
from ledger.use_cases.replay_period import ReplayOutcome, replay_shift
from ledger.use_cases.verify_documents import keep_look, look_at
from smena.audit.chain import Deed
from smena.db.notifications import notify
from smena.erp.documents import ErpDocuments, ErpSnapshot
from smena.leases.leases import Leases

DECISION_LEASE_SECONDS = 120.0
WHY_NEEDED_NO_MORE = {
    NO_LONGER_MADE: "the register's settings make it no more",
    NOT_IN_REVISION: "the later revision of the shift does not have it",
    SUPERSEDED: "a later revision of the shift took its place; it never reached the ERP",
}
USUAL_TIMING = DeliveryTiming(request=40, absence_horizon=120, absence_looks=3, retry=15, retry_max=900)
LINKED_REASON = "Связан с вашим документом, но он отличается: решите, чьё верно"
UNSENT = frozenset({DocumentState.PLANNED, DocumentState.REJECTED, DocumentState.CONFLICT})


class BusyDocumentError(Exception):
    """A worker is on the shift right now; ask again in a moment."""


class ImpossibleDecisionError(Exception):
    """The document's state does not allow this; the message says what does, in both languages of the API.

    Words that are stored, or 1C's own, are quoted as they are.
    """

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(ru)
        self.ru = ru
        self.en = en


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, why, and ``what`` the audit calls it."""

    person: str
    reason: str
    what: str = "document.decide"

    def deed(self, organization: str, subject: str, **details: str) -> Deed:
        """The decision as the audit keeps it."""
        return Deed(organization, self.person, self.what, subject, self.reason, details)


@dataclass(frozen=True, slots=True)
class Deciding:
    """What a decision needs."""

    comparing: Comparing
    timing: DeliveryTiming = USUAL_TIMING

    @property
    def leases(self) -> Leases:
        """The leases of shifts."""
        return self.comparing.leases

    @property
    def new_work(self) -> NewWork:
        """Opens transactions."""
        return self.comparing.new_work

    def fetched(self, stored: StoredDocument) -> bool:
        """Whether the ERP fetches the document: then it can't be asked, and answers by the feed alone."""
        return self.comparing.rulebook.fetches(stored.document.organization)

    def erp_of(self, stored: StoredDocument) -> ErpDocuments:
        """The ERP of a document.

        Raises:
            ImpossibleDecisionError: none is connected.
        """
        erp = self.comparing.erps.get(stored.document.organization)
        if erp is None:
            raise ImpossibleDecisionError(
                "1С этой организации не подключена", "No ERP of this organisation is connected"
            )
        return erp


async def resend(document_id: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
    """Send again: it is looked for in the ERP first, so a document that is there is taken up, never doubled.

    A refused one that never left is computed anew by today's settings, with its whole shift. One of a closed
    period is let go. A delivered one is looked at.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it was cancelled.
    """
    stored, lease = await take(document_id, tools)
    try:
        if stored.status.state is DocumentState.CANCELLED:
            return await store(stored, await _revived(stored, tools), decision, lease, tools)
        fetched = tools.fetched(stored)
        held = stored.status.state is DocumentState.CONFLICT or stored.status.rewriting
        if stored.status.withdrawing == NOT_IN_REVISION:
            return await store(stored, replace(stored.status, released=True), decision, lease, tools)
        if was_delivered(stored) and not held and not fetched:
            return await _verify(stored, tools)
        if stored.status.state is DocumentState.REJECTED and stored.untouched():
            stored = await _compute_anew(stored, lease, tools)
            if stored.document.refusal is not None or stored.status.state is DocumentState.CANCELLED:
                return stored
            lease = await lease_of(stored, tools, owner=lease.fence.owner)  # the rebuilding took it and gave it back
        state = stored.status.state
        again = DocumentState.PLANNED if state in UNSENT or fetched else state  # fetched: offered at a new position
        status = replace(
            stored.status,
            state=again,
            reason=None,
            differences=(),
            attempts=0,
            next_attempt_at=tools.comparing.clock.now(),
            released=True,
        )
        return await store(stored, status, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)


async def create_anyway(document_id: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
    """The lookalike is another document: create ours beside it.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it does not wait for this decision.
    """
    stored, lease = await take(document_id, tools)
    try:
        if stored.status.state is not DocumentState.CONFLICT or stored.status.erp_ref is not None:
            raise ImpossibleDecisionError(
                "create-anyway относится только к документу «Похоже, уже введено»",
                "create-anyway is for a document that looks entered already (Похоже, уже введено)",
            )
        status = replace(
            stored.status,
            state=DocumentState.PLANNED,
            reason=None,
            create_anyway=True,
            next_attempt_at=tools.comparing.clock.now(),
        )
        return await store(stored, status, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)


async def link(document_id: UUID, ref: str | None, decision: Decision, tools: Deciding) -> StoredDocument:
    """The lookalike is this document: take hers for ours; where it says something else, whose is right is decided next.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: there is no one lookalike of this reference.
        ErpError: the ERP could not be asked.
    """
    stored, lease = await take(document_id, tools)
    try:
        if stored.status.state is not DocumentState.CONFLICT or stored.status.erp_ref is not None:
            raise ImpossibleDecisionError(
                "link относится только к документу «Похоже, уже введено»",
                "link is for a document that looks entered already (Похоже, уже введено)",
            )
        found = await tools.erp_of(stored).find(erp_form(stored.document), ref=None)
        wanted = [one for one in found.lookalikes if ref is None or one.ref == ref]
        if len(wanted) != 1:
            refs = ", ".join(one.ref for one in found.lookalikes) or "нет"
            raise ImpossibleDecisionError(
                f"Укажите ref одного из похожих документов: {refs}",
                f"Give the ref of one of the documents that look alike ({len(found.lookalikes)}): {refs}",
            )
        hers = wanted[0]
        differences = tools.erp_of(stored).differences(erp_form(stored.document), hers)
        differences = tuple(one for one in differences if one.field != COMMENT)  # our marker is in none of hers
        if differences:
            status = stored.status.holding(hers).conflicting(LINKED_REASON, differences)
            return await store(stored, status, decision, lease, tools)
        status = stored.status.kept(hers, tools.comparing.clock.now(), decision.reason, to_post=True)
        return await store(stored, status, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)


async def keep_theirs(document_id: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
    """What stands in the ERP stands as it is; marked or erased there, ours takes no part any more.

    So does what a later revision would write over, or take out, but did not yet, or was refused to.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it is no conflict over a document in the ERP.
        ErpError: the ERP could not be asked.
    """
    stored, lease = await take(document_id, tools)
    try:
        ref = stored.status.erp_ref
        if not may_keep_theirs(stored) or ref is None:
            raise ImpossibleDecisionError(
                "keep-theirs относится к документу, изменённому в 1С или такому, поверх которого 1С не дала писать",
                "keep-theirs is for a document that was changed in the ERP, or over which it refused to write ours",
            )
        if tools.fetched(stored):  # it refused to take the document back
            held = acknowledged(stored.status, ref, None, post=stored.status.erp_posted)
            return await store(stored, held, decision, lease, tools)
        snapshot = await tools.erp_of(stored).read(stored.document.kind, ref)
        if snapshot is None or snapshot.marked:
            return await store(stored, stored.status.cancelled(decision.reason), decision, lease, tools)
        return await _keep(stored, snapshot, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)


async def _revived(stored: StoredDocument, tools: Deciding) -> DeliveryStatus:
    if tools.fetched(stored):
        raise ImpossibleDecisionError(
            "Документ отменён: он не участвует в учёте и больше не отправляется",
            "The document was cancelled: it takes no part in the books and is sent no more",
        )
    if stored.status.reason in WHY_NEEDED_NO_MORE:
        raise ImpossibleDecisionError(
            f"Документ отменён: {stored.status.reason}",
            f"The document was cancelled, because {WHY_NEEDED_NO_MORE[stored.status.reason or '']}",
        )
    now = tools.comparing.clock.now()
    if stored.status.erp_ref is None:
        return stored.status.lost(now)
    snapshot = await tools.erp_of(stored).read(stored.document.kind, stored.status.erp_ref)
    if snapshot is None:
        return stored.status.lost(now)
    return stored.status.holding(snapshot).overwritten(digest_of(snapshot), now, released=True)


async def take(document_id: UUID, tools: Deciding) -> tuple[StoredDocument, HeldLease]:
    """The document as it stands, with its shift's lease: no worker moves it meanwhile."""
    async with tools.new_work() as work:
        stored = await work.documents.get(document_id)
    if stored is None:
        raise KeyError(document_id)
    lease = await lease_of(stored, tools, owner=str(uuid4()))
    async with tools.new_work() as work:
        return await work.documents.get(document_id) or stored, lease


async def lease_of(stored: StoredDocument, tools: Deciding, *, owner: str) -> HeldLease:
    """The lease of a document's shift.

    Raises:
        BusyDocumentError: somebody else holds it.
    """
    name = f"shift:{stored.document.shift}"
    lease = await take_lease(tools.new_work, tools.leases, name, owner, DECISION_LEASE_SECONDS)
    if lease is None:
        raise BusyDocumentError
    return lease


async def _verify(stored: StoredDocument, tools: Deciding) -> StoredDocument:
    (look,) = await look_at([stored], tools.erp_of(stored))
    return await keep_look(look, clock=tools.comparing.clock, new_work=tools.new_work)


async def _compute_anew(stored: StoredDocument, lease: HeldLease, tools: Deciding) -> StoredDocument:
    async with tools.new_work() as work:
        owner = lease.fence.owner
        await replay_shift(work, stored.document.shift, ReplayOutcome(), tools.comparing, dry_run=False, owner=owner)
    async with tools.new_work() as work:
        return await work.documents.get(stored.id) or stored


async def _keep(
    stored: StoredDocument, snapshot: ErpSnapshot, decision: Decision, lease: HeldLease, tools: Deciding
) -> StoredDocument:
    status = stored.status.kept(snapshot, tools.comparing.clock.now(), decision.reason)
    return await store(stored, status, decision, lease, tools)


async def store(
    stored: StoredDocument, status: DeliveryStatus, decision: Decision, lease: HeldLease, tools: Deciding
) -> StoredDocument:
    """State, event and history in one transaction; the history names the person and the reason."""
    now = tools.comparing.clock.now()
    async with tools.new_work() as work:
        await lease.hold(work)
        saved = await work.documents.save(stored, status, at=now, actor=decision.person, why=decision.reason)
        work.trail.record(deed_on(stored, decision, status.state))
        if status.state is DocumentState.POSTED:
            work.outbox.add(document_posted(saved))
            await add_shift_posted(work, saved, read_back=not tools.fetched(saved))
        elif status.state is DocumentState.CANCELLED:
            work.outbox.add(document_failed(saved.document, status.state, decision.reason))
            await add_shift_posted(work, saved, read_back=not tools.fetched(saved))
        await notify(work.session, DELIVERY_CHANNEL)
        await work.commit()
    return saved


def deed_on(stored: StoredDocument, decision: Decision, after: DocumentState) -> Deed:
    """A decision on a document as the audit keeps it."""
    document, before = stored.document, stored.status.state
    states = {"state_before": before.value, "state_after": after.value}
    return decision.deed(document.organization, f"document/{stored.id}", key=document.key, **states)
