"""Signed, expiring sessions of the console: what a browser shows instead of the token it signed in with.

A session names the token by its digest and never holds it. Every process that knows the same ``SMENA_SESSION_KEY``
takes it, and the API takes it as a bearer token, so that a page reads and does exactly what its person may.
"""

import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

SESSION_SECONDS_MAX = 12 * 60 * 60
"""One working day; then the token is asked for again."""
SESSION_PREFIX = "session."
NONCE_BYTES = 16
KEY_BYTES = 32
_SALT = "smena.console.session"
_FORM_SALT = "smena.console.form"
_NEWS_SALT = "smena.console.news"
NEWS_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's session: the sha256 of its token, and a number that ties forms to it."""

    token_sha256: str
    nonce: str


class Sessions:
    """Makes and reads sessions under one key; without a key they end with the process."""

    def __init__(self, key: str | None) -> None:
        secret = key or secrets.token_hex(KEY_BYTES)
        self._sessions = URLSafeTimedSerializer(secret, salt=_SALT)
        self._forms = URLSafeTimedSerializer(secret, salt=_FORM_SALT)
        self._news = URLSafeTimedSerializer(secret, salt=_NEWS_SALT)

    def begin(self, token_sha256: str) -> str:
        """A new session, as the cookie and the bearer token hold it."""
        return SESSION_PREFIX + str(self._sessions.dumps([token_sha256, secrets.token_hex(NONCE_BYTES)]))

    def read(self, text: str) -> Session | None:
        """The session behind a text; None when it is forged, broken or expired."""
        found = self._opened(self._sessions, text.removeprefix(SESSION_PREFIX), SESSION_SECONDS_MAX)
        match found:
            case [str() as token_sha256, str() as nonce]:
                return Session(token_sha256, nonce)
        return None

    def form_token(self, session: Session) -> str:
        """What a form of this session carries, so that no other site's form is taken for ours."""
        return str(self._forms.dumps(session.nonce))

    def form_is_ours(self, session: Session, text: str) -> bool:
        """Whether a form came from a page of this session."""
        return self._opened(self._forms, text, SESSION_SECONDS_MAX) == session.nonce

    def sealed_news(self, words: str) -> str:
        """One sentence for the next page, as its cookie holds it."""
        return str(self._news.dumps(words))

    def news(self, text: str) -> str | None:
        """The sentence behind the cookie."""
        found = self._opened(self._news, text, NEWS_SECONDS_MAX)
        return found if isinstance(found, str) else None

    @staticmethod
    def _opened(serializer: URLSafeTimedSerializer, text: str, seconds: int) -> object:
        try:
            found: object = serializer.loads(text, max_age=seconds)
        except BadSignature:
            return None
        return found
