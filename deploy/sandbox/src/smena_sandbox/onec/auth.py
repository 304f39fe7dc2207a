"""Basic authentication of a 1C user: UTF-8 or nothing (LIVE-A)."""

import base64
import binascii
from secrets import compare_digest

from smena_sandbox.onec.switches import OnecSwitches


def is_known_user(header: str, switches: OnecSwitches) -> bool:
    """Compare name and password; a login encoded as cp1251 is unknown (LIVE-A)."""
    if not switches.user:
        return True
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return compare_digest(given, f"{switches.user}:{switches.password}".encode())
