"""What a binary float leaves behind a decimal number: 4.1 × 3 arrives as 12.299999999999999 and means 12.30."""

from decimal import Decimal

FLOAT_NOISE = Decimal(2) ** -50
"""A number this close to a rounded one, relative to itself, is that one: 8 units in the last place of a double."""
COMPARABLE_MAX = Decimal(10) ** 15


def without_float_noise(number: Decimal, places: int) -> Decimal:
    """The number with so many places that the float stood for; a number that is really finer stays as it is.

    Source: domain.md, readings agreed (amounts from binary floats), as decided in the project's records.
    """
    if not number.is_finite() or abs(number) >= COMPARABLE_MAX:
        return number
    rounded = round(number, places)
    return rounded if abs(number - rounded) <= abs(number) * FLOAT_NOISE else number
