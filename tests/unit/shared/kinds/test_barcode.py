"""Barcodes compare by digits; a wrong check digit is a warning, not a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kinds.barcode import check_digit, normalise_barcode

DIGITS = "0123456789"
BODIES = st.text(DIGITS, min_size=12, max_size=12)


@given(BODIES)
def test_a_right_ean_13_is_known_as_right_and_any_other_check_digit_as_wrong(body: str) -> None:
    right = check_digit(body)

    for digit in DIGITS:
        barcode = normalise_barcode(body + digit)
        assert barcode is not None
        assert barcode.check_digit_ok is (digit == right)


@given(st.text(DIGITS, min_size=11, max_size=11))
def test_upc_a_ean_13_and_gtin_14_of_one_item_are_equal(body: str) -> None:
    upc_a = body + check_digit(body)

    assert normalise_barcode(upc_a) == normalise_barcode("0" + upc_a) == normalise_barcode("00" + upc_a)


@given(BODIES, st.lists(st.sampled_from(" -.\t"), min_size=1, max_size=5))
def test_spaces_and_dashes_do_not_count(body: str, noise: list[str]) -> None:
    code = body + check_digit(body)

    assert normalise_barcode(code[:6] + "".join(noise) + code[6:]) == normalise_barcode(code)


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_barcode(text)
    if once is not None:
        assert normalise_barcode(once.digits) == once


@pytest.mark.parametrize("text", ["", "abc", "--", "٣٤٥"])
def test_what_has_no_digits_is_no_barcode(text: str) -> None:
    assert normalise_barcode(text) is None


def test_known_codes() -> None:
    milk = normalise_barcode("4810268012345")
    assert milk is not None
    assert normalise_barcode("4006381333931") == normalise_barcode("4006381333931 ")
    ean = normalise_barcode("4006381333931")
    assert ean is not None
    assert ean.check_digit_ok
    short = normalise_barcode("1234")
    assert short is not None
    assert short.check_digit_ok is None


@pytest.mark.parametrize(
    ("code", "in_store"), [("2000000000015", True), ("2900000000014", True), ("4006381333931", False)]
)
def test_the_shops_own_range_is_prefix_20_to_29(code: str, in_store: bool) -> None:
    barcode = normalise_barcode(code)
    assert barcode is not None
    assert barcode.in_store is in_store


def test_a_gtin_14_of_a_box_stays_another_code() -> None:
    box = normalise_barcode("14006381333938")
    assert box is not None
    assert box.digits == "14006381333938"
