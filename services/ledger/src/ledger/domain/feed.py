"""What an ERP's answers to its feed make of a document. It is never read back: what stands here is what it said."""

from dataclasses import replace

from ledger.domain.documents import DocumentState
from ledger.domain.reconciliation import ErpLook
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument, erp_form
from smena.erp.documents import ErpSnapshot

NOT_CANCELLED = "1С не отменила документ"
ANSWERABLE = frozenset({DocumentState.SENDING, DocumentState.PLANNED, DocumentState.REJECTED})
"""States in which the ERP's own reference may still come: offered, or refused before and mended."""
HELD = frozenset({DocumentState.CREATED, DocumentState.POSTED})
"""States in which the ERP has said that it holds the document."""


def offered(status: DeliveryStatus, position: int) -> DeliveryStatus:
    """It has a position: the ERP may have read it from now on, so its content is fixed."""
    return replace(
        status,
        state=DocumentState.SENDING,
        reason=f"Ждёт в ленте, позиция {position}: 1С ещё не ответила",
        differences=(),
        verified_at=None,
        attempts=0,
        next_attempt_at=None,
    )


def acknowledged(status: DeliveryStatus, ref: str, number: str | None, *, post: bool) -> DeliveryStatus:
    """The ERP says that it holds the document, posted where it was asked to; ``verified_at`` stays empty."""
    return replace(
        status,
        state=DocumentState.POSTED if post else DocumentState.CREATED,
        reason=None,
        differences=(),
        erp_ref=ref,
        erp_number=number or status.erp_number,
        erp_posted=post,
        verified_at=None,
        next_attempt_at=None,
    )


def acknowledged_look(stored: StoredDocument) -> ErpLook:
    """The document as it was acknowledged, in the place of one that was read back; nothing where it was not."""
    status = stored.status
    if status.state not in HELD or status.erp_ref is None:
        return ErpLook(stored, None, (), None)
    document = erp_form(stored.document)
    snapshot = ErpSnapshot(
        ref=status.erp_ref,
        kind=document.kind,
        number=status.erp_number or "",
        posted=status.erp_posted,
        marked=False,
        version="",
        comment=document.marker,
        amount=document.amount,
        content={},
    )
    return ErpLook(stored, snapshot, (), None)
