"""How a whole shift stands in the books: one word, and the documents that stand in the way of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.status import NEEDED_NO_MORE

NAMED_MAX = 50
"""So many documents are named in an event; a shift has a handful."""
REASON_CHARACTERS_MAX = 300
"""The first of a reason's characters say what is wrong; all of them stand with the document."""


class BooksState(StrEnum):
    """How a shift stands in the books, the worst first."""

    STOPPED = "stopped"
    TAKEN_BACK = "taken-back"
    WAITING = "waiting"
    CREATED = "created"
    POSTED = "posted"
    WITHOUT_DOCUMENTS = "without-documents"


STATE_OF = {
    DocumentState.PLANNED: BooksState.WAITING,
    DocumentState.SENDING: BooksState.WAITING,
    DocumentState.UNKNOWN: BooksState.WAITING,
    DocumentState.CREATED: BooksState.CREATED,
    DocumentState.POSTED: BooksState.POSTED,
    DocumentState.CONFLICT: BooksState.STOPPED,
    DocumentState.REJECTED: BooksState.STOPPED,
    DocumentState.CANCELLED: BooksState.TAKEN_BACK,
}
"""What one document makes of its shift; one that is needed no more makes nothing of it."""
ORDER = tuple(BooksState)


@dataclass(frozen=True, slots=True)
class PlacedDocument:
    """A document as far as its shift's standing depends on it; ``leaving``: a withdrawal is under way."""

    id: UUID
    kind: str
    state: DocumentState
    reason: str | None
    leaving: bool

    @property
    def books(self) -> BooksState | None:
        """What it makes of its shift; None when it takes no part in it any more."""
        if self.leaving:
            return BooksState.WAITING
        if self.state is DocumentState.CANCELLED and self.reason in NEEDED_NO_MORE:
            return None
        return STATE_OF[self.state]


@dataclass(frozen=True, slots=True)
class ShiftStanding:
    """The shift's word; ``in_the_way`` are the documents that make it less than posted, where a person may look."""

    state: BooksState
    in_the_way: tuple[PlacedDocument, ...]


def standing_of(documents: Sequence[PlacedDocument], *, waiting_revisions: bool) -> ShiftStanding:
    """The worst word of its documents; a revision that waits to be applied keeps the shift waiting."""
    words = [(one, one.books) for one in documents]
    found = {word for _, word in words if word is not None}
    if waiting_revisions:
        found.add(BooksState.WAITING)
    state = next((word for word in ORDER if word in found), BooksState.WITHOUT_DOCUMENTS)
    if state in {BooksState.WAITING, BooksState.POSTED, BooksState.WITHOUT_DOCUMENTS}:
        return ShiftStanding(state, ())
    return ShiftStanding(state, tuple(one for one, word in words if word is state)[:NAMED_MAX])
