"""The price of a line: given, the list price where it fits, or derived and marked."""

from enum import StrEnum

from smena.kinds.money import half_up
from smena.kinds.quantity import THOUSANDTHS_PER_UNIT, fits_within_a_kopeck


class PriceSource(StrEnum):
    """Where a line's price comes from."""

    GIVEN = "given"
    LIST = "list"
    DERIVED = "derived"


def line_price(quantity: int, gross: int, *, given: int | None, list_price: int | None) -> tuple[int, PriceSource]:
    """The price per unit in kopecks and its source (domain.md: what the cabinet gives, list, derived).

    The quantity is positive: anything else was refused before.
    """
    if given is not None:
        return given, PriceSource.GIVEN
    if list_price is not None and fits_within_a_kopeck(quantity, list_price, gross):
        return list_price, PriceSource.LIST
    return half_up(gross * THOUSANDTHS_PER_UNIT, quantity), PriceSource.DERIVED
