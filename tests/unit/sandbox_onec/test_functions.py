"""Text search, LIKE patterns and arithmetic."""

import pytest

from smena_sandbox.onec.functions import DATE_PARTS, arithmetic, like_pattern, rounded, text_search


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("%касса%", "Наша КАССА 1", True),
        ("касса_", "касса1", True),
        ("касса_", "касса12", False),
        ("[абв]%", "вода", True),
        ("[^абв]%", "вода", False),
        ("[0-9]", "7", True),
        ("[z-a]", "z", True),
        ("100", "100", True),
        ("a.b", "axb", False),
        ("[", "[", True),
    ],
)
def test_a_like_pattern_matches_as_in_a_database(pattern: str, text: str, found: bool) -> None:
    assert found is (like_pattern(pattern).fullmatch(text) is not None)


def test_brackets_of_a_marker_are_a_set_under_like_rules() -> None:
    exact = text_search("substringof", "[smena:a|1]", like_rules=False)
    rules = text_search("substringof", "[smena:a|1]", like_rules=True)

    assert (exact("x [smena:a|1]"), exact("x [smena:a|12]")) == (True, False)
    assert (rules("x [smena:a|1]"), rules("x [smena:a|12]"), rules("x")) == (True, True, False)


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    assert arithmetic("add", 0.1, 0.2) == 0.3


def test_division_by_zero_is_nothing() -> None:
    assert arithmetic("div", 1, 0) is None


def test_halves_are_rounded_away_from_zero() -> None:
    assert (rounded(2.5), rounded(-2.5)) == (3, -3)


def test_a_date_falls_into_its_parts() -> None:
    parts = {name: part("2026-05-31T23:58:59") for name, part in DATE_PARTS.items()}

    assert parts == {
        "year": 2026,
        "quarter": 2,
        "month": 5,
        "day": 31,
        "hour": 23,
        "minute": 58,
        "second": 59,
        "dayofweek": 7,
        "dayofyear": 151,
    }
