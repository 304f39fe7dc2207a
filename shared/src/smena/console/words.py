"""Russian first: the templates hold the Russian words, ``locale/en/*.po`` the English ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "ru"
Translate = Callable[[str], str]


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every translated sentence of a language, from all its files: one for each window."""
    found: dict[str, str] = {}
    if language == DEFAULT_LANGUAGE:
        return found
    for source in sorted((files("smena.console") / "locale" / language).iterdir(), key=lambda one: one.name):
        with source.open("rb") as file:
            messages = read_po(file, locale=language, abort_invalid=True)
        found |= {str(message.id): str(message.string) for message in messages if message.id and message.string}
    return found


def translator(language: str) -> Translate:
    """Takes a Russian sentence to the language; one without a translation stays Russian."""
    known = catalogue(language)
    return lambda text: known.get(text, text)


def say(text: str) -> str:
    """Marks a sentence that is translated where it is shown."""
    return text


def money(amount: str | None) -> str:
    """``1234567.80`` as it is read: ``1 234 567,80``; nothing stays nothing."""
    if amount is None or amount == "":
        return "–"
    sign, digits = ("−", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, _, kopecks = digits.partition(".")
    if not whole.isdigit():
        return amount
    return f"{sign}{int(whole):,}".replace(",", "\u202f") + (f",{kopecks}" if kopecks else "")


AMOUNT = re.compile(r"(?<![\d.,\w-])-?\d+\.\d{2}(?!\.?\w)")
FIELD_NAME = re.compile(r" \([a-z]+(?:_[a-z]+)+\)")
"""A figure's name in the API after its Russian one; it tells the accountant nothing."""


def sentence(text: str) -> str:
    """A sentence of the API as she reads it: sums as everywhere here, no names of the API."""
    return AMOUNT.sub(lambda found: money(found[0]), FIELD_NAME.sub("", text))


def kopecks(amount: int) -> str:
    """Whole kopecks as they are read: ``1 234 567,80``."""
    whole, part = divmod(abs(amount), 100)
    return money(f"{'-' if amount < 0 else ''}{whole}.{part:02}")


def quantity(amount: str) -> str:
    """``1.500`` as it is read: ``1,5``; ``2.000`` is ``2``."""
    return money(amount.rstrip("0").rstrip(".") if "." in amount else amount)


def total(rows: Iterable[Mapping[str, str]], name: str) -> int:
    """Whole kopecks of a column of decimal strings with two places."""
    return sum(int(Decimal(row[name]).scaleb(2)) for row in rows)


def day(text: str | None, language: str) -> str:
    """A date (``2026-01-31``) as it is read."""
    if not text:
        return "–"
    return format_date(date.fromisoformat(text), format="d MMMM y" if language == "ru" else "d MMM y", locale=language)


def day_input(text: str | None) -> str:
    """A day as a date field takes it; whatever is none leaves the field empty."""
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return ""


def moment(text: str | None, language: str, zone: str) -> str:
    """An instant as it is read on the shop's clock."""
    if not text:
        return "–"
    at = datetime.fromisoformat(text)
    return format_datetime(at, format="dd.MM.y HH:mm", tzinfo=ZoneInfo(zone), locale=language)


def plural(number: int, forms: Iterable[str]) -> str:
    """The Russian form that goes with a number (чек, чека, чеков); with two forms the English one."""
    one, *rest = forms
    if len(rest) == 1:
        return one if number == 1 else rest[0]
    few, many = rest
    tens, units = number % 100, number % 10
    if units == 1 and tens != 11:
        return one
    return few if units in {2, 3, 4} and tens not in {12, 13, 14} else many
