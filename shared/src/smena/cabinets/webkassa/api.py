"""The cabinet's calls, and what each kind of refusal means."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from smena.cabinets.calls import CabinetCalls, Decoder, TooLargeError, Wording
from smena.cabinets.port import CabinetUnavailableError
from smena.cabinets.reading import milliseconds
from smena.cabinets.webkassa import wire
from smena.outside.client import Ask, OutsideClient
from smena.outside.query import with_query

MIB = 1024 * 1024
WINDOW_ANSWER_BYTES_MAX = 16 * MIB
DAY_ANSWER_BYTES_MAX = 64 * MIB
GOODS_ANSWER_BYTES_MAX = 128 * MIB
WRITE_ANSWER_BYTES_MAX = 1 * MIB

T_co = TypeVar("T_co", covariant=True)


class WebkassaApi:
    """One cabinet's calls, decoded but not interpreted."""

    def __init__(self, client: OutsideClient) -> None:
        self._client = client
        self._calls = CabinetCalls(client, WORDING)

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
        ask = Ask("POST", "api/warehouse/save", WRITE_ANSWER_BYTES_MAX, body=body)
        return await self._calls.write("warehouse/save", ask, wire.SAVED)

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
        return await self._calls.read(name, ask, decoder)


def _reason(body: bytes) -> str | None:
    try:
        error = wire.ERROR.decode(body).exception
    except msgspec.DecodeError:
        return None
    return error.errMessForClient or error.errMessOriginal or "причина не указана"


WORDING = Wording(
    reason=_reason,
    key=("кабинет не принял ключ API: он действует 3 месяца и привязан к IP-адресу; создайте новый ключ в кабинете."),
)
