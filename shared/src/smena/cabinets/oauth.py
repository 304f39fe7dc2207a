"""Tokens by client credentials (RFC 6749, 4.4): one at a time, renewed before they end, forgotten when refused."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from smena.cabinets.calls import CabinetCalls, Wording
from smena.cabinets.port import CabinetUnavailableError
from smena.observability.masking import remember_secret
from smena.outside.client import Ask, OutsideClient

ANSWER_BYTES_MAX = 64 * 1024
EARLY_SECONDS = 60.0
"""A token is renewed so long before its end, or at nine tenths of a life that is longer, at half of a short one."""
EARLY_SHARE = 0.1
LIFE_SECONDS_UNSTATED = 300.0
"""How long a token is used whose answer does not say how long it lives."""
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: int | float | None = None


class _Refusal(msgspec.Struct):
    error: str | None = None
    error_description: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)
_REFUSAL = msgspec.json.Decoder(_Refusal)


def _reason(body: bytes) -> str | None:
    try:
        refusal = _REFUSAL.decode(body)
    except msgspec.DecodeError:
        return None
    return refusal.error_description or refusal.error


WORDING = Wording(reason=_reason, key="сервер учётных записей не выдал токен: проверьте client_id и client_secret.")


class ClientCredentials:
    """The current token of one client; its age is measured by the process's own monotonic clock."""

    def __init__(
        self, client: OutsideClient, target: str, form: Mapping[str, str], *, now: Callable[[], float] = monotonic
    ) -> None:
        self._calls = CabinetCalls(client, WORDING)
        self._ask = Ask("POST", target, ANSWER_BYTES_MAX, body=urlencode(form).encode(), headers=FORM)
        self._now = now
        self._token: str | None = None
        self._renew_at = 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good for a while; asked for once, however many wait for it.

        Raises:
            CabinetRefusedError: the credentials are not accepted.
            CabinetUnavailableError: no usable answer.
        """
        async with self._asking:
            if self._token is None or self._now() >= self._renew_at:
                answer = await self._calls.read("токен", self._ask, _ANSWER)
                if not answer.access_token:
                    raise CabinetUnavailableError("токен: пустой access_token")
                remember_secret(answer.access_token)
                self._token, self._renew_at = answer.access_token, self._now() + _usable_seconds(answer.expires_in)
            return self._token

    def forget(self, token: str) -> None:
        """This token was refused: the next question asks for another one."""
        if self._token == token:
            self._token = None

    async def close(self) -> None:
        """Let connections go."""
        await self._calls.close()


def _usable_seconds(life: Any) -> float:
    seconds = float(life) if life is not None and life > 0 else LIFE_SECONDS_UNSTATED
    return max(seconds - max(EARLY_SECONDS, seconds * EARLY_SHARE), seconds / 2)
