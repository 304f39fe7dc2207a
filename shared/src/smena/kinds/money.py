"""Money as whole kopecks; a decimal string at every edge, never a float."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NewType

from smena.kinds.float_noise import without_float_noise

Kopecks = NewType("Kopecks", int)
"""A sum of money in kopecks (1/100 of a Belarusian ruble); may be negative."""

ZERO = Kopecks(0)
KOPECKS_PER_RUBLE = 100
AMOUNT_KOPECKS_MAX = 10**15
"""No single amount may reach ten trillion rubles: beyond it a figure is taken for a broken answer."""
RUBLES_EXPONENT_MAX = 13
"""The decimal exponent of such an amount: what is beyond is refused before it is worked out to its last digit."""


class NotMoneyError(ValueError):
    """The value is no amount of money: not a number, not finite, too large or finer than a kopeck."""


def parse_money(text: str) -> Kopecks:
    """Read ``"12.30"`` (rubles, up to 2 decimals) as kopecks.

    Raises:
        NotMoneyError: anything else, so that nothing is rounded by accident.
    """
    return money_from_decimal(_decimal(text))


def money_from_number(number: Decimal | float | str) -> Kopecks:
    """Read rubles as an outside system sent them; the noise of a binary float is left out.

    Raises:
        NotMoneyError: really finer than a kopeck, not finite, or not a number.
    """
    value = number if isinstance(number, Decimal) else _decimal(str(number))
    if value.is_finite():
        if value.adjusted() > RUBLES_EXPONENT_MAX:
            raise NotMoneyError(f"an amount too large to be true: {value}")
        scaled = value * KOPECKS_PER_RUBLE
        whole = int(scaled)
        if whole == scaled and abs(whole) < AMOUNT_KOPECKS_MAX:  # as nearly all amounts are
            return Kopecks(whole)
    return money_from_decimal(without_float_noise(value, 2))


def money_from_decimal(rubles: Decimal) -> Kopecks:
    """Turn an exact decimal of rubles into kopecks; refuse what is finer than a kopeck."""
    if not rubles.is_finite():
        raise NotMoneyError(f"not a finite amount: {rubles}")
    if rubles.adjusted() > RUBLES_EXPONENT_MAX:
        raise NotMoneyError(f"an amount too large to be true: {rubles}")
    scaled = rubles * KOPECKS_PER_RUBLE
    whole = int(scaled)
    if whole != scaled:
        raise NotMoneyError(f"an amount finer than a kopeck: {rubles}")
    if abs(whole) >= AMOUNT_KOPECKS_MAX:
        raise NotMoneyError(f"an amount too large to be true: {rubles}")
    return Kopecks(whole)


def format_money(amount: int) -> str:
    """Write kopecks as a decimal string of rubles with exactly 2 places: ``1230`` → ``"12.30"``."""
    if amount < 0:
        return f"-{format_money(-amount)}"
    return f"{amount // KOPECKS_PER_RUBLE}.{amount % KOPECKS_PER_RUBLE:02d}"


def rubles(amount: int) -> Decimal:
    """Kopecks as an exact decimal of rubles with 2 places, for writing a JSON number."""
    return Decimal(amount).scaleb(-2)


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers and round half away from zero, exactly; the denominator is positive."""
    doubled, sign = 2 * abs(numerator) + denominator, -1 if numerator < 0 else 1
    return sign * (doubled // (2 * denominator))


def round_half_up(rubles_value: Decimal) -> Kopecks:
    """Round an exact decimal of rubles half up to a kopeck."""
    return Kopecks(int(rubles_value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP).scaleb(2)))


def spread(total: int, weights: list[int]) -> list[int]:
    """Spread a non-negative total of kopecks over non-negative weights by largest remainder.

    The parts add up to the total exactly; at a tie the earlier weight goes first; a zero weight gets nothing
    (domain.md, readings agreed).

    Raises:
        ValueError: there is something to spread and no weight to carry it.
    """
    whole = sum(weights)
    if total == 0:
        return [0] * len(weights)
    if whole <= 0:
        raise ValueError("nothing carries the sum to spread")
    parts = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    left = total - sum(parts)
    for index in sorted(range(len(weights)), key=lambda at: (-remainders[at], at))[:left]:
        parts[index] += 1
    return parts


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation as error:
        raise NotMoneyError(f"not a number: {text[:40]!r}") from error
