"""A day is final only when the books hold its shifts; what stands in the way is named with the call that leads out."""

from datetime import date
from uuid import UUID

import pytest

from sales_ingest.domain.books import BooksStanding, DocumentInTheWay, DocumentsRules, InTheWay, in_the_way
from sales_ingest.domain.calendar import Answer, DayAssessment, DayFacts, DayState, ShiftOfDay, assess_day
from sales_ingest.domain.shifts import ShiftState

DAY = date(2026, 1, 15)
POST = DocumentsRules("post")
DOCUMENT = UUID(int=9)


def told(state: str, document: str = "", kind: str = "retail-report", revision: int = 1) -> BooksStanding:
    documents = [DocumentInTheWay(DOCUMENT, kind, document, "Период закрыт.")] if document else []
    return BooksStanding(revision, state, documents)


def way(books: BooksStanding | None, rules: DocumentsRules = POST, revision: int = 1) -> InTheWay | None:
    return in_the_way(7, DAY, revision, books, rules)


def day(found: InTheWay | None, kept: str | None = None) -> DayAssessment:
    shift = ShiftOfDay(UUID(int=7), 7, ShiftState.PUBLISHED, 1, (), True, None, found)
    assert shift.final is (found is None)
    return assess_day(DayFacts([shift], None, True, True, kept=kept))


@pytest.mark.parametrize(
    ("books", "code", "state", "answer"),
    [
        (None, "not-in-books", DayState.WAITING, Answer.OPEN),
        (told("waiting"), "documents-under-way", DayState.WAITING, Answer.OPEN),
        (told("created", "created"), "documents-not-posted", DayState.WAITING, Answer.OPEN),
        (told("stopped", "rejected"), "documents-stopped", DayState.HELD, Answer.INCOMPLETE),
        (told("stopped", "conflict"), "documents-stopped", DayState.HELD, Answer.INCOMPLETE),
        (told("taken-back", "cancelled"), "documents-taken-back", DayState.HELD, Answer.INCOMPLETE),
        (told("posted"), "all-posted", DayState.FINAL, Answer.FINAL),
        (told("without-documents"), "all-posted", DayState.FINAL, Answer.FINAL),
    ],
)
def test_the_books_decide_whether_a_published_day_is_final(
    books: BooksStanding | None, code: str, state: DayState, answer: Answer
) -> None:
    found = day(way(books))

    assert (found.state, found.answer, [one.code for one in found.reasons]) == (state, answer, [code])


@pytest.mark.parametrize(
    ("state", "document", "call"),
    [("stopped", "rejected", "resend"), ("stopped", "conflict", "resolve"), ("taken-back", "cancelled", "resend")],
)
def test_what_stands_in_the_way_is_named_with_its_reason_and_the_call_out_of_it(
    state: str, document: str, call: str
) -> None:
    found = way(told(state, document))

    assert found is not None
    for part in (
        "Смена № 7",
        "отчёт о розничных продажах",
        "Период закрыт",
        f"POST /ledger/v1/documents/{DOCUMENT}/{call}",
    ):
        assert part in found.reason.detail


def test_a_word_about_an_earlier_revision_says_nothing_of_a_later_one() -> None:
    found = way(told("posted"), revision=2)

    assert found is not None
    assert found.reason.code == "not-in-books"
    assert way(told("posted", revision=2), revision=2) is None


@pytest.mark.parametrize("delivery", ["off", "compare", "draft"])
def test_a_register_that_posts_nothing_is_final_and_says_so_in_words(delivery: str) -> None:
    rules = DocumentsRules(delivery)
    books = told("created", "created") if delivery == "draft" else None

    (reason,) = day(way(books, rules), rules.kept).reasons

    assert (reason.code, f"delivery = {delivery}" in reason.detail) == ("all-published", True)


def test_a_draft_that_was_refused_or_is_under_way_is_not_final() -> None:
    draft = DocumentsRules("draft")
    for books in (None, told("waiting"), told("stopped", "rejected"), told("taken-back", "cancelled")):
        assert way(books, draft) is not None


def test_kinds_that_a_person_posts_and_days_before_documents_are_not_waited_for() -> None:
    by_hand = DocumentsRules("post", unposted=frozenset({"card-payment"}))
    assert way(told("created", "created", "card-payment"), by_hand) is None
    assert way(told("created", "created"), by_hand) is not None
    assert way(None, DocumentsRules("post", documents_from=date(2026, 1, 16))) is None
    assert way(None, DocumentsRules("post", documents_from=DAY)) is not None
