"""Read of a JSON object what can be read: what names it is told even where its figures are none."""

import json
from typing import Any

import msgspec

WHOLE_DIGITS_MAX = 30
"""A longer whole number stays text: it is no number of anything."""
_DECODER = msgspec.json.Decoder(float_hook=str)


def loosely(raw: bytes | msgspec.Raw) -> dict[str, Any]:
    """The fields of an object, whatever their types; a fraction or a number without end is its text."""
    try:
        found = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = _of_anything(bytes(raw))
    return found if isinstance(found, dict) else {}


def _of_anything(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8", "replace"), parse_float=str, parse_constant=str, parse_int=_whole)
    except (ValueError, RecursionError):
        return None


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= WHOLE_DIGITS_MAX else digits
