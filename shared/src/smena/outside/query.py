"""Addresses with a query, encoded so that every server reads the same.

httpx writes a space in ``params=`` as ``+``, which 1C reads as an addition; here it is always ``%20``.
"""

from collections.abc import Mapping
from urllib.parse import quote

PATH_SAFE = "/()',=$"
VALUE_SAFE = "()',/:"
NAME_SAFE = "$"


def encoded_path(path: str) -> str:
    """A path with everything beyond ASCII, spaces and reserved characters percent-encoded as UTF-8."""
    return quote(path, safe=PATH_SAFE)


def with_query(path: str, parameters: Mapping[str, str]) -> str:
    """A path and its query; a space is ``%20``, ``+`` is ``%2B``."""
    if not parameters:
        return encoded_path(path)
    pairs = (f"{quote(name, safe=NAME_SAFE)}={quoted(value)}" for name, value in parameters.items())
    return f"{encoded_path(path)}?{'&'.join(pairs)}"


def quoted(value: str) -> str:
    """One value of a query as it stands in the address; its length is what counts against limits of addresses."""
    return quote(value, safe=VALUE_SAFE)
