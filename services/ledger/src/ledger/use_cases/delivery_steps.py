"""What every step of a delivery shares: the ERP asked safely, and each state stored with its event under the lease."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from ledger.domain.documents import DocumentState
from ledger.domain.rules import OnChange
from ledger.domain.status import DeliveryStatus, DeliveryTiming
from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import KeptShift
from ledger.ports.unit_of_work import LedgerWork, NewWork
from ledger.use_cases.events import document_failed, document_posted, shift_posted
from ledger.use_cases.lease import HeldLease
from smena.clock import Clock
from smena.erp.documents import ErpDocument, ErpDocuments, ErpSnapshot
from smena.erp.errors import ErpAccessError, ErpError, ErpUnavailableError
from smena.runtime.failpoints import reach

NEEDS_A_PERSON = frozenset({DocumentState.CONFLICT, DocumentState.REJECTED, DocumentState.CANCELLED})

FIRST_REVISION = 1

Answer = TypeVar("Answer")

_log = structlog.get_logger(__name__)


class DefectError(ErpError):
    """Something broke on our side: it concerns one document, and says nothing about the base."""


@dataclass(slots=True)
class DeliverySteps:
    """The steps of one shift's documents under one lease.

    ``failed`` is set when the ERP could not be asked: the whole base pauses, not this document alone.
    """

    erp: ErpDocuments
    lease: HeldLease
    clock: Clock
    timing: DeliveryTiming
    new_work: NewWork
    failed: ErpError | None = None

    async def postpone(self, stored: StoredDocument, error: ErpError) -> StoredDocument:
        """The ERP could not be asked: the state stays, a later attempt is due."""
        if concerns_the_base(error):
            self.failed = error
        asked_seconds = error.retry_after_seconds if isinstance(error, ErpUnavailableError) else None
        later = stored.status.postponed(self.clock.now(), self.timing, str(error), asked_seconds=asked_seconds)
        return await self.save(stored, later)

    async def look_soon(self, stored: StoredDocument, error: ErpError) -> StoredDocument:
        """No clear answer to a write that is safe to repeat: look at once the first time, later with back-off."""
        if stored.status.attempts:
            return await self.postpone(stored, error)
        return await self.save(stored, stored.status.looking_soon(self.clock.now(), str(error)))

    async def reject(
        self,
        stored: StoredDocument,
        reason: str,
        *,
        snapshot: ErpSnapshot | None = None,
        document: ErpDocument | None = None,
    ) -> StoredDocument:
        """The ERP said no: a person reads why, and what it goes on holding."""
        differences = self.erp.differences(document, snapshot) if snapshot and document else ()
        return await self.save(stored, stored.status.rejected(reason, differences))

    async def conflict(
        self,
        stored: StoredDocument,
        reason: str,
        *,
        snapshot: ErpSnapshot | None = None,
        document: ErpDocument | None = None,
    ) -> StoredDocument:
        """The ERP holds something else: a person decides, and sees each field."""
        differences = self.erp.differences(document, snapshot) if snapshot and document else ()
        return await self.save(stored, stored.status.conflicting(reason, differences))

    async def save(self, stored: StoredDocument, status: DeliveryStatus, *, say_posted: bool = False) -> StoredDocument:
        """State and event in one transaction, under the lease."""
        async with self.new_work() as work:
            await self.lease.hold(work)
            saved = await work.documents.save(stored, status, at=self.clock.now())
            if say_posted:
                work.outbox.add(document_posted(saved))
                await add_shift_posted(work, saved)
            elif status.state in NEEDS_A_PERSON:
                work.outbox.add(document_failed(saved.document, status.state, status.reason or ""))
            if status.state is DocumentState.CANCELLED:
                await add_shift_posted(work, saved)
            if status.verified_at != stored.status.verified_at:
                reach("deliver.before-commit")
            await work.commit()
        return saved


async def asked(call: Awaitable[Answer]) -> Answer:
    """Ask the ERP; a defect on our side postpones this document, so that one stops no other.

    Only for calls that are safe to repeat.
    """
    try:
        return await call
    except ErpError:
        raise
    except Exception as error:
        _log.exception("delivery.defect")
        raise DefectError(f"внутренняя ошибка ({type(error).__name__}): подробности в журнале") from error


def concerns_the_base(error: ErpError) -> bool:
    """Whether every document would meet the same: the base is away, or does not know its user.

    What 1C said about one object, and what broke on our side, concern one document; the others go on.
    """
    if isinstance(error, ErpAccessError):
        return error.code is None
    return isinstance(error, ErpUnavailableError)


async def add_shift_posted(work: LedgerWork, stored: StoredDocument, *, read_back: bool = True) -> None:
    """Add the event when every document of the revision is posted; ``balanced`` as read back just now.

    What an ERP only acknowledged, with ``read_back`` False, leaves the balance open.
    """
    document = stored.document
    standing = await work.documents.standing(document.shift, document.revision)
    taking_part = [one for one in standing if one.state is not DocumentState.CANCELLED]
    if any(one.state is not DocumentState.POSTED for one in taking_part):
        return
    shift = await work.shifts.get(document.shift)
    if shift is None:
        return
    number = document.revision
    if shift.applied > FIRST_REVISION and await _restated(work, shift):
        number, standing = shift.applied, await work.documents.standing(document.shift)
        taking_part = [one for one in standing if one.state is not DocumentState.CANCELLED]
        if any(one.state is not DocumentState.POSTED or one.leaving for one in taking_part):
            return
    balanced = not any(one.differs for one in taking_part) if read_back else None
    work.outbox.add(shift_posted(shift.key, number, [one.id for one in taking_part], balanced=balanced))


async def _restated(work: LedgerWork, shift: KeptShift) -> bool:
    """Whether the last revision wrote the documents of the earlier ones anew: then all of them are its own."""
    last = await work.revisions.get(shift.key.id, shift.applied)
    return last is not None and last.rules is not None and last.rules.on_change is OnChange.UPDATE
