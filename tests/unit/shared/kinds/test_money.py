"""Money is whole kopecks; nothing is rounded by accident."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kinds.money import (
    AMOUNT_KOPECKS_MAX,
    NotMoneyError,
    format_money,
    half_up,
    money_from_number,
    parse_money,
    round_half_up,
    rubles,
    spread,
)

KOPECKS = st.integers(-AMOUNT_KOPECKS_MAX + 1, AMOUNT_KOPECKS_MAX - 1)


@given(KOPECKS)
def test_money_survives_its_text(amount: int) -> None:
    assert parse_money(format_money(amount)) == amount
    assert money_from_number(rubles(amount)) == amount


@given(KOPECKS)
def test_the_text_of_money_is_its_exact_decimal(amount: int) -> None:
    assert Decimal(format_money(amount)) == Decimal(amount) / 100
    assert len(format_money(amount).rpartition(".")[2]) == 2


def test_a_few_kopecks_below_zero_keep_their_sign() -> None:
    assert format_money(-5) == "-0.05"
    assert parse_money("-0.05") == -5


@pytest.mark.parametrize(
    "text", ["", "12,30", "1.234", "NaN", "Infinity", "-Infinity", "1e20", "10000000000000.00", "twelve", "0.001"]
)
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(NotMoneyError):
        parse_money(text)


@pytest.mark.parametrize(
    ("number", "kopecks"),
    [
        (12.3, 1230),
        (4.1 * 3, 1230),
        (0.1 + 0.2, 30),
        (Decimal("12.299999999999999"), 1230),
        (Decimal("12.300000000000000711"), 1230),
        (Decimal("-12.299999999999999"), -1230),
        (Decimal("9999999999999.99"), 999999999999999),
    ],
)
def test_the_noise_of_a_binary_float_is_left_out(number: Decimal | float, kopecks: int) -> None:
    """A cabinet that multiplies in floats says 12.299999999999999 and means 12.30."""
    assert money_from_number(number) == kopecks


@pytest.mark.parametrize("number", [Decimal("12.345"), Decimal("12.2999"), Decimal("12.29999999999"), 0.001])
def test_a_number_that_is_really_finer_than_a_kopeck_is_refused(number: Decimal | float) -> None:
    with pytest.raises(NotMoneyError):
        money_from_number(number)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12))
def test_a_number_is_read_exactly_or_refused(number: Decimal) -> None:
    try:
        amount = money_from_number(number)
    except NotMoneyError:
        assert number != round(number, 2)
    else:
        assert abs(Decimal(amount).scaleb(-2) - number) * 2**50 <= abs(number)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_half_up_is_the_nearest_and_away_from_zero_at_a_tie(numerator: int, denominator: int) -> None:
    found = half_up(numerator, denominator)

    assert abs(2 * (found * denominator - numerator)) <= denominator
    if abs(2 * (found * denominator - numerator)) == denominator:
        assert abs(found * denominator) > abs(numerator)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_rounding_a_decimal_agrees_with_rounding_its_fraction(number: Decimal) -> None:
    assert round_half_up(number) == half_up(int(number * 10**6), 10**4)


WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@given(st.integers(0, 10**12), WEIGHTS)
def test_what_is_spread_adds_up_exactly_and_a_zero_weight_gets_nothing(total: int, weights: list[int]) -> None:
    if total and not sum(weights):
        with pytest.raises(ValueError, match="nothing carries"):
            spread(total, weights)
        return

    parts = spread(total, weights)

    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(st.integers(1, 10**12), WEIGHTS.filter(any))
def test_no_part_is_a_kopeck_off_its_share(total: int, weights: list[int]) -> None:
    whole = sum(weights)

    for part, weight in zip(spread(total, weights), weights, strict=True):
        assert abs(part * whole - total * weight) < whole


def test_at_a_tie_the_earlier_line_gets_the_kopeck() -> None:
    assert spread(1, [1, 1]) == [1, 0]
    assert spread(100, [1, 1, 1]) == [34, 33, 33]
    assert spread(2, [3, 1, 3]) == [1, 0, 1]
