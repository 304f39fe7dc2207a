"""What an API key says about itself: a JWT, read and not verified, for its day of expiry only."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

import msgspec

WARN_BEFORE = timedelta(days=14)


def expires_at(token: str) -> datetime | None:
    """When the key expires; None when it does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (binascii.Error, msgspec.DecodeError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def warning_of(token: str, now: datetime) -> str | None:
    """What a person should know about the key's end, 14 days ahead."""
    end = expires_at(token)
    if end is None or end - now > WARN_BEFORE:
        return None
    verb = "expired" if end <= now else "expires"
    return f"the API key {verb} on {end:%Y-%m-%d}: make a new one in the cabinet"
