"""Small readings of the cabinet's values; each fails with a sentence instead of guessing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from smena.kinds.money import ZERO, Kopecks, NotMoneyError, money_from_number

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_3000_MS = 32_503_680_000_000
MILLISECOND = timedelta(milliseconds=1)


class UnreadableError(ValueError):
    """A document cannot be understood; the message is the reason a person reads."""


def whole(value: int | Decimal | None, field: str) -> int:
    """A whole number that must be there."""
    found = whole_or_none(value, field)
    if found is None:
        raise UnreadableError(f"{field}: пусто")
    return found


def whole_or_none(value: int | Decimal | None, field: str) -> int | None:
    """A whole number, also when it is written as ``123.0``."""
    if value is None or isinstance(value, int):
        return value
    if not value.is_finite() or value != int(value):
        raise UnreadableError(f"{field}: {value} не целое число")
    return int(value)


def instant(value: int | Decimal | None, field: str) -> datetime:
    """An instant that must be there, from epoch milliseconds."""
    found = instant_or_none(value, field)
    if found is None:
        raise UnreadableError(f"{field}: пусто")
    return found


def instant_or_none(value: int | Decimal | None, field: str) -> datetime | None:
    """An instant from epoch milliseconds."""
    milliseconds = whole_or_none(value, field)
    if milliseconds is None:
        return None
    if not 0 < milliseconds < YEAR_3000_MS:
        raise UnreadableError(f"{field}: {milliseconds} не время в миллисекундах")
    return EPOCH + timedelta(milliseconds=milliseconds)


def milliseconds(moment: datetime) -> int:
    """An aware instant as epoch milliseconds."""
    return (moment - EPOCH) // MILLISECOND


def money(value: Decimal | None, field: str) -> Kopecks:
    """An amount that must be there."""
    found = money_or_none(value, field)
    if found is None:
        raise UnreadableError(f"{field}: пусто")
    return found


def money_or_zero(value: Decimal | None, field: str) -> Kopecks:
    """An amount whose absence means nothing: used only where a total proves it."""
    return money_from(value, field) if value else ZERO


def money_or_none(value: Decimal | None, field: str) -> Kopecks | None:
    """An amount, or None where the cabinet gives none."""
    return None if value is None else money_from(value, field)


def money_from(value: Decimal, field: str) -> Kopecks:
    """Rubles as kopecks, refusing what is finer."""
    try:
        return money_from_number(value)
    except NotMoneyError as error:
        raise UnreadableError(f"{field}: {value} не сумма в рублях и копейках") from error
