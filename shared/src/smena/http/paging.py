"""Lists: ``{"data": […], "next_cursor": …}`` with ``limit`` and ``cursor``."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from smena.http.field_names import FreeFieldNames
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR

PAGE_ROWS_MAX = 500
PAGE_ROWS_DEFAULT = 100
CURSOR_LENGTH_MAX = 1000
NUMBER_MAX = 2**63 - 1

CursorValue = str | int | None
Row = TypeVar("Row")


class PageQuery(BaseModel, metaclass=FreeFieldNames):
    """Query parameters of a list; a list with filters subclasses it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Annotated[int, Field(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS_DEFAULT
    cursor: Annotated[str | None, Field(min_length=1, max_length=CURSOR_LENGTH_MAX)] = None


class Page(BaseModel, Generic[Row]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    data: list[Row]
    next_cursor: str | None


def page(rows: Sequence[Row], next_cursor: str | None) -> Page[Row]:
    """A page for an answer."""
    return Page(data=list(rows), next_cursor=next_cursor)


def encode_cursor(*values: CursorValue) -> str:
    """An opaque cursor that holds the sort values of the last row of a page."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> tuple[CursorValue, ...]:
    """The sort values of a cursor, each of the kind asked for (or null).

    Raises:
        Problem: 422 ``wrong-cursor`` when it is none of ours.
    """
    try:
        values = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != len(kinds)
        or not all(value is None or type(value) is kind for value, kind in zip(values, kinds, strict=True))
        or not all(map(_can_be_asked_for, values))
    ):
        raise WRONG_CURSOR(
            Words(
                "Возьмите cursor из поля next_cursor предыдущего ответа или начните без него.",
                "Take the cursor from next_cursor of the answer before, or start without one.",
            )
        )
    return tuple(values)


def _can_be_asked_for(value: CursorValue) -> bool:
    """PostgreSQL takes no number beyond eight bytes, and no text with a NUL."""
    return -NUMBER_MAX <= value <= NUMBER_MAX if isinstance(value, int) else value is None or "\x00" not in value
