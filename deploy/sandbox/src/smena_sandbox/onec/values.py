"""Read one value of a body into a property, with what a live base refuses, cuts or silently ignores."""

import base64
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from smena_sandbox.onec.errors import bad_value, internal_error, parse_error
from smena_sandbox.onec.schema import Prop
from smena_sandbox.onec.switches import OnecSwitches

FIRST_VERSION = "AAAAAAAAAAA="
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")


class _Ignored:
    """Marks a value that a live base drops without a word."""


IGNORED: Final = _Ignored()


def number(value: int, scale: int) -> int | float:
    """Return a scaled integer as the shortest JSON number: 500 at scale 2 is 5, 1230 is 12.3."""
    whole, rest = divmod(value, 10**scale)
    return whole if not rest else float(Decimal(value).scaleb(-scale))


def scaled(value: float, scale: int) -> int:
    """Return a JSON number as a scaled integer, by its shortest decimal form, half away from zero."""
    return int(Decimal(str(value)).scaleb(scale).to_integral_value(ROUND_HALF_UP))


def next_version(version: str) -> str:
    """Count one write on; the low word comes first, as ``AAAACgAAAAA=`` seen in live answers."""
    raw = base64.b64decode(version)
    count = (int.from_bytes(raw[4:], "big") << 32 | int.from_bytes(raw[:4], "big")) + 1
    low, high = count & 0xFFFFFFFF, count >> 32
    return base64.b64encode(low.to_bytes(4, "big") + high.to_bytes(4, "big")).decode()


def read_guid(value: Any, name: str) -> str:
    """Read a reference; a bad one is refused with code 1, a dangling one is kept (LIVE-A)."""
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        raise parse_error(f"Ошибка разбора значения свойства '{name}': ожидается Edm.Guid") from None


def _read_moment(value: Any, prop: Prop, switches: OnecSwitches) -> Any:
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise parse_error(f"Ошибка разбора значения свойства '{prop.name}': ожидается Edm.DateTime")
    text, offset = match.groups()
    try:
        naive = datetime.fromisoformat(text)
    except ValueError:
        raise parse_error(f"Ошибка разбора значения свойства '{prop.name}': ожидается Edm.DateTime") from None
    if offset is None or switches.offset_dates == "ignore":
        return naive.isoformat()
    if switches.offset_dates == "reject":
        raise parse_error(f"Ошибка разбора значения свойства '{prop.name}': смещение времени недопустимо")
    aware = datetime.fromisoformat(text + offset.replace("Z", "+00:00"))
    return aware.astimezone(ZoneInfo(switches.timezone)).replace(tzinfo=None).isoformat()


def _read_number(value: Any, prop: Prop) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return IGNORED
    try:
        return number(scaled(value, prop.scale), prop.scale)
    except InvalidOperation:
        return IGNORED


def _read_text(value: Any, prop: Prop, switches: OnecSwitches) -> Any:
    if isinstance(value, list | dict):
        raise internal_error(f"Преобразование значения к типу Строка не может быть выполнено: {prop.name}")
    text = value if isinstance(value, str) else str(value)
    if prop.values and text and text not in prop.values:
        if switches.unknown_enum_value == "400":
            raise bad_value(f"Неизвестное значение перечисления '{prop.enum}': {text}")
        return ""
    return text[: prop.length] if prop.length else text


def read_value(value: Any, prop: Prop, switches: OnecSwitches) -> Any:
    """Return the value to store, or ``IGNORED``.

    LIVE-A: over-long text is cut with 200, text for a number is ignored, a bad Guid or Boolean is 400 with
    code 1, an array for a text is 500. An offset in a date and an unknown enumeration value: GUESS, by switch.
    """
    if value is None:
        return prop.empty
    if prop.type == "Guid":
        return read_guid(value, prop.name)
    if prop.type == "Boolean":
        if not isinstance(value, bool):
            raise parse_error(f"Ошибка разбора значения свойства '{prop.name}': ожидается Edm.Boolean")
        return value
    if prop.type == "DateTime":
        return _read_moment(value, prop, switches)
    if prop.type == "Double":
        return _read_number(value, prop)
    if prop.type == "Int64":
        text = str(value)
        return text if text.isdecimal() and not isinstance(value, bool) else IGNORED
    return _read_text(value, prop, switches)
