"""Calls as a manifest says: authentication put on, refusals read, a token that ended renewed once."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from smena.cabinets.calls import CabinetCalls, KeyRefusedError, Wording
from smena.cabinets.declarative.model import Authentication, Errors, Manifest
from smena.cabinets.declarative.records import JsonBody, Node, XmlBody, value_at
from smena.cabinets.declarative.requests import filled
from smena.cabinets.oauth import ClientCredentials
from smena.cabinets.port import CabinetRefusedError
from smena.outside.client import Ask, OutsideClient

Answer = TypeVar("Answer")
Headers = Mapping[str, str]
KEY_REFUSED = "кабинет не принял ключ: проверьте то, что манифест просит для доступа."


class Caller:
    """One cabinet's calls; ``settings`` are the values of what the manifest asks for."""

    def __init__(
        self,
        manifest: Manifest,
        client: OutsideClient,
        settings: Mapping[str, str],
        accounts: Callable[[str], OutsideClient],
    ) -> None:
        self.settings = settings
        self._errors = manifest.errors
        self._calls = CabinetCalls(client, Wording(reason=self._reason, key=KEY_REFUSED))
        self._authentication = manifest.authentication
        self._tokens = _tokens(manifest.authentication, settings, accounts)

    async def read(self, name: str, form: str, ask: Callable[[Headers], Ask]) -> Node:
        """Ask for something that changes nothing."""
        decoder = XmlBody() if form == "xml" else JsonBody()
        return self._accepted(
            name, await self._authorized(lambda headers: self._calls.read(name, ask(headers), decoder))
        )

    async def write(self, name: str, ask: Callable[[Headers], Ask]) -> Node:
        """Send a change once.

        Raises:
            CabinetOutcomeUnknownError: sent, and no clear answer came.
        """
        return self._accepted(
            name, await self._authorized(lambda headers: self._calls.write(name, ask(headers), JsonBody()))
        )

    async def close(self) -> None:
        """Let connections go."""
        await self._calls.close()
        if self._tokens is not None:
            await self._tokens.close()

    async def _authorized(self, once: Callable[[Headers], Awaitable[Answer]]) -> Answer:
        if self._tokens is None:
            return await once(_standing_header(self._authentication, self.settings))
        token = await self._tokens.token()
        try:
            return await once(self._with(token))
        except KeyRefusedError:
            self._tokens.forget(token)
        return await once(self._with(await self._tokens.token()))

    def _with(self, token: str) -> Headers:
        return {self._authentication.name: f"{self._authentication.prefix}{token}"}

    def _accepted(self, name: str, answer: Node) -> Node:
        hidden = self._errors.refused_when
        if hidden is not None:
            found = value_at(answer, hidden.path)
            if found == hidden.equals or (found is not None and str(found) == str(hidden.equals)):
                raise CabinetRefusedError(f"{name}: {_words(self._errors, answer) or 'причина не указана'}")
        return answer

    def _reason(self, body: bytes) -> str | None:
        for decoder in (JsonBody(), XmlBody()):
            try:
                return _words(self._errors, decoder.decode(body))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
        return None


def _words(errors: Errors, answer: Node) -> str | None:
    parts = [value_at(answer, path) for path in (errors.code, errors.message) if path is not None]
    return ": ".join(str(part) for part in parts if part not in {None, ""}) or None


def _standing_header(authentication: Authentication, settings: Mapping[str, str]) -> dict[str, str]:
    def text(template: str | None) -> str:
        return str(filled(template or "", settings))

    if authentication.kind == "header":
        return {authentication.name: text(authentication.value)}
    if authentication.kind == "basic":
        pair = f"{text(authentication.user)}:{text(authentication.password)}".encode()
        return {authentication.name: f"Basic {b64encode(pair).decode()}"}
    return {}


def _tokens(
    authentication: Authentication, settings: Mapping[str, str], accounts: Callable[[str], OutsideClient]
) -> ClientCredentials | None:
    if authentication.kind != "oauth-client-credentials":
        return None
    base, _, target = str(filled(authentication.token_url or "", settings)).rpartition("/")
    form: dict[str, Any] = {"grant_type": "client_credentials", **filled(authentication.form, settings)}
    return ClientCredentials(accounts(base), target, {name: str(value) for name, value in form.items()})
