"""Quantity is whole thousandths; a line fits its price within a kopeck or does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kinds.quantity import (
    QUANTITY_THOUSANDTHS_MAX,
    NotQuantityError,
    amount_of,
    fits_within_a_kopeck,
    format_quantity,
    quantity_from_number,
)


@given(st.integers(-QUANTITY_THOUSANDTHS_MAX + 1, QUANTITY_THOUSANDTHS_MAX - 1))
def test_a_quantity_survives_its_text(quantity: int) -> None:
    assert quantity_from_number(format_quantity(quantity)) == quantity
    assert Decimal(format_quantity(quantity)) == Decimal(quantity) / 1000


@pytest.mark.parametrize("text", ["", "1,5", "0.0001", "NaN", "Infinity", "1000000000000", "kilo"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(NotQuantityError):
        quantity_from_number(text)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_rounded_amount_always_fits_its_own_price(quantity: int, price: int) -> None:
    assert fits_within_a_kopeck(quantity, price, amount_of(quantity, price))


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(-5, 5))
def test_fitting_is_exact_arithmetic(quantity: int, price: int, off: int) -> None:
    amount = amount_of(quantity, price) + off

    exact = Decimal(quantity) / 1000 * Decimal(price) / 100
    assert fits_within_a_kopeck(quantity, price, amount) == (abs(exact - Decimal(amount) / 100) <= Decimal("0.01"))
