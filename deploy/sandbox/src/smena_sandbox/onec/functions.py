"""Functions a filter may call, and those 1C does not have (DOC)."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

UNSUPPORTED = frozenset({"length", "indexof", "replace", "tolower", "toupper", "trim", "floor", "ceiling"})
TEXT_SEARCHES = frozenset({"substringof", "startswith", "endswith", "like"})


def like_pattern(pattern: str, *, ignore_case: bool = True) -> re.Pattern[str]:
    """Compile a LIKE pattern: ``%`` any text, ``_`` any character, ``[abc]`` and ``[^abc]`` one of a set."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "%":
            parts.append(".*")
        elif char == "_":
            parts.append(".")
        elif char == "[" and (close := pattern.find("]", at + 1)) > 0:
            inside = pattern[at:close]
            negated = inside.startswith("^")
            body = "".join(c if c == "-" else re.escape(c) for c in inside.removeprefix("^"))
            parts.append(_class(body, negated=negated, inside=inside))
            at = close + 1
        else:
            parts.append(re.escape(char))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _class(body: str, *, negated: bool, inside: str) -> str:
    text = f"[{'^' if negated else ''}{body}]"
    try:
        re.compile(text)
    except re.error:
        # «[z-a]» is no range: the characters themselves.
        return f"[{'^' if negated else ''}{re.escape(inside.removeprefix('^'))}]"
    return text


def text_search(name: str, needle: str, *, like_rules: bool) -> Callable[[str], bool]:
    """Return the test of a text search with a constant needle.

    With ``like_rules`` the needle's own ``[ _ %`` are wildcards and case does not matter, as where the search
    becomes ПОДОБНО in a database that compares so (GUESS).
    """
    if name == "like":
        pattern = like_pattern(needle)
        return lambda text: pattern.fullmatch(text) is not None
    if like_rules:
        before, after = {"substringof": ("%", "%"), "startswith": ("", "%"), "endswith": ("%", "")}[name]
        rules = like_pattern(f"{before}{needle}{after}")
        return lambda text: rules.fullmatch(text) is not None
    if name == "substringof":
        return lambda text: needle in text
    if name == "startswith":
        return lambda text: text.startswith(needle)
    return lambda text: text.endswith(needle)


def _date_part(part: Callable[[datetime], int]) -> Callable[[str], int]:
    return lambda text: part(datetime.fromisoformat(text))


DATE_PARTS: dict[str, Callable[[str], int]] = {
    "year": _date_part(lambda at: at.year),
    "quarter": _date_part(lambda at: (at.month + 2) // 3),
    "month": _date_part(lambda at: at.month),
    "day": _date_part(lambda at: at.day),
    "hour": _date_part(lambda at: at.hour),
    "minute": _date_part(lambda at: at.minute),
    "second": _date_part(lambda at: at.second),
    "dayofweek": _date_part(lambda at: at.isoweekday()),
    "dayofyear": _date_part(lambda at: at.timetuple().tm_yday),
}


def arithmetic(op: str, left: float, right: float) -> float | None:
    """Calculate in decimals, as 1C does, so that 0.1 add 0.2 equals the literal 0.3."""
    a, b = Decimal(str(left)), Decimal(str(right))
    if op == "add":
        return float(a + b)
    if op == "sub":
        return float(a - b)
    if op == "mul":
        return float(a * b)
    if not b:
        return None
    return float(a / b if op == "div" else a % b)


def rounded(value: float) -> int:
    """``round``: half away from zero."""
    return int(Decimal(str(value)).to_integral_value(ROUND_HALF_UP))


def substring(text: str, start: int, length: int | None = None) -> str:
    """``substring``: counted from 1, as СтрПодстрока's kin in 1C's queries (GUESS)."""
    first = max(start - 1, 0)
    return text[first:] if length is None else text[first : first + length]
