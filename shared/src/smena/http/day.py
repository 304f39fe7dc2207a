"""Dates in requests: exactly ``YYYY-MM-DD``."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> Any:
    """Pydantic alone reads an instant at midnight, and a number of seconds, as a date."""
    if type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "a date is expected, as 2026-01-31")


Day = Annotated[date, BeforeValidator(_day)]
"""A date of a request."""
