"""Each price filled says where it comes from; a price that is not there is not made up."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from catalog_sync.domain.prices import ReceiptPrice, TypedPrice, fill_from_price_type, fill_from_receipts
from smena.kinds.money import Kopecks

AS_OF = date(2026, 1, 31)


def line(kopecks: int, day: int, number: str = "1", place: int = 1, ref: str | None = None) -> ReceiptPrice:
    return ReceiptPrice("a", Kopecks(kopecks), date(2026, 1, day), number, ref or f"ref-{number}", place)


def setting(kopecks: int, at: datetime, number: str = "1", kind: str = "Розничная") -> TypedPrice:
    return TypedPrice("a", Kopecks(kopecks), kind, at, number)


def test_the_latest_receipt_gives_the_price_and_its_line() -> None:
    found = fill_from_receipts([line(100, 5, "2"), line(120, 9, "1", place=3)], AS_OF)["a"]

    assert found.price == 120
    assert found.provenance == {
        "source": "goods-receipts",
        "price": "1.20",
        "document": "ref-1",
        "number": "1",
        "date": "2026-01-09",
        "line": "3",
    }


def test_of_two_receipts_of_a_day_the_later_number_as_text_wins_and_the_row_says_so() -> None:
    found = fill_from_receipts([line(100, 5, "10"), line(120, 5, "9")], AS_OF)["a"]

    assert found.price == 120
    assert "note" in found.provenance


def test_of_two_lines_of_one_receipt_the_later_line_wins_without_a_note() -> None:
    found = fill_from_receipts([line(100, 5, place=1), line(120, 5, place=2)], AS_OF)["a"]

    assert found.price == 120
    assert "note" not in found.provenance


def test_a_tie_on_an_earlier_day_is_forgotten() -> None:
    found = fill_from_receipts([line(1, 4, "1"), line(2, 4, "2"), line(3, 5, "3")], AS_OF)["a"]

    assert "note" not in found.provenance


def test_what_is_dated_after_the_day_asked_for_is_ignored() -> None:
    late = [line(100, 5), line(999, 31)]
    future = datetime(2026, 2, 1, tzinfo=UTC)

    assert fill_from_receipts(late, date(2026, 1, 30))["a"].price == 100
    assert fill_from_price_type([setting(7, future)], "Розничная", AS_OF) == {}


def test_the_latest_setting_of_the_price_type_wins_and_the_later_document_at_a_tie() -> None:
    day = datetime(2026, 1, 10, tzinfo=UTC)
    settings = [
        setting(100, day, "1"),
        setting(150, day, "2"),
        setting(90, day - timedelta(days=1), "9"),
        setting(1, day + timedelta(days=1), "1", kind="Оптовая"),
    ]

    assert fill_from_price_type(settings, "Розничная", AS_OF)["a"].price == 150


@pytest.mark.parametrize("seed", range(20))
def test_the_order_in_which_receipts_come_does_not_matter(seed: int) -> None:
    lines = [line(n, 1 + n % 4, str(n % 3), place=n) for n in range(12)]
    shuffled = lines.copy()
    random.Random(seed).shuffle(shuffled)

    assert fill_from_receipts(shuffled, AS_OF)["a"].price == fill_from_receipts(lines, AS_OF)["a"].price
    best = max(lines, key=lambda one: (one.date, one.number, one.ref, one.line))
    assert fill_from_receipts(shuffled, AS_OF)["a"].price == best.price
