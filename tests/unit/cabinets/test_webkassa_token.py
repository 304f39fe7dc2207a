"""What an API key says about its end."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from smena.cabinets.webkassa.token import expires_at, warning_of

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def token(claims: str) -> str:
    return f"head.{urlsafe_b64encode(claims.encode()).decode().rstrip('=')}.signature"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(days=15), None),
        (timedelta(days=13), "the API key expires on 2026-02-14"),
        (timedelta(days=-1), "the API key expired on 2026-01-31"),
    ],
)
def test_its_end_is_told_14_days_ahead(after: timedelta, said: str | None) -> None:
    warning = warning_of(token(f'{{"sub": "x", "exp": {int((NOW + after).timestamp())}}}'), NOW)

    assert (warning is None) if said is None else warning is not None and warning.startswith(said)


@pytest.mark.parametrize("text", ["", "plain key", "a.b.c", token("{}"), token('{"exp": "soon"}'), token("[]")])
def test_a_key_that_says_nothing_is_no_warning(text: str) -> None:
    assert expires_at(text) is None
    assert warning_of(text, NOW) is None
