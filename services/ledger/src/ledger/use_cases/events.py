"""The ledger's own events, made from documents."""

from uuid import UUID

from ledger.domain.documents import Document, DocumentState
from ledger.domain.shifts import ShiftKey
from ledger.domain.stored import StoredDocument
from smena.contracts.envelope import NewEvent
from smena.contracts.ledger_events import (
    DOCUMENT_FAILED,
    DOCUMENT_POSTED,
    SHIFT_POSTED,
    DocumentFailed,
    DocumentIdentity,
    DocumentPosted,
    ShiftPosted,
)
from smena.kinds.money import format_money

REASON_CHARACTERS_MAX = 2000
"""1C's own words can be pages of a stack; the first of them say what is wrong."""


def document_posted(stored: StoredDocument) -> NewEvent:
    """A document stands posted and verified in the ERP."""
    document = stored.document
    data = DocumentPosted(
        document=_identity(document),
        erp_ref=stored.status.erp_ref or "",
        erp_number=stored.status.erp_number or "",
        amount=format_money(document.amount),
    )
    return _event(DOCUMENT_POSTED, document, data)


def document_failed(document: Document, state: DocumentState, reason: str) -> NewEvent:
    """A document needs a person."""
    data = DocumentFailed(document=_identity(document), state=state.value, reason=reason[:REASON_CHARACTERS_MAX])
    return _event(DOCUMENT_FAILED, document, data)


def shift_posted(shift: ShiftKey, revision: int, documents: list[UUID], *, balanced: bool | None) -> NewEvent:
    """Every document of a revision is posted."""
    data = ShiftPosted(
        organization=shift.organization,
        register=shift.register,
        shift=str(shift.id),
        revision=revision,
        documents=[str(one) for one in documents],
        balanced=balanced,
    )
    source = f"/ledger/{shift.organization}"
    return NewEvent(type=SHIFT_POSTED, source=source, partition_key=shift.register, data=data, subject=str(shift.id))


def _identity(document: Document) -> DocumentIdentity:
    return DocumentIdentity(
        id=str(document.id),
        key=document.key,
        kind=document.kind.value,
        organization=document.organization,
        register=document.register,
        shift=str(document.shift),
        revision=document.revision,
        business_date=document.business_date,
    )


def _event(kind: str, document: Document, data: DocumentPosted | DocumentFailed) -> NewEvent:
    source = f"/ledger/{document.organization}"
    return NewEvent(type=kind, source=source, partition_key=document.register, data=data, subject=str(document.id))
