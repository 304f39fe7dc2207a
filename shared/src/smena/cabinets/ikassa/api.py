"""iKassa's calls: ``POST {base_url}/api/<service.entity.verb>`` with a token that is renewed in time."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from smena.cabinets.calls import CabinetCalls, Decoder, KeyRefusedError, TooLargeError, Wording
from smena.cabinets.ikassa import wire
from smena.cabinets.oauth import ClientCredentials
from smena.cabinets.port import CabinetUnavailableError
from smena.outside.client import Ask, OutsideClient

MIB = 1024 * 1024
PAGE_ANSWER_BYTES_MAX = 16 * MIB
ONE_ANSWER_BYTES_MAX = 1 * MIB
DOCUMENTS_PER_PAGE = 200
ITEMS_PER_PAGE = 500
CALLS_AT_ONCE_MAX = 3
"""One more, and the cabinet answers 429 (wire.md)."""

T_co = TypeVar("T_co", covariant=True)


class IkassaApi:
    """One cabinet's calls, decoded but not interpreted; instants are sent with the offset of ``zone``."""

    def __init__(self, client: OutsideClient, tokens: ClientCredentials, *, bearer: bool, zone: ZoneInfo) -> None:
        self._calls = CabinetCalls(client, WORDING)
        self._tokens = tokens
        self._bearer = bearer
        self._zone = zone

    async def items(self, offset: int) -> wire.SkuPage:
        """A page of items (assumed)."""
        body = {"offset": offset, "limit": ITEMS_PER_PAGE}
        try:
            return await self._read("wms.sku.list", body, wire.SKU_PAGE, PAGE_ANSWER_BYTES_MAX)
        except TooLargeError as error:
            raise CabinetUnavailableError(f"wms.sku.list: {error}") from error

    async def save(self, verb: str, skus: Sequence[Mapping[str, Any]]) -> wire.SavedAnswer:
        """``create`` (observed) or ``update`` (assumed) items.

        Raises:
            CabinetOutcomeUnknownError: sent, and no clear answer came.
        """
        name = f"wms.sku.{verb}"
        body = wire.ENCODER.encode({"sku": skus})

        async def once(headers: Mapping[str, str]) -> wire.SavedAnswer:
            ask = Ask("POST", f"api/{name}", ONE_ANSWER_BYTES_MAX, body=body, headers=headers)
            return await self._calls.write(name, ask, wire.SAVED)

        return await self._with_token(once)

    async def cashboxes(self) -> wire.Cashboxes:
        """The registers (assumed)."""
        return await self._read("workstations.cashboxes", {}, wire.CASHBOXES, ONE_ANSWER_BYTES_MAX)

    async def documents(self, register_number: str, start: datetime, end: datetime, offset: int) -> wire.DocPage:
        """A page of the documents with ``start <= created < end`` (assumed)."""
        body = {
            "cashbox": register_number,
            "from": start.astimezone(self._zone).isoformat(),
            "to": end.astimezone(self._zone).isoformat(),
            "offset": offset,
            "limit": DOCUMENTS_PER_PAGE,
        }
        return await self._read("workstations.docs.list", body, wire.DOC_PAGE, PAGE_ANSWER_BYTES_MAX)

    async def document(self, uid: str) -> msgspec.Raw:
        """One document whole (observed)."""
        return await self._read("workstations.docs.get", {"uid": uid}, wire.RAW, ONE_ANSWER_BYTES_MAX)

    async def close(self) -> None:
        """Let connections go."""
        await self._calls.close()
        await self._tokens.close()

    async def _read(self, name: str, content: Mapping[str, Any], decoder: Decoder[T_co], limit: int) -> T_co:
        body = wire.ENCODER.encode(content)

        async def once(headers: Mapping[str, str]) -> T_co:
            return await self._calls.read(name, Ask("POST", f"api/{name}", limit, body=body, headers=headers), decoder)

        return await self._with_token(once)

    async def _with_token(self, once: Callable[[Mapping[str, str]], Awaitable[T_co]]) -> T_co:
        """A token that ended early, as after a restart over there, is renewed once: a refused key did nothing."""
        token = await self._tokens.token()
        try:
            return await once(self._header(token))
        except KeyRefusedError:
            self._tokens.forget(token)
        return await once(self._header(await self._tokens.token()))

    def _header(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}" if self._bearer else token}


def _reason(body: bytes) -> str | None:
    try:
        error = wire.ERROR.decode(body)
    except msgspec.DecodeError:
        return None
    return ": ".join(str(part) for part in (error.code, error.message) if part not in {None, ""}) or None


WORDING = Wording(
    reason=_reason,
    key=(
        "кабинет не принял токен: проверьте client_id и client_secret, доступ к УНП организации и ключ authorization"
        ' ("raw" или "bearer").'
    ),
)
