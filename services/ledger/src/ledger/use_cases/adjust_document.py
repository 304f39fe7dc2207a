"""Put documents of a closed day into an open one, on a person's request; a date is never shifted silently."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from ledger.domain.documents import moved
from ledger.domain.open_decisions import day_is_closed, waits_for_a_day
from ledger.domain.status import DeliveryStatus, digest_of
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, deed_on, take
from ledger.use_cases.lease import give_back
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from smena.db.notifications import notify


async def adjust(document_id: UUID, day: date, decision: Decision, tools: Deciding) -> StoredDocument:
    """Date a document that waits, or was refused, because its day is closed, and let it go.

    The documents of its shift's revision that have not left yet go with it, so that report and money stand on one
    day. Their business date stays the shift's. One that 1C keeps unposted already is written over there, not made
    twice.

    Raises:
        BusyDocumentError: a worker is on it.
        ImpossibleDecisionError: it does not wait for a day, its own is open, or the new one is closed or earlier.
        ErpError: the ERP could not be asked what it holds.
    """
    stored, lease = await take(document_id, tools)
    try:
        _refuse(stored, day, tools)
        now = tools.comparing.clock.now()
        statuses = [(stored, await _status(stored, tools))]
        async with tools.new_work() as work:
            await lease.hold(work)
            of_shift = await work.documents.of_shift(stored.document.shift)
            statuses += [(one, one.status.lost(now)) for one in of_shift if _goes_along(one, stored)]
            why = f"{decision.reason} ({day:%d.%m.%Y})"
            for one, status in statuses:
                document = replace(one.document, form=moved(one.document.form, day))
                await work.documents.rebuild(one, document, status, at=now, actor=decision.person, why=why)
                work.trail.record(deed_on(one, decision, status.state))
            await notify(work.session, DELIVERY_CHANNEL)
            await work.commit()
        async with tools.new_work() as work:
            return await work.documents.get(stored.id) or stored
    finally:
        await give_back(tools.new_work, lease)


def _goes_along(one: StoredDocument, with_: StoredDocument) -> bool:
    same = one.id != with_.id and one.document.revision == with_.document.revision
    return same and waits_for_a_day(one) and one.status.erp_ref is None


def _refuse(stored: StoredDocument, day: date, tools: Deciding) -> None:
    document, status = stored.document, stored.status
    if status.rewrite_refused:
        raise ImpossibleDecisionError(
            f"1С не дала записать новую версию поверх прежней ({status.reason}): прежняя стоит на своём дне, и"
            " переносить её нельзя. Оставьте её (keep-theirs) и внесите разницу открытым днём сами, или откройте"
            " период в 1С и отправьте снова (resend)",
            f"The ERP refused the new revision over the former one ({status.reason}); that one stands on its own day"
            " and can't be moved. Keep it (keep-theirs) and enter the difference on an open day yourself, or open the"
            " period in the ERP and resend",
        )
    if not waits_for_a_day(stored):
        raise ImpossibleDecisionError(
            "adjust относится к документу, который ждёт или отклонён из-за закрытого периода;"
            " документ, изменённый в 1С, решают keep-theirs или restore-ours",
            "adjust is for a document that waits, or was refused, because its period is closed; one that was changed in"
            " the ERP is decided by keep-theirs or restore-ours",
        )
    rules = tools.comparing.rulebook.delivery_rules(document.register)
    if not day_is_closed(stored, rules):
        raise ImpossibleDecisionError(
            f"День документа ({document.business_date:%d.%m.%Y}) открыт, переносить его не нужно: отправьте документ"
            " снова (resend), он встанет на свой день. Если день закрыт, укажите closed_until в настройках кассы",
            f"The document's day ({document.business_date}) is open, so it need not be moved: resend it, and it gets"
            " its own day. Where the day is closed, set closed_until of the register",
        )
    if rules.closed_until is not None and day <= rules.closed_until:
        raise ImpossibleDecisionError(
            f"Период закрыт бухгалтером до {rules.closed_until:%d.%m.%Y}: укажите более поздний день",
            f"The accountant closed the period until {rules.closed_until}: name a later day",
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
