"""The cabinet's calls, and what each kind of refusal means."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError, CabinetUnavailableError
from smena.cabinets.webkassa import wire
from smena.cabinets.webkassa.reading import milliseconds
from smena.outside.client import Answer, Ask, OutsideClient
from smena.outside.errors import AnswerTooLargeError, NoAnswerError, NotSentError
from smena.outside.query import with_query

MIB = 1024 * 1024
WINDOW_ANSWER_BYTES_MAX = 16 * MIB
DAY_ANSWER_BYTES_MAX = 64 * MIB
GOODS_ANSWER_BYTES_MAX = 128 * MIB
WRITE_ANSWER_BYTES_MAX = 1 * MIB
TRY_LATER_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
MESSAGE_CHARACTERS_MAX = 300

T_co = TypeVar("T_co", covariant=True)


class Decoder(Protocol[T_co]):
    """What msgspec's decoders are."""

    def decode(self, buf: bytes, /) -> T_co:
        """Read JSON."""
        ...


class TooLargeError(Exception):
    """An answer passed its limit: ask for less at once."""


class WebkassaApi:
    """One cabinet's calls, decoded but not interpreted."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client

    async def goods(self, *, is_open: bool) -> list[msgspec.Raw]:
        """All goods in use, or all that are not."""
        body = wire.ENCODER.encode({"isOpen": int(is_open)})
        ask = Ask("POST", "api/warehouse/list", GOODS_ANSWER_BYTES_MAX, body=body)
        try:
            return await self._read(ask, wire.GOODS)
        except TooLargeError as error:
            raise CabinetUnavailableError(f"список товаров больше {GOODS_ANSWER_BYTES_MAX} байт") from error

    async def contents(self, register_number: str, start: datetime, end: datetime) -> wire.ContentsOfPeriod:
        """Contents of all documents with ``start <= docDate < end``."""
        return await self._get(
            "get-cashdocs-for-period",
            {"dateStart": milliseconds(start), "dateEnd": milliseconds(end), "cashRegisterId": register_number},
            WINDOW_ANSWER_BYTES_MAX,
            wire.PERIOD,
        )

    async def headers(self, register_number: str, midnight: datetime) -> list[msgspec.Raw]:
        """Headers of all documents of the day that begins at this midnight."""
        return await self._day("get-check-history", register_number, midnight, wire.HEADERS)

    async def sale_rows(self, register_number: str, midnight: datetime) -> list[wire.SaleRow]:
        """Rows of sold lines of a day."""
        return await self._day("get-sales", register_number, midnight, wire.SALE_ROWS)

    async def save(self, goods: Sequence[Mapping[str, Any]]) -> wire.SaveAnswer:
        """Write goods.

        Raises:
            CabinetOutcomeUnknownError: sent, and no clear answer came.
        """
        body = wire.ENCODER.encode({"goods": goods})
        try:
            answer = await self._client.write(Ask("POST", "api/warehouse/save", WRITE_ANSWER_BYTES_MAX, body=body))
        except NotSentError as error:
            raise CabinetUnavailableError(f"warehouse/save: {error}") from error
        except NoAnswerError as error:
            raise CabinetOutcomeUnknownError(f"warehouse/save: {error}") from error
        if answer.status >= 500 or answer.status == 408:
            raise CabinetOutcomeUnknownError(f"warehouse/save: {_words(answer)}")
        _must_be_ok("warehouse/save", answer)
        try:
            return wire.SAVED.decode(answer.body)
        except msgspec.DecodeError as error:
            raise CabinetOutcomeUnknownError(f"warehouse/save: ответ не распознан ({error})") from error

    async def close(self) -> None:
        """Let connections go."""
        await self._client.close()

    async def _day(self, name: str, register_number: str, midnight: datetime, decoder: Decoder[T_co]) -> T_co:
        parameters: dict[str, int | str] = {"date": milliseconds(midnight), "cashRegisterId": register_number}
        try:
            return await self._get(name, parameters, DAY_ANSWER_BYTES_MAX, decoder)
        except TooLargeError as error:
            raise CabinetUnavailableError(f"{name}: ответ за один день больше {DAY_ANSWER_BYTES_MAX} байт") from error

    async def _get(self, name: str, parameters: Mapping[str, int | str], limit: int, decoder: Decoder[T_co]) -> T_co:
        target = with_query(f"api/{name}", {key: str(value) for key, value in parameters.items()})
        return await self._read(Ask("GET", target, limit), decoder)

    async def _read(self, ask: Ask, decoder: Decoder[T_co]) -> T_co:
        name = ask.target.partition("?")[0].removeprefix("api/")
        decoded: list[T_co] = []

        def decode(answer: Answer) -> None:
            try:
                decoded.append(decoder.decode(answer.body))
            except msgspec.ValidationError:
                raise
            except msgspec.DecodeError as error:
                raise NoAnswerError(f"JSON оборван или повреждён ({error})") from error

        try:
            answer = await self._client.read(ask, check=decode)
        except AnswerTooLargeError as error:
            raise TooLargeError(str(error)) from error
        except (NotSentError, NoAnswerError) as error:
            raise CabinetUnavailableError(f"{name}: {error}") from error
        except msgspec.ValidationError as error:
            raise CabinetUnavailableError(f"{name}: ответ неизвестного вида ({error})") from error
        _must_be_ok(name, answer)
        return decoded[-1]


def _must_be_ok(name: str, answer: Answer) -> None:
    if answer.status in {401, 403}:
        raise CabinetRefusedError(
            f"{name}: кабинет не принял ключ API (HTTP {answer.status}): он действует 3 месяца и привязан к IP-адресу;"
            f" создайте новый ключ в кабинете. {_words(answer)}"
        )
    if answer.status in TRY_LATER_STATUSES:
        raise CabinetUnavailableError(f"{name}: {_words(answer)}", retry_after_seconds=answer.retry_after_seconds)
    if not answer.ok:
        raise CabinetRefusedError(f"{name}: {_words(answer)}")


def _words(answer: Answer) -> str:
    """What the cabinet says about a refusal, in its own words."""
    try:
        error = wire.ERROR.decode(answer.body).exception
    except msgspec.DecodeError:
        return f"HTTP {answer.status}"
    words = error.errMessForClient or error.errMessOriginal or "причина не указана"
    return f"HTTP {answer.status}: {words[:MESSAGE_CHARACTERS_MAX]}"
