"""Small readings of a cabinet's values; each fails with a sentence instead of guessing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from smena.kinds.money import AMOUNT_KOPECKS_MAX, ZERO, Kopecks, NotMoneyError, money_from_number

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_3000_MS = 32_503_680_000_000
WHOLE_EXPONENT_MAX = 18
"""The decimal exponent of a number that is an id or an instant at all."""
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
    if not value.is_finite() or value.adjusted() > WHOLE_EXPONENT_MAX or value != int(value):
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


def kopecks(value: int | Decimal | None, field: str) -> Kopecks:
    """An amount that must be there, as a whole number of kopecks."""
    found = kopecks_or_none(value, field)
    if found is None:
        raise UnreadableError(f"{field}: пусто")
    return found


def kopecks_or_none(value: int | Decimal | None, field: str) -> Kopecks | None:
    """An amount as a whole number of kopecks, or None where the cabinet gives none."""
    found = whole_or_none(value, field)
    if found is not None and abs(found) >= AMOUNT_KOPECKS_MAX:
        raise UnreadableError(f"{field}: {found} слишком велико для суммы")
    return None if found is None else Kopecks(found)


def moment(text: str | None, field: str) -> datetime:
    """An instant that must be there, from RFC 3339 with its offset."""
    found = moment_or_none(text, field)
    if found is None:
        raise UnreadableError(f"{field}: пусто")
    return found


def moment_or_none(text: str | None, field: str) -> datetime | None:
    """An instant in UTC from RFC 3339; one without an offset is refused, since it would be a guess."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(f"{field}: «{text[:40]}» не время") from error
    raise UnreadableError(f"{field}: «{text[:40]}» без смещения от UTC")
