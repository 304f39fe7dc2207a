"""The accounts server: ``POST oauth/token`` with client credentials."""

import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from smena_sandbox.ikassa.answers import answer

CLIENT_ID = "smena-sandbox"
LIFE_SECONDS = 3600


class Accounts:
    """Gives tokens and knows which are good; ``life_seconds`` is theirs, of real time."""

    def __init__(self, secret: str, audiences: frozenset[str], *, now: Callable[[], float] = time.monotonic) -> None:
        self.secret, self.audiences, self.now = secret, audiences, now
        self.life_seconds = LIFE_SECONDS
        self.given: dict[str, float] = {}
        self.replayed = secrets.token_hex(16)
        """A token for kept writes that are done again; it is never given to a caller."""

    async def token(self, request: Request) -> Response:
        """Answer one request for a token, as RFC 6749 words refusals."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "Поддерживается только client_credentials")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != self.secret:
            return _refused(401, "invalid_client", "Неизвестный клиент или неверный client_secret")
        if form.get("audience") not in self.audiences:
            return _refused(400, "invalid_target", f"Нет доступа к организации с УНП {form.get('audience')}")
        token = f"ik-{secrets.token_hex(16)}"
        self.given[token] = self.now() + self.life_seconds
        return answer(
            {
                "access_token": token,
                "expires_in": self.life_seconds,
                "scope": "api",
                "token_type": "Bearer",
                "ttl": self.life_seconds,
            }
        )

    def knows(self, header: str) -> bool:
        """Whether a header carries a good token: raw, as the public client sends it, or with ``Bearer``."""
        scheme, _, rest = header.partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else header.strip()
        return token == self.replayed or self.given.get(token, 0.0) > self.now()


def _refused(status: int, error: str, description: str) -> Response:
    return answer({"error": error, "error_description": description}, status)
