"""Events of the ledger."""

from datetime import date

import msgspec

DOCUMENT_POSTED = "by.smena.ledger.document-posted.v1"
SHIFT_POSTED = "by.smena.ledger.shift-posted.v1"
DOCUMENT_FAILED = "by.smena.ledger.document-failed.v1"
SHIFT_STANDING = "by.smena.ledger.shift-standing.v1"


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


class DocumentInTheWay(msgspec.Struct, frozen=True, kw_only=True):
    """A document that keeps its shift from being posted: its state, and the beginning of the reason."""

    id: str
    kind: str
    state: str
    reason: str


class ShiftStandingChanged(msgspec.Struct, frozen=True, kw_only=True):
    """How a whole shift stands in the books now: one word, and the documents that stand in the way of ``posted``.

    ``state``: ``stopped`` (refused or in conflict), ``taken-back`` (cancelled by a person), ``waiting``, ``created``
    (unposted in the ERP), ``posted``, ``without-documents``. ``number`` grows with every change of a shift: a lower
    one that comes later is old news. ``revision`` is the last one whose documents these are.
    """

    organization: str
    register: str
    shift: str
    number: int
    revision: int
    state: str
    documents: list[DocumentInTheWay]
