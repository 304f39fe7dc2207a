"""A УНП has 9 characters and a check digit that is verified."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kinds.unp import WEIGHTS, WrongUnpError, parse_unp


def check_of(body: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True)) % 11


@given(st.text("0123456789", min_size=8, max_size=8))
def test_exactly_one_check_digit_is_right_or_none(body: str) -> None:
    right = check_of(body)
    good = []
    for digit in "0123456789":
        try:
            good.append(parse_unp(body + digit))
        except WrongUnpError:
            continue

    assert good == ([] if right == 10 else [f"{body}{right}"])


def test_letters_may_be_typed_in_cyrillic_and_lower_case() -> None:
    latin = next(f"AA123456{digit}" for digit in "0123456789" if _good(f"AA123456{digit}"))

    assert parse_unp(latin.replace("A", "А").lower()) == latin


def _good(text: str) -> bool:
    try:
        parse_unp(text)
    except WrongUnpError:
        return False
    return True


@pytest.mark.parametrize("text", ["", "19000000", "1900000050", "190000006", "ZZ1234567", "1A0000005", "19000000٥"])
def test_what_is_no_unp_is_refused(text: str) -> None:
    with pytest.raises(WrongUnpError):
        parse_unp(text)


def test_the_example_of_the_documentation_is_right() -> None:
    assert parse_unp(" 190000005 ") == "190000005"
