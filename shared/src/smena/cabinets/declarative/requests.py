"""Requests filled in: what a template names is put in its place, and nothing else is looked at."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from smena.cabinets.declarative.checks import PLACEHOLDER
from smena.cabinets.declarative.model import Instants, Request
from smena.cabinets.declarative.values import written_instant
from smena.outside.client import JSON, XML, Ask
from smena.outside.query import with_query

Filling = Mapping[str, Any]
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def window_filling(register_number: str, start: datetime, end: datetime, instants: Instants) -> dict[str, Any]:
    """What a request may name of a register and a window ``[start, end)``."""
    zone = ZoneInfo(instants.zone)
    return {
        "register": register_number,
        "from": written_instant(start, instants.format, zone),
        "to": written_instant(end, instants.format, zone),
        "last": written_instant(end - timedelta(seconds=1), instants.format, zone),
        "day": start.astimezone(zone).strftime(instants.day),
    }


def ask_of(request: Request, filling: Filling, *, limit_bytes: int, form: str, headers: Mapping[str, str]) -> Ask:
    """The request as it is sent; a query parameter whose only content is absent is left out."""
    query = {name: _text(value, filling) for name, value in request.query.items() if not _absent(value, filling)}
    return Ask(
        request.method,
        with_query(_text(request.path, filling), query),
        limit_bytes,
        body=None if request.body is None else _ENCODER.encode(filled(request.body, filling)),
        expects=XML if form == "xml" else JSON,
        headers={**{name: _text(value, filling) for name, value in request.headers.items()}, **headers},
    )


def filled(content: Any, filling: Filling) -> Any:
    """A body with its templates filled in; a text that is nothing but one placeholder takes the value as it is."""
    if isinstance(content, dict):
        return {name: filled(value, filling) for name, value in content.items() if not _absent(value, filling)}
    if isinstance(content, list):
        return [filled(value, filling) for value in content]
    if not isinstance(content, str):
        return content
    alone = PLACEHOLDER.fullmatch(content)
    return filling.get(alone[1]) if alone else _text(content, filling)


def _absent(value: Any, filling: Filling) -> bool:
    alone = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return alone is not None and filling.get(alone[1]) is None


def _text(template: str, filling: Filling) -> str:
    return PLACEHOLDER.sub(lambda found: str(filling.get(found[1], "")), template)
