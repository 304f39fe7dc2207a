"""Quantity as whole thousandths of a unit; a decimal string with 3 places at every edge."""

from decimal import Decimal, InvalidOperation
from typing import NewType

from smena.kinds.float_noise import without_float_noise
from smena.kinds.money import half_up

Thousandths = NewType("Thousandths", int)
"""A quantity in thousandths of its unit: 1 кг = 1000."""

THOUSANDTHS_PER_UNIT = 1000
QUANTITY_THOUSANDTHS_MAX = 10**15
UNITS_EXPONENT_MAX = 12
"""The decimal exponent of such a quantity: what is beyond is refused before it is worked out to its last digit."""


class NotQuantityError(ValueError):
    """The value is no quantity: not a number, not finite, too large or finer than a thousandth."""


def quantity_from_number(number: Decimal | float | str) -> Thousandths:
    """Read a quantity (up to 3 decimals): a text to the letter, a number without the noise of a binary float.

    Raises:
        NotQuantityError: finer than a thousandth, not finite, or not a number.
    """
    try:
        value = Decimal(number.strip()) if isinstance(number, str) else _told(number)
    except InvalidOperation as error:
        raise NotQuantityError(f"not a number: {str(number)[:40]!r}") from error
    if not value.is_finite():
        raise NotQuantityError(f"not a finite quantity: {value}")
    if value.adjusted() > UNITS_EXPONENT_MAX:
        raise NotQuantityError(f"finer than a thousandth or too large: {value}")
    scaled = value * THOUSANDTHS_PER_UNIT
    whole = int(scaled)
    if whole != scaled or abs(whole) >= QUANTITY_THOUSANDTHS_MAX:
        raise NotQuantityError(f"finer than a thousandth or too large: {value}")
    return Thousandths(whole)


def _told(number: Decimal | float) -> Decimal:
    value = number if isinstance(number, Decimal) else Decimal(str(number))
    if value.is_finite() and value.adjusted() > UNITS_EXPONENT_MAX:
        return value
    if value.is_finite() and value * THOUSANDTHS_PER_UNIT == int(value * THOUSANDTHS_PER_UNIT):
        return value  # as nearly all quantities are
    return without_float_noise(value, 3)


def format_quantity(quantity: int) -> str:
    """Write thousandths as a decimal string with exactly 3 places: ``1500`` → ``"1.500"``."""
    sign = "-" if quantity < 0 else ""
    units, thousandths = divmod(abs(quantity), THOUSANDTHS_PER_UNIT)
    return f"{sign}{units}.{thousandths:03d}"


def amount_of(quantity: int, price: int) -> int:
    """Kopecks for a quantity (thousandths) at a price (kopecks per unit), rounded half up."""
    return half_up(quantity * price, THOUSANDTHS_PER_UNIT)


def fits_within_a_kopeck(quantity: int, price: int, amount: int) -> bool:
    """Whether |quantity × price − amount| ≤ 0.01, exactly (domain.md, readings agreed)."""
    return abs(quantity * price - amount * THOUSANDTHS_PER_UNIT) <= THOUSANDTHS_PER_UNIT
