"""Bring one document into the ERP: find, create, post, read back; each step stored before the next.

No call leaves inside a database transaction. The intent is committed before a create is sent; whatever answer is
lost after that, the document is looked for and never created again while the first create may still arrive.
"""

from dataclasses import dataclass

import structlog

from ledger.domain.documents import DocumentState
from ledger.domain.status import CHANGED_REASON, LOOKALIKE_REASON, TWINS_REASON, drift
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.delivery_steps import DeliverySteps, asked
from ledger.use_cases.rewrite_document import rewrite
from ledger.use_cases.withdraw_document import withdraw
from smena.erp.documents import ErpDocument, ErpSnapshot, FieldDifference, Found
from smena.erp.errors import (
    ErpAccessError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpRefusedError,
    ErpSetupError,
    ErpUnavailableError,
)
from smena.leases.leases import LeaseLostError
from smena.runtime.failpoints import reach

NOT_NOW = (ErpUnavailableError, ErpAccessError, ErpSetupError)
"""Errors after which nothing has happened there and a later attempt may succeed."""

COMMENT = "comment"
"""The field that carries our marker."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DocumentDelivery(DeliverySteps):
    """The delivery of one shift's documents under one lease."""

    async def deliver(self, stored: StoredDocument, *, post: bool) -> StoredDocument:
        """Take the document as far as it goes now; ``post`` False leaves it a draft."""
        document = erp_form(stored.document)
        if stored.status.withdrawing is not None:
            return await withdraw(stored, self)
        if stored.status.rewriting:
            stored = await rewrite(stored, self)
            if stored.status.state is not DocumentState.CREATED:
                return stored
            return await self._finish(stored, document, post=post)
        if stored.status.state is DocumentState.SENDING:
            # The process that sent it died before the answer: whether it arrived is not known.
            stored = await self.save(stored, stored.status.unclear(self.clock.now(), self.timing))
        if stored.status.state in {DocumentState.PLANNED, DocumentState.UNKNOWN}:
            stored = await self._bring(stored, document)
            if stored.status.state is DocumentState.CREATED:
                return await self._finish(stored, document, post=post)
            return stored
        if stored.status.state is DocumentState.CREATED:
            return await self._resume(stored, document, post=post)
        return stored

    async def _bring(self, stored: StoredDocument, document: ErpDocument) -> StoredDocument:
        """Find it, or create it when it is certainly not there."""
        reach("deliver.before-find")
        try:
            found = await asked(self.erp.find(document, ref=stored.status.erp_ref))
        except ErpError as error:
            if was_never_sent(error) and stored.status.state is DocumentState.PLANNED:
                return await self.reject(stored, str(error))
            return await self.postpone(stored, error)
        reach("deliver.after-find")
        now = self.clock.now()
        if twins := twins_reason(found):
            return await self.conflict(stored, twins)
        if found.ours:
            return await self._adopt(stored, document, next(iter(living(found)), found.ours[0]))
        if stored.status.state is DocumentState.UNKNOWN:
            looked = stored.status.looked_in_vain(now, self.timing)
            if not looked.absence_certain(now, self.timing):
                return await self.save(stored, looked)
            stored = await self.save(stored, looked)
        elif stored.status.erp_ref is not None:
            return await self.conflict(stored, f"Документа {stored.status.erp_ref} больше нет в 1С")
        if found.lookalikes and not stored.status.create_anyway:
            return await self.conflict(stored, lookalike_reason(found))
        return await self._create(stored, document)

    async def _create(self, stored: StoredDocument, document: ErpDocument) -> StoredDocument:
        stored = await self.save(stored, stored.status.intended(self.clock.now()))
        reach("deliver.after-intent")
        try:
            snapshot = await self.erp.create(document, permit=self.lease.check)
        except LeaseLostError:
            raise  # it did not leave; whoever has the lease now finds ``sending`` and looks
        except NOT_NOW as error:
            return await self.postpone(stored, error)
        except ErpRefusedError as error:
            return await self.reject(stored, str(error))
        except ErpOutcomeUnknownError:
            return await self.save(stored, stored.status.unclear(self.clock.now(), self.timing))
        except Exception:  # noqa: BLE001 - whatever broke, the create may have arrived: it is looked for
            _log.exception("delivery.create-failed", document=stored.document.key)
            return await self.save(stored, stored.status.unclear(self.clock.now(), self.timing))
        reach("deliver.after-create")
        return await self._adopt(stored, document, snapshot)

    async def _adopt(self, stored: StoredDocument, document: ErpDocument, snapshot: ErpSnapshot) -> StoredDocument:
        """It is there: keep its reference, and compare every field that was sent."""
        created = stored.status.created(snapshot, self.clock.now())
        if reason := drift(snapshot, self.erp.differences(document, snapshot), expect_posted=False):
            stored = await self.save(stored, created)
            return await self.conflict(stored, reason, snapshot=snapshot, document=document)
        return await self.save(stored, created)

    async def _resume(self, stored: StoredDocument, document: ErpDocument, *, post: bool) -> StoredDocument:
        """A process stopped between create and the read-back: look before posting again."""
        try:
            snapshot = await asked(self.erp.read(document.kind, stored.status.erp_ref or str(document.id)))
        except ErpError as error:
            return await self.postpone(stored, error)
        reason = drift(snapshot, self._differences(stored, snapshot), expect_posted=False)
        if reason or snapshot is None:
            return await self.conflict(stored, reason or CHANGED_REASON, snapshot=snapshot, document=document)
        if snapshot.posted or not post:
            return await self._verified(stored, snapshot, posted=snapshot.posted and post)
        return await self._finish(stored, document, post=post)

    async def _finish(self, stored: StoredDocument, document: ErpDocument, *, post: bool) -> StoredDocument:
        """Post, read back, compare; only what was read counts as posted."""
        ref = stored.status.erp_ref or str(document.id)
        self.lease.check()
        try:
            if post and not stored.status.erp_posted:
                await asked(self.erp.post(document.kind, ref))
        except ErpAccessError as error:
            return await self.postpone(stored, error)
        except ErpRefusedError as error:
            return await self.reject(stored, str(error))
        except ErpOutcomeUnknownError as error:
            return await self.look_soon(stored, error)
        except ErpError as error:
            return await self.postpone(stored, error)
        reach("deliver.after-post")
        try:
            snapshot = await asked(self.erp.read(document.kind, ref))
        except ErpError as error:
            return await self.postpone(stored, error)
        reason = drift(snapshot, self._differences(stored, snapshot), expect_posted=False)
        if reason or snapshot is None:
            return await self.conflict(stored, reason or CHANGED_REASON, snapshot=snapshot, document=document)
        if post and not snapshot.posted:
            return await self.postpone(stored, ErpUnavailableError("1С приняла проведение, но документ не проведён"))
        return await self._verified(stored, snapshot, posted=post)

    def _differences(self, stored: StoredDocument, snapshot: ErpSnapshot | None) -> tuple[FieldDifference, ...]:
        """What the ERP holds otherwise; hers that was linked has no marker of ours in its comment."""
        found = () if snapshot is None else self.erp.differences(erp_form(stored.document), snapshot)
        linked = stored.status.accepted_version is not None
        return tuple(one for one in found if not (linked and one.field == COMMENT))

    async def _verified(self, stored: StoredDocument, snapshot: ErpSnapshot, *, posted: bool) -> StoredDocument:
        status = stored.status.verified(snapshot, self.clock.now(), posted=posted)
        return await self.save(stored, status, say_posted=posted)


def was_never_sent(error: ErpError) -> bool:
    """Whether the document itself can't be asked for, as with a reference that is none: time mends nothing."""
    return isinstance(error, ErpRefusedError) and error.status is None and not isinstance(error, ErpAccessError)


def living(found: Found) -> list[ErpSnapshot]:
    """Ours that stand in the books: one marked for deletion is no second document."""
    return [one for one in found.ours if not one.marked]


def twins_reason(found: Found) -> str | None:
    """Which of ours stand there more than once; None when at most one does."""
    twins = living(found)
    return TWINS_REASON + ": " + ", ".join(twin.ref for twin in twins) if len(twins) > 1 else None


def lookalike_reason(found: Found) -> str:
    """Which documents in the ERP look like ours, so that a person finds them."""
    named = ", ".join(f"№ {other.number.strip() or '—'} ({other.ref})" for other in found.lookalikes)
    return f"{LOOKALIKE_REASON}: {named}"
