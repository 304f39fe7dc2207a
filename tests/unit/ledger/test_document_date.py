"""A document stands on its business date, whatever the clock of the till said."""

from datetime import UTC, date, datetime

from ledger.domain.document_date import document_date
from ledger.domain.rules import TimeRule

MINSK = "Europe/Minsk"


def test_the_time_of_closing_is_taken_when_it_lies_on_the_business_date() -> None:
    closed = datetime(2026, 1, 31, 18, 30, 15, 999, tzinfo=UTC)

    found = document_date(date(2026, 1, 31), closed, TimeRule.CLOSED_AT, MINSK)

    assert datetime(2026, 1, 31, 21, 30, 15) == found


def test_a_shift_closed_after_midnight_stands_at_the_end_of_its_business_date() -> None:
    closed = datetime(2026, 1, 31, 22, 10, tzinfo=UTC)

    found = document_date(date(2026, 1, 31), closed, TimeRule.CLOSED_AT, MINSK)

    assert datetime(2026, 1, 31, 23, 59, 59) == found


def test_the_end_of_the_day_can_be_asked_for() -> None:
    closed = datetime(2026, 1, 31, 10, 0, tzinfo=UTC)

    assert datetime(2026, 1, 31, 23, 59, 59) == document_date(date(2026, 1, 31), closed, TimeRule.END_OF_DAY, MINSK)
