"""Deliver one shift's documents in the order report, cash, others; each step starts again alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.status import DeliveryTiming
from ledger.domain.stored import StoredDocument
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.deliver_document import DocumentDelivery
from ledger.use_cases.lease import HeldLease, give_back, take_lease
from ledger.use_cases.replay_period import ReplayOutcome, replay_shift
from smena.clock import Clock
from smena.erp.documents import ErpDocuments
from smena.erp.errors import ErpError
from smena.leases.leases import Leases
from smena.observability.tracing import continue_trace

STOPPING_STATES = frozenset({DocumentState.REJECTED, DocumentState.CONFLICT})


@dataclass(frozen=True, slots=True)
class DeliveryTools:
    """What every delivery of one base needs."""

    erp: ErpDocuments
    rulebook: Rulebook
    clock: Clock
    timing: DeliveryTiming
    leases: Leases
    lease_seconds: float
    new_work: NewWork


@dataclass(frozen=True, slots=True)
class ShiftWork:
    """What became of one attempt at a shift.

    ``moved`` is whether any document of it changed; ``failed`` is set when the base itself could not be asked;
    ``trapped`` when a document was refused while a later revision of its shift only waits to follow it.
    """

    moved: bool = False
    failed: ErpError | None = None
    trapped: bool = False


async def deliver_shift(shift_id: UUID, owner: str, tools: DeliveryTools) -> ShiftWork:
    """Work on a shift as far as it goes now, as its only worker.

    A peer that works on the shift already is left alone.
    """
    lease = await take_lease(tools.new_work, tools.leases, f"shift:{shift_id}", owner, tools.lease_seconds)
    if lease is None:
        return ShiftWork()
    try:
        work = await _deliver(shift_id, lease, tools)
    finally:
        await give_back(tools.new_work, lease)
    if work.trapped:
        await _lead_out(shift_id, owner, tools)
    return work


async def _lead_out(shift_id: UUID, owner: str, tools: DeliveryTools) -> None:
    """The later revision, which may have mended what was refused, takes the place of what never left."""
    async with tools.new_work() as work:
        await replay_shift(work, shift_id, ReplayOutcome(), tools, dry_run=False, owner=owner)


async def _deliver(shift_id: UUID, lease: HeldLease, tools: DeliveryTools) -> ShiftWork:
    async with tools.new_work() as work:
        documents = await work.documents.of_shift(shift_id)
        traceparent = await work.revisions.trace_of(shift_id)
    with continue_trace(traceparent, "deliver shift"):
        return await _deliver_in_order(documents, lease, tools)


async def _deliver_in_order(documents: Sequence[StoredDocument], lease: HeldLease, tools: DeliveryTools) -> ShiftWork:
    delivery = DocumentDelivery(tools.erp, lease, tools.clock, tools.timing, tools.new_work)
    if any(one.status.state in STOPPING_STATES and one.status.withdrawing is None for one in documents):
        return ShiftWork()
    moved, trapped = False, False
    for stored in documents:
        rules = tools.rulebook.delivery_rules(stored.document.register)
        if stored.settled(rules):
            continue
        if not rules.writes or stored.held(rules) is not None or _not_yet(stored, tools.clock):
            break
        if stored.waits_for(documents) is not None:
            break
        delivered = await delivery.deliver(stored, post=rules.posts(stored.document.kind.value))
        moved = moved or delivered.status != stored.status
        trapped = delivered.never_left() and any(
            one.document.revision > delivered.document.revision for one in documents
        )
        if not delivered.settled(rules):
            break
    return ShiftWork(moved, delivery.failed, trapped)


def _not_yet(stored: StoredDocument, clock: Clock) -> bool:
    due = stored.status.next_attempt_at
    return due is not None and due > clock.now()
