"""Read delivered documents back from the ERP and notice whatever somebody changed there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from ledger.domain.documents import DocumentState
from ledger.domain.reconciliation import ErpLook
from ledger.domain.status import drift
from ledger.domain.stored import StoredDocument, erp_form
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.deliver_document import twins_reason
from ledger.use_cases.events import document_failed
from smena.clock import Clock
from smena.erp.documents import ErpDocuments, ErpSnapshot

VERIFY_BATCH_DOCUMENTS = 100


async def look_at(documents: Sequence[StoredDocument], erp: ErpDocuments) -> list[ErpLook]:
    """Read documents that have a reference back, as many in one request as the ERP allows.

    Nothing is stored. What a batch does not bring is asked for by itself. Where the ERP gave a reference of its
    own, a second document of ours may stand beside it, created by a worker that was paused; only a search by the
    marker shows it, so such a document is searched for instead.
    """
    looks = [await _search(one, erp) for one in documents if may_have_a_twin(one)]
    others = (one for one in documents if not may_have_a_twin(one))
    by_kind = sorted(others, key=lambda stored: stored.document.kind.value)
    for kind, group in groupby(by_kind, key=lambda stored: stored.document.kind):
        wanted = list(group)
        refs = [stored.status.erp_ref or str(stored.id) for stored in wanted]
        dates = [stored.document.form.date for stored in wanted]
        found = await erp.read_many(kind, refs, first=min(dates), last=max(dates))
        for stored, ref in zip(wanted, refs, strict=True):
            looks.append(_seen(stored, found.get(ref) or await erp.read(kind, ref), erp))
    return looks


def may_have_a_twin(stored: StoredDocument) -> bool:
    """Whether the ERP gave it a reference of its own: then nothing there keeps a second one away."""
    return stored.status.erp_ref not in {None, str(stored.id)}


async def _search(stored: StoredDocument, erp: ErpDocuments) -> ErpLook:
    found = await erp.find(erp_form(stored.document), ref=stored.status.erp_ref)
    snapshot = next((one for one in found.ours if one.ref == stored.status.erp_ref), None)
    look = _seen(stored, snapshot, erp)
    twins = twins_reason(found)
    return look if twins is None else replace(look, problem=twins)


def _seen(stored: StoredDocument, snapshot: ErpSnapshot | None, erp: ErpDocuments) -> ErpLook:
    differences = () if snapshot is None else erp.differences(erp_form(stored.document), snapshot)
    expect_posted = stored.status.state is DocumentState.POSTED
    accepted = stored.status.accepted_version
    if stored.status.withdrawing is not None or stored.status.rewriting:
        return ErpLook(stored, snapshot, differences, None)  # being taken back or written over by us: no drift
    if stored.status.state is DocumentState.REJECTED:  # the ERP said no: what it holds otherwise is no drift
        return ErpLook(stored, snapshot, differences, stored.status.reason if differences else None)
    problem = drift(snapshot, differences, expect_posted=expect_posted, accepted_version=accepted)
    return ErpLook(stored, snapshot, differences, problem)


def writing_registers(organization: str, rulebook: Rulebook) -> list[str]:
    """The registers of an organisation whose documents stand in its ERP."""
    return [one for one in rulebook.registers_of(organization) if rulebook.delivery_rules(one).writes]


async def verify_batch(
    organization: str, older_than: timedelta, *, erp: ErpDocuments, rulebook: Rulebook, clock: Clock, new_work: NewWork
) -> int:
    """Verify the documents not looked at for longest; how many were looked at. Drift becomes a conflict."""
    async with new_work() as work:
        registers = writing_registers(organization, rulebook)
        due = await work.documents.to_verify(registers, clock.now() - older_than, VERIFY_BATCH_DOCUMENTS)
    for look in await look_at(due, erp):
        await keep_look(look, clock=clock, new_work=new_work)
    return len(due)


async def keep_look(look: ErpLook, *, clock: Clock, new_work: NewWork) -> StoredDocument:
    """Store what was seen: verified as of now, or a conflict that names each field."""
    stored, now = look.stored, clock.now()
    status = stored.status if look.snapshot is None else stored.status.holding(look.snapshot)
    async with new_work() as work:
        if look.problem is None and look.snapshot is not None:
            status = stored.status.reverified(look.snapshot, now)
        else:
            status = status.conflicting(look.problem or "", look.differences)
            work.outbox.add(document_failed(stored.document, status.state, status.reason or ""))
        saved = await work.documents.save(stored, status, at=now)
        await work.commit()
    return saved
