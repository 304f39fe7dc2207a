"""Secrets are known here by value, so that nothing that is written out can carry one."""

import re
from typing import Any

MASK = "***"
SECRET_LENGTH_MIN = 6
"""Shorter values are not masked by value: they would blank out ordinary words."""

_SECRET_NAMES = re.compile(r"(?i)(^|_)(token|password|secret|authorization|api_?key|session_key|cookie|credentials)$")
_USERINFO = re.compile(r"(?<=://)([^/@\s:]+):([^/@\s]+)@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}")
_known: set[str] = set()


def remember_secret(secret: str) -> None:
    """Mask this value wherever it appears from now on."""
    if len(secret) >= SECRET_LENGTH_MIN:
        _known.add(secret)


def masked_text(text: str) -> str:
    """The text without known secrets, passwords in addresses and bearer tokens."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _BEARER.sub(rf"\1 {MASK}", _USERINFO.sub(rf"\1:{MASK}@", text))


def masked(value: Any, name: str = "") -> Any:
    """A value for a log line, without secrets, whatever it is nested in."""
    if name and _SECRET_NAMES.search(name) and value is not None:
        return MASK
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, dict):
        return {key: masked(content, str(key)) for key, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(content) for content in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return masked_text(str(value))
