"""Events of the ledger."""

from datetime import date

import msgspec

DOCUMENT_POSTED = "by.smena.ledger.document-posted.v1"
SHIFT_POSTED = "by.smena.ledger.shift-posted.v1"
DOCUMENT_FAILED = "by.smena.ledger.document-failed.v1"


class DocumentIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which document of which shift."""

    id: str
    key: str
    kind: str
    organization: str
    register: str
    shift: str
    revision: int
    business_date: date


class DocumentPosted(msgspec.Struct, frozen=True, kw_only=True):
    """A document stands posted and verified in the ERP."""

    document: DocumentIdentity
    erp_ref: str
    erp_number: str
    amount: str


class ShiftPosted(msgspec.Struct, frozen=True, kw_only=True):
    """Every document of a revision is posted."""

    organization: str
    register: str
    shift: str
    revision: int
    documents: list[str]
    balanced: bool | None


class DocumentFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A document needs a person: its state and the reason in her words."""

    document: DocumentIdentity
    state: str
    reason: str
