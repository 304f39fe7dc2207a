"""What the use cases keep, as protocols of one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ledger.domain.documents import Document, DocumentState
from ledger.domain.rules import DocumentRules
from ledger.domain.shifts import ShiftKey, ShiftRevision
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one document stands, without its content; ``leaving`` while it is being taken out of the books."""

    id: UUID
    state: DocumentState
    differs: bool
    leaving: bool


class StaleDocumentError(Exception):
    """The document's state was changed by somebody else since it was read: nothing was written."""


@dataclass(frozen=True, slots=True)
class KeptShift:
    """A shift the ledger knows; ``applied`` is the last revision whose documents stand, 0 before the first."""

    key: ShiftKey
    applied: int


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A revision as it came; ``rules`` are those its documents were built by, None while it waits.

    ``superseded`` are the keys of documents that never reached the ERP and whose place its own ones took.
    """

    shift: UUID
    number: int
    event: bytes
    sha256: str
    rules: DocumentRules | None
    superseded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents a list shows; None = any. Dates are inclusive."""

    organizations: Sequence[str] | None = None
    kind: str | None = None
    register: str | None = None
    first: date | None = None
    last: date | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingRevision:
    """A revision that is kept and waits for ``waits_for``, its predecessor.

    ``came`` says that this one has come and is applied: what it waits for is that its documents are clear.
    """

    key: ShiftKey
    number: int
    waits_for: int
    received_at: datetime
    came: bool


ShiftPlace = tuple[date, str]
"""Where a shift stands in a list by business date: the date, then the shift's id."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """One change of a document's state."""

    at: datetime
    state_before: str
    state_after: str
    reason: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class DueFilter:
    """What a delivery loop may work on now.

    ``writing`` are the registers whose documents go to the ERP, ``posting`` the pairs of register and document
    kind that are also posted there, ``closed_until`` the last closed day by register.
    """

    organization: str
    now: datetime
    writing: Sequence[str]
    posting: Sequence[tuple[str, str]]
    closed_until: dict[str, date] = field(default_factory=dict)


class Shifts(Protocol):
    """Shifts."""

    async def lock(self, shift: ShiftKey) -> KeptShift:
        """The shift, kept from now on, locked until the end of the transaction: one writer per shift."""
        ...

    async def lock_known(self, shift_id: UUID) -> KeptShift | None:
        """The shift, locked, when it is known."""
        ...

    async def get(self, shift_id: UUID) -> KeptShift | None:
        """The shift, when it is known."""
        ...

    async def set_applied(self, shift_id: UUID, number: int) -> None:
        """Note the last revision whose documents stand."""
        ...

    async def of_period(self, registers: Sequence[str], first: date, last: date) -> list[UUID]:
        """Shifts with an applied revision whose business date lies in the period, oldest first."""
        ...

    async def page_of_period(
        self, registers: Sequence[str], first: date, last: date, after: ShiftPlace | None, limit: int
    ) -> list[tuple[ShiftPlace, UUID]]:
        """Shifts of a period by business date, oldest first, after a place in that order."""
        ...

    async def count_of_period(self, registers: Sequence[str], first: date, last: date) -> int:
        """How many shifts of the period have come."""
        ...

    async def all_ids(self) -> list[UUID]:
        """Every shift, in a fixed order."""
        ...


class Revisions(Protocol):
    """Published revisions; an event's bytes are never changed."""

    async def get(self, shift_id: UUID, number: int) -> KeptRevision | None:
        """One revision, when it has come."""
        ...

    async def following(self, shift_id: UUID, number: int) -> KeptRevision | None:
        """The revision that names ``number`` as its predecessor, when it has come and waits."""
        ...

    async def applied(self, shift_id: UUID) -> list[KeptRevision]:
        """The applied revisions in order."""
        ...

    async def waiting(self, shift_id: UUID) -> list[int]:
        """The numbers of revisions that came early and wait for a predecessor."""
        ...

    async def early(
        self, organizations: Sequence[str], after: tuple[UUID, int] | None, limit: int
    ) -> list[WaitingRevision]:
        """All revisions that wait, by shift and number."""
        ...

    async def to_restate(self, organization: str, limit: int) -> list[UUID]:
        """Shifts whose next revision is kept and may be applied now: nothing about their documents is unclear."""
        ...

    async def add(self, revision: ShiftRevision, event: bytes, sha256: str, *, at: datetime) -> None:
        """Keep a revision as it came."""
        ...

    async def trace_of(self, shift_id: UUID) -> str | None:
        """The W3C ``traceparent`` in which the last revision of a shift came."""
        ...

    async def set_applied(
        self, shift_id: UUID, number: int, rules: DocumentRules, *, at: datetime, superseded: Collection[str] = ()
    ) -> None:
        """Note by which rules its documents were built, when, and which earlier ones they took the place of."""
        ...


class Documents(Protocol):
    """Documents and the state of their delivery."""

    async def add(self, documents: Sequence[tuple[Document, DeliveryStatus]], *, at: datetime) -> None:
        """Store new documents in this order."""
        ...

    async def rebuild(
        self,
        stored: StoredDocument,
        document: Document,
        status: DeliveryStatus,
        *,
        at: datetime,
        actor: str = "smena",
        why: str | None = None,
    ) -> None:
        """Replace the content of a document that the ERP does not hold yet, or that is to be written over there."""
        ...

    async def of_shift(self, shift_id: UUID) -> list[StoredDocument]:
        """All documents of a shift in the order of delivery."""
        ...

    async def standing(self, shift_id: UUID, revision: int | None = None) -> list[Standing]:
        """Where the documents of one revision stand, or of all, in the order of delivery; their content is not read."""
        ...

    async def in_books(self, registers: Sequence[str], first: date, last: date) -> int:
        """How many documents of these registers and inclusive business dates are not cancelled."""
        ...

    async def stopping(self, shift_ids: Sequence[UUID]) -> list[StoredDocument]:
        """Of these shifts the documents that stop others, in the order of delivery.

        Refused, in conflict, or taken out of the books by a person, without which a later revision is not sent.
        """
        ...

    async def get(self, document_id: UUID, *, lock: bool = False) -> StoredDocument | None:
        """One document, optionally locked until the end of the transaction."""
        ...

    async def save(
        self,
        stored: StoredDocument,
        status: DeliveryStatus,
        *,
        at: datetime,
        actor: str = "smena",
        why: str | None = None,
    ) -> StoredDocument:
        """Store a new state, provided the old one still stands; a change, and every decision, enters the history."""
        ...

    async def due_shifts(self, due: DueFilter, limit: int) -> list[UUID]:
        """Shifts whose next document may be worked on now, oldest day first."""
        ...

    async def to_verify(self, registers: Sequence[str], verified_before: datetime, limit: int) -> list[StoredDocument]:
        """Delivered documents last verified before an instant, longest ago first."""
        ...

    async def without_movements(
        self, watched: Sequence[tuple[str, str]], asked_before: datetime, limit: int
    ) -> list[StoredDocument]:
        """Posted documents of these registers and kinds whose movements were not read; none asked about lately."""
        ...

    async def set_movements(self, stored: StoredDocument, count: int | None, *, at: datetime) -> bool:
        """Note what the posting left, None when it could not be read; False when the document was written meanwhile."""
        ...

    async def hasten(self, organization: str, now: datetime) -> None:
        """The ERP answers again: what was postponed is due now."""
        ...

    async def progress(self, wanted: DocumentFilter) -> tuple[dict[str, int], int]:
        """How many documents are in each state, and how many of them the ERP was seen to hold."""
        ...

    async def counts(self, organizations: Sequence[str]) -> dict[tuple[str, str], int]:
        """How many documents each organisation has in each state."""
        ...

    async def amounts(self, organizations: Sequence[str]) -> dict[tuple[str, str], int]:
        """The kopecks of each organisation's documents in each state, without regard to sign."""
        ...

    async def longest_unverified(self, organizations: Sequence[str]) -> dict[str, datetime]:
        """When the delivered document looked at longest ago was last seen in the ERP, by organisation."""
        ...

    async def history(self, document_id: UUID) -> list[StateChange]:
        """Every change of a document's state, in order."""
        ...

    async def page(self, wanted: DocumentFilter, after: int, limit: int) -> list[StoredDocument]:
        """Documents by position."""
        ...


class ErpBases(Protocol):
    """Which base each organisation's documents go to."""

    async def fingerprint(self, organization: str) -> str | None:
        """What was stored at first contact."""
        ...

    async def remember(self, organization: str, fingerprint: str, *, at: datetime) -> str:
        """Store it unless one is stored already; the stored one is returned."""
        ...

    async def replace(self, organization: str, fingerprint: str, *, at: datetime) -> None:
        """Take another base for the organisation's own from now on."""
        ...
