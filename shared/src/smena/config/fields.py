"""Small types of the configuration's fields."""

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from croniter import croniter
from pydantic import AfterValidator, BeforeValidator, Field

from smena.kinds.unp import parse_unp

_DURATION = re.compile(r"(\d{1,6})\s*([smhd])")
_DURATION_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
CRON_FIELDS = 5


def _unp(text: str) -> str:
    return parse_unp(text)


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone of this name: {name!r}; for Belarus write Europe/Minsk") from error
    return name


def _cron(text: str) -> str:
    if len(text.split()) != CRON_FIELDS or not croniter.is_valid(text):
        raise ValueError(f'no cron expression of five fields: {text!r}; every ten minutes is "*/10 * * * *"')
    return text


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'no duration: {value!r}; write a whole number and s, m, h or d, as in "6h"')
    return timedelta(**{_DURATION_UNITS[match[2]]: int(match[1])})


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    match = _CLOCK_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'no time of day: {value!r}; write hours and minutes, as in "06:00"')
    return time(int(match[1]), int(match[2]))


def _http_address(text: str) -> str:
    match = re.fullmatch(r"https?://([^/?#\s]+)(/[^?#\s]*)?", text)
    if match is None:
        raise ValueError(f"no HTTP address: {text!r}; write it as https://host/path")
    if "@" in match[1]:
        raise ValueError("an address carries no user and password: they have keys of their own")
    return text.rstrip("/")


Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Unp = Annotated[str, AfterValidator(_unp)]
TimeZoneName = Annotated[str, AfterValidator(_timezone)]
Cron = Annotated[str, AfterValidator(_cron)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]
HttpAddress = Annotated[str, AfterValidator(_http_address)]
