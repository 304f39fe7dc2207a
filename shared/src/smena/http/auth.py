"""Bearer tokens with scopes for organisations: only a token's sha256 is known, and compared in constant time."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request

from smena.config.organizations import EVERY_ORGANIZATION, ApiToken
from smena.http.sessions import SESSION_PREFIX, Sessions
from smena.http.standard_problems import missing_scope, unauthenticated

TOKEN_LENGTH_MAX = 512


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: the token's name, the person it stands for, what it may see and do."""

    name: str
    person: str
    organizations: frozenset[str]
    scopes: frozenset[str]

    def sees(self, organization: str) -> bool:
        """Whether this organisation is the caller's to see."""
        return EVERY_ORGANIZATION in self.organizations or organization in self.organizations

    def visible(self, organizations: Iterable[str]) -> tuple[str, ...]:
        """Those of the given organisations the caller may see."""
        return tuple(organization for organization in organizations if self.sees(organization))

    def may(self, scope: str) -> bool:
        """Whether the token holds a scope; ``write`` includes ``read``."""
        area, _, right = scope.partition(":")
        return scope in self.scopes or (right == "read" and f"{area}:write" in self.scopes)


class TokenBook:
    """All tokens of the configuration; a session of the console stands for the token it was begun with."""

    def __init__(self, tokens: Iterable[ApiToken], sessions: Sessions | None = None) -> None:
        self._sessions = sessions
        self._known = [
            (
                token.sha256.encode(),
                Principal(token.name, token.person, frozenset(token.organizations), frozenset(token.scopes)),
            )
            for token in tokens
        ]

    def principal(self, authorization: str | None) -> Principal | None:
        """Who sends this ``Authorization`` header; None when the token is unknown. Every entry is compared."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > TOKEN_LENGTH_MAX:
            return None
        if self._sessions is not None and token.startswith(SESSION_PREFIX):
            session = self._sessions.read(token)
            return None if session is None else self.by_digest(session.token_sha256)
        return self.by_digest(sha256(token.encode("utf-8", "surrogateescape")).hexdigest())

    def by_digest(self, token_sha256: str) -> Principal | None:
        """Who a token stands for, by its sha256. Every entry is compared."""
        digest = token_sha256.encode()
        found: Principal | None = None
        for known, principal in self._known:
            if hmac.compare_digest(known, digest):
                found = principal
        return found


class ScopeRequired:
    """A dependency that lets a caller with the scope through and names it; also read by the application's guard."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Principal:
        """The caller, when its token has the scope."""
        principal: Principal | None = request.scope.get("smena.principal")
        if principal is None:
            book: TokenBook = request.app.state.tokens
            principal = book.principal(request.headers.get("authorization"))
        return admitted(principal, self.scope)


def require(scope: str) -> ScopeRequired:
    """A dependency: ``caller: Annotated[Principal, Depends(require("sales:read"))]``."""
    return ScopeRequired(scope)


def admitted(principal: Principal | None, scope: str) -> Principal:
    """The caller if it is known and holds the scope.

    Raises:
        Problem: 401 or 403.
    """
    if principal is None:
        raise unauthenticated()
    if not principal.may(scope):
        raise missing_scope(scope)
    return principal
