"""How every adapter asks its cabinet: decoded, bounded, and each kind of refusal told apart in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec

from smena.cabinets.mending import mended
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError, CabinetUnavailableError
from smena.outside.client import Answer, Ask, OutsideClient
from smena.outside.errors import AnswerTooLargeError, NoAnswerError, NotSentError

TRY_LATER_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
KEY_REFUSED_STATUSES = frozenset({401, 403})
MESSAGE_CHARACTERS_MAX = 300

T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """What msgspec's decoders are."""

    def decode(self, buf: bytes, /) -> T_co:
        """Read a body.

        Raises:
            msgspec.DecodeError: it is broken off or damaged; worth another attempt.
            msgspec.ValidationError: it is whole and of another shape.
        """
        ...


class TooLargeError(Exception):
    """An answer passed its limit: ask for less at once."""


class KeyRefusedError(CabinetRefusedError):
    """The cabinet does not take our key: certainly nothing happened."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an operator's refusals say: ``reason`` reads its error body, ``key`` tells what to do about a key."""

    reason: Callable[[bytes], str | None]
    key: str

    def of(self, answer: Answer) -> str:
        """What the cabinet says about a refusal, in its own words."""
        words = self.reason(answer.body)
        return f"HTTP {answer.status}" if words is None else f"HTTP {answer.status}: {words[:MESSAGE_CHARACTERS_MAX]}"


class CabinetCalls:
    """Calls to one cabinet; ``name`` is what a message calls them."""

    def __init__(self, client: OutsideClient, wording: Wording) -> None:
        self._client = client
        self._wording = wording

    async def read(self, name: str, ask: Ask, decoder: Decoder[T_co]) -> T_co:
        """Ask for something that changes nothing.

        Raises:
            TooLargeError: the answer passed the limit of its ask.
        """
        decoded: list[T_co] = []

        def decode(answer: Answer) -> None:
            try:
                decoded.append(_decoded(decoder, answer.body))
            except msgspec.ValidationError:
                raise
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise NoAnswerError(f"ответ оборван или повреждён ({error})") from error

        try:
            answer = await self._client.read(ask, check=decode)
        except AnswerTooLargeError as error:
            raise TooLargeError(str(error)) from error
        except (NotSentError, NoAnswerError) as error:
            raise CabinetUnavailableError(f"{name}: {error}") from error
        except msgspec.ValidationError as error:
            raise CabinetUnavailableError(f"{name}: ответ неизвестного вида ({error})") from error
        self._must_be_ok(name, answer)
        return decoded[-1]

    async def write(self, name: str, ask: Ask, decoder: Decoder[T_co]) -> T_co:
        """Send a change once.

        Raises:
            CabinetOutcomeUnknownError: sent, and no clear answer came.
        """
        try:
            answer = await self._client.write(ask)
        except NotSentError as error:
            raise CabinetUnavailableError(f"{name}: {error}") from error
        except NoAnswerError as error:
            raise CabinetOutcomeUnknownError(f"{name}: {error}") from error
        if answer.status >= 500 or answer.status == 408:
            raise CabinetOutcomeUnknownError(f"{name}: {self._wording.of(answer)}")
        self._must_be_ok(name, answer)
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise CabinetOutcomeUnknownError(f"{name}: ответ не распознан ({error})") from error

    async def close(self) -> None:
        """Let connections go."""
        await self._client.close()

    def _must_be_ok(self, name: str, answer: Answer) -> None:
        if answer.ok:
            return
        words = self._wording.of(answer)
        if answer.status in KEY_REFUSED_STATUSES:
            raise KeyRefusedError(f"{name}: {self._wording.key} {words}")
        if answer.status in TRY_LATER_STATUSES:
            raise CabinetUnavailableError(f"{name}: {words}", retry_after_seconds=answer.retry_after_seconds)
        raise CabinetRefusedError(f"{name}: {words}")


def _decoded(decoder: Decoder[T_co], body: bytes) -> T_co:
    """What a body says; one that only single values spoil is read without them."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        readable = mended(body)
        if readable == body:
            raise
        return decoder.decode(readable)
