"""VAT rates of Belarus and the tax inside a price."""

from enum import StrEnum

from smena.kinds.money import Kopecks, half_up


class VatRate(StrEnum):
    """A rate as the API writes it; ``NONE`` is "without VAT", which is not 0 %."""

    TWENTY = "20"
    TEN = "10"
    TWENTY_FIVE = "25"
    ZERO = "0"
    NONE = "none"

    @property
    def percent(self) -> int:
        """Whole percent; 0 for both the zero rate and "without VAT"."""
        return _PERCENT[self]


_PERCENT = {rate: 0 if rate is VatRate.NONE else int(rate.value) for rate in VatRate}


def vat_inside(amount: int, rate: VatRate) -> Kopecks:
    """VAT contained in a gross amount of kopecks: round-half-up(amount × r / (100 + r)) (domain.md)."""
    return Kopecks(half_up(amount * rate.percent, 100 + rate.percent))
