"""Sessions: signed, expiring, tied to a token that is still known, and taken by the API in its place."""

import time
from hashlib import sha256

import pytest

from smena.config.organizations import ApiToken
from smena.http.auth import TokenBook
from smena.http.sessions import SESSION_SECONDS_MAX, Sessions

KEY = "0123456789abcdef0123456789abcdef"
DIGEST = sha256(b"token").hexdigest()


def book(sessions: Sessions, *, known: bool = True) -> TokenBook:
    token = ApiToken.model_validate(
        {"name": "demo", "sha256": DIGEST, "person": "demo", "organizations": ["*"], "scopes": ["sales:read"]}
    )
    return TokenBook([token] if known else [], sessions)


def test_a_session_stands_for_its_token_in_every_process_with_the_same_key() -> None:
    bearer = f"Bearer {Sessions(KEY).begin(DIGEST)}"
    principal = book(Sessions(KEY)).principal(bearer)
    assert principal is not None
    assert principal.name == "demo"


def test_a_session_of_another_key_a_changed_one_and_one_of_a_withdrawn_token_are_nobody() -> None:
    text = Sessions(KEY).begin(DIGEST)
    assert book(Sessions("another key of thirty-two letters!")).principal(f"Bearer {text}") is None
    changed = text.replace(text[10], "A" if text[10] != "A" else "B", 1)
    assert book(Sessions(KEY)).principal(f"Bearer {changed}") is None
    assert book(Sessions(KEY), known=False).principal(f"Bearer {text}") is None


def test_a_session_ends_after_its_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(KEY)
    text = sessions.begin(DIGEST)
    now = time.time()
    assert sessions.read(text) is not None
    monkeypatch.setattr(time, "time", lambda: now + SESSION_SECONDS_MAX + 2)
    assert sessions.read(text) is None


def test_a_form_is_taken_only_in_its_own_session() -> None:
    sessions = Sessions(KEY)
    mine, other = sessions.read(sessions.begin(DIGEST)), sessions.read(sessions.begin(DIGEST))
    assert mine is not None
    assert other is not None
    assert sessions.form_is_ours(mine, sessions.form_token(mine))
    assert not sessions.form_is_ours(mine, sessions.form_token(other))
    assert not sessions.form_is_ours(mine, "")
