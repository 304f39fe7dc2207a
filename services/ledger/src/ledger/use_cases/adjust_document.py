"""Put a document of a closed day into an open one, on a person's request; a date is never shifted silently."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from ledger.domain.documents import DocumentState, moved
from ledger.domain.status import DeliveryStatus, digest_of
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, deed_on, take
from ledger.use_cases.lease import give_back
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from smena.db.notifications import notify

WAITING = frozenset({DocumentState.PLANNED, DocumentState.REJECTED})


async def adjust(document_id: UUID, day: date, decision: Decision, tools: Deciding) -> StoredDocument:
    """Date a document that waits, or was refused, because its day is closed, and let it go.

    Its business date stays the shift's. One that 1C keeps unposted already is written over there, not made twice.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it does not wait for a day, or the day is closed too, or before its own.
        ErpError: the ERP could not be asked what it holds.
    """
    stored, lease = await take(document_id, tools)
    try:
        _refuse(stored, day, tools)
        status = await _status(stored, tools)
        document = replace(stored.document, form=moved(stored.document.form, day))
        now = tools.comparing.clock.now()
        async with tools.new_work() as work:
            await lease.hold(work)
            why = f"{decision.reason} ({day:%d.%m.%Y})"
            await work.documents.rebuild(stored, document, status, at=now, actor=decision.person, why=why)
            work.trail.record(deed_on(stored, decision, status.state))
            await notify(work.session, DELIVERY_CHANNEL)
            await work.commit()
        async with tools.new_work() as work:
            return await work.documents.get(stored.id) or stored
    finally:
        await give_back(tools.new_work, lease)


def _refuse(stored: StoredDocument, day: date, tools: Deciding) -> None:
    document = stored.document
    if stored.status.state not in WAITING or document.refusal is not None or stored.status.rewriting:
        raise ImpossibleDecisionError(
            "adjust относится к документу, который ждёт или отклонён из-за закрытого периода;"
            " документ, изменённый в 1С, решают keep-theirs или restore-ours",
            "adjust is for a document that waits, or was refused, because its period is closed; one that was changed in"
            " the ERP is decided by keep-theirs or restore-ours",
        )
    closed = tools.comparing.rulebook.delivery_rules(document.register).closed_until
    if closed is not None and day <= closed:
        raise ImpossibleDecisionError(
            f"Период закрыт бухгалтером до {closed:%d.%m.%Y}: укажите более поздний день",
            f"The accountant closed the period until {closed}: name a later day",
        )
    if day < document.business_date:
        raise ImpossibleDecisionError(
            f"День раньше дня смены ({document.business_date:%d.%m.%Y})",
            f"The day is before the shift's own ({document.business_date})",
        )


async def _status(stored: StoredDocument, tools: Deciding) -> DeliveryStatus:
    now = tools.comparing.clock.now()
    if stored.status.erp_ref is None:
        return stored.status.lost(now)
    erp = tools.erp_of(stored)
    snapshot = await erp.read(stored.document.kind, stored.status.erp_ref)
    if snapshot is None:
        return stored.status.lost(now)
    if erp.differences(erp_form(stored.document), snapshot):
        raise ImpossibleDecisionError(
            "Документ изменили в 1С: отправьте его снова (resend) и решите, чьё верно",
            "The document was changed in the ERP: send it again (resend), then decide whose is right",
        )
    return stored.status.holding(snapshot).overwritten(digest_of(snapshot), now, released=True)
