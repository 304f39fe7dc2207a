"""Compare one field of one pair: equal, a difference of white space, or a real one."""

from collections.abc import Iterable
from functools import lru_cache

from catalog_sync.domain.matching import comparable
from catalog_sync.domain.rows import Change, Field, Sort, Value
from smena.kinds.money import format_money

WORDS_REMEMBERED = 1 << 16


def text_change(field: Field, before: str | None, after: str | None) -> Change | None:
    """Texts compare after trimming and collapsing white space; a difference only in that is cosmetic."""
    if before == after:
        return None
    left, right = before or "", after or ""
    if left == right:
        return None
    sort = Sort.COSMETIC if collapse(left) == collapse(right) else Sort.SUBSTANTIAL
    return Change(field, before, after, sort)


def exact_change(field: Field, before: str | None, after: str | None) -> Change | None:
    """Values of code lists compare as they are."""
    return None if before == after else Change(field, before, after)


def unit_change(before: str | None, after: str | None) -> Change | None:
    """Units compare by their plain form: «шт.» is «шт»."""
    return None if plain_unit(before) == plain_unit(after) else Change(Field.UNIT, before, after)


def barcode_change(before: Iterable[str], after: Iterable[str]) -> Change | None:
    """Main barcodes compare by their comparable digits (UPC-A is EAN-13 with a leading zero)."""
    left, right = next(iter(before), None), next(iter(after), None)
    if left == right or (left and right and comparable(left) == comparable(right)):
        return None
    return Change(Field.BARCODE, left, right)


def money_change(field: Field, before: int | None, after: int | None) -> Change | None:
    """Prices compare to the kopeck."""
    return None if before == after else Change(field, money_value(before), money_value(after))


def money_value(amount: int | None) -> Value:
    """A price as it stands in a change."""
    return None if amount is None else format_money(amount)


def collapse(text: str) -> str:
    """Trim, and make one space of any white space inside."""
    return " ".join(text.split())


@lru_cache(maxsize=WORDS_REMEMBERED)
def plain_unit(unit: str | None) -> str | None:
    """A unit without case and closing full stop; None when there is none."""
    if unit is None:
        return None
    return unit.strip().rstrip(".").strip().casefold() or None
