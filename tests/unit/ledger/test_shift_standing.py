"""How a whole shift stands in the books: the worst word of its documents, and who stands in the way."""

from itertools import permutations
from uuid import UUID

import pytest

from ledger.domain.documents import DocumentState
from ledger.domain.shift_standing import NAMED_MAX, STATE_OF, PlacedDocument, standing_of
from ledger.domain.status import NO_LONGER_MADE, NOT_IN_REVISION


def placed(state: str, reason: str | None = None, *, leaving: bool = False, n: int = 1) -> PlacedDocument:
    return PlacedDocument(UUID(int=n), "retail-report", DocumentState(state), reason, leaving)


@pytest.mark.parametrize(
    ("states", "word", "named"),
    [
        (["posted", "posted"], "posted", 0),
        (["posted", "created"], "created", 1),
        (["created", "planned", "posted"], "waiting", 0),
        (["sending"], "waiting", 0),
        (["unknown", "posted"], "waiting", 0),
        (["cancelled", "planned", "posted"], "taken-back", 1),
        (["rejected", "cancelled", "conflict", "posted"], "stopped", 2),
        ([], "without-documents", 0),
    ],
)
def test_the_worst_document_speaks_for_the_shift_in_whatever_order(states: list[str], word: str, named: int) -> None:
    for order in permutations(states):
        found = standing_of([placed(state) for state in order], waiting_revisions=False)
        assert (found.state.value, len(found.in_the_way)) == (word, named)


def test_a_document_that_is_needed_no_more_does_not_keep_its_shift_out() -> None:
    gone = [placed("cancelled", NOT_IN_REVISION), placed("cancelled", NO_LONGER_MADE)]

    assert standing_of([*gone, placed("posted")], waiting_revisions=False).state.value == "posted"
    assert standing_of(gone, waiting_revisions=False).state.value == "without-documents"


def test_what_is_being_taken_out_and_a_revision_that_waits_keep_the_shift_waiting() -> None:
    assert standing_of([placed("posted", leaving=True)], waiting_revisions=False).state.value == "waiting"
    assert standing_of([placed("posted")], waiting_revisions=True).state.value == "waiting"
    assert standing_of([placed("conflict")], waiting_revisions=True).state.value == "stopped"


def test_every_state_of_a_document_has_its_word_and_no_event_names_too_many() -> None:
    assert set(STATE_OF) == set(DocumentState)
    many = [placed("rejected", n=n) for n in range(NAMED_MAX + 5)]
    assert len(standing_of(many, waiting_revisions=False).in_the_way) == NAMED_MAX
