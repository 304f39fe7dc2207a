r"""Make JSON readable again where single values of it are none, so that one spoilt document does not cost its page.

Half a surrogate pair (RFC 8259, 8.2), bytes that are no UTF-8 (8.1) and the bare words ``NaN`` and ``Infinity`` (6)
stop every strict reader. Each is put behind a zero character, which no document may carry: whoever reads the field
refuses that document, and what stood there stays legible in its text: ``\u0000\\ud800``, ``\u0000\\xff``,
``"\u0000NaN"``.
"""

import re

MENDED_BYTES_MAX = 16 * 1024 * 1024
"""A larger answer is asked for again, as one that broke off."""
JSON_START = re.compile(rb"\s*[\[{]")
HALF_OR_PAIR = re.compile(
    rb"(?<!\\)((?:\\\\)*)"
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
HALF_BYTES = len(rb"\ud800")
BARE_WORD = re.compile(rb"[:\[,]\s*-?(?:NaN|Infinity)\s*[,\]}]")
STRING_OR_WORD = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|-?\b(?:NaN|Infinity)\b', re.DOTALL)
"""A string that breaks off is taken to its end: the time needed grows with the length alone."""
LOOSE_BYTE = re.compile("[\udc80-\udcff]")
ZERO = rb"\u0000"


def mended(body: bytes) -> bytes:
    """The same JSON with every such value marked; what else is wrong with it stays wrong."""
    if len(body) > MENDED_BYTES_MAX or not JSON_START.match(body):
        return body
    whole = HALF_OR_PAIR.sub(_without_half, body)
    if BARE_WORD.search(whole):
        whole = STRING_OR_WORD.sub(_in_quotes, whole)
    return LOOSE_BYTE.sub(_legible, whole.decode("utf-8", "surrogateescape")).encode()


def _without_half(found: re.Match[bytes]) -> bytes:
    before, escape = found[1], found[2]
    return found[0] if len(escape) > HALF_BYTES else before + ZERO + b"\\" + escape


def _in_quotes(found: re.Match[bytes]) -> bytes:
    return found[0] if found[0].startswith(b'"') else b'"' + ZERO + found[0] + b'"'


def _legible(loose: re.Match[str]) -> str:
    return f"{ZERO.decode()}\\\\x{ord(loose[0]) - 0xDC00:02x}"
