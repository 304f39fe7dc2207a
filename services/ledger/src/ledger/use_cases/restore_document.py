"""Bring back what was lost, unposted, marked or changed in the ERP, by a person's decision."""

from dataclasses import replace
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.status import digest_of
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, store, take
from ledger.use_cases.deliver_document import living, twins_reason
from ledger.use_cases.lease import give_back


async def restore_ours(document_id: UUID, decision: Decision, tools: Deciding) -> StoredDocument:
    """What the ERP lost is created once more; what stands there otherwise gets ours written over it in place.

    It is looked for at the decision and again before anything is written; only what she saw is written over, so
    a change that comes after her decision is a conflict again. What she added to the comment stays.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it is no conflict over a document in the ERP, or two of ours stand there.
        ErpError: the ERP could not be asked.
    """
    stored, lease = await take(document_id, tools)
    try:
        if stored.status.state is not DocumentState.CONFLICT or stored.status.erp_ref is None:
            raise ImpossibleDecisionError(
                "restore-ours относится только к документу, пропавшему или изменённому в 1С",
                "restore-ours is for a document that was lost or changed in the ERP",
            )
        document, erp, now = erp_form(stored.document), tools.erp_of(stored), tools.comparing.clock.now()
        found = await erp.find(document, ref=stored.status.erp_ref)
        if twins := twins_reason(found):
            raise ImpossibleDecisionError(
                f"{twins}. Пометьте лишний на удаление и отправьте наш снова (resend)",
                "Two documents of ours with one marker stand in the ERP: mark the one too many for deletion there,"
                " then send ours again (resend)",
            )
        standing = next(iter([*living(found), *found.ours]), None)
        if standing is None:
            status = stored.status.lost(now)
        elif standing.marked or erp.differences(document, standing):
            status = stored.status.holding(standing).overwritten(digest_of(standing), now, released=True)
        else:
            status = replace(stored.status.created(standing, now), accepted_version=None)
        return await store(stored, status, decision, lease, tools)
    finally:
        await give_back(tools.new_work, lease)
