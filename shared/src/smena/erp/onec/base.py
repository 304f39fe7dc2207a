"""One 1C base: its calls, read politely and written once, and what it said about itself."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from smena.erp.errors import ErpOutcomeUnknownError, ErpRefusedError, ErpSetupError, ErpUnavailableError
from smena.erp.onec.literals import guid
from smena.erp.onec.metadata import Metadata, parse_metadata
from smena.erp.onec.names import Names
from smena.erp.onec.refusals import (
    NAME_NOT_FOUND,
    NO_ENTITY_SET,
    NO_SUCH_OBJECT,
    read_error,
    refusal_of,
    worth_reading_again,
    write_error,
)
from smena.outside.client import ANYTHING, XML, Answer, Ask, OutsideClient
from smena.outside.errors import NoAnswerError, NotSentError
from smena.outside.query import encoded_path, quoted, with_query

Record = dict[str, Any]
MIB = 1024 * 1024
ANSWER_BYTES_MAX = 64 * MIB
METADATA_TIMEOUT_SECONDS = 180.0
"""A stock base took 23 s to send its metadata (onec.md a.1), after some 30 s of waking up."""

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def authorization(user: str, password: str) -> str:
    """Basic authentication in UTF-8, which is the only encoding 1C takes."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


class OneCBase:
    """The calls of one base. GET never goes near ``/Post``; no PUT; only a register's record is ever deleted."""

    def __init__(self, client: OutsideClient, names: Names) -> None:
        self.names = names
        self._client = client
        self._metadata: Metadata | None = None
        self._reading_metadata = asyncio.Lock()

    async def metadata(self) -> Metadata:
        """What the base has, read at first contact and kept."""
        async with self._reading_metadata:
            if self._metadata is None:
                ask = Ask("GET", "$metadata", ANSWER_BYTES_MAX, expects=XML, timeout_seconds=METADATA_TIMEOUT_SECONDS)
                answer = await self._read(ask, "$metadata")
                try:
                    self._metadata = await asyncio.to_thread(parse_metadata, answer.body)
                except ValueError as error:
                    raise ErpUnavailableError(str(error)) from error
            return self._metadata

    async def records(self, entity_set: str, options: Mapping[str, str]) -> list[Record]:
        """Entities of a set."""
        decoded = await self._json(with_query(entity_set, {"$format": "json", **options}), entity_set)
        value = decoded.get("value") if isinstance(decoded, dict) else None
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise ErpUnavailableError(f"{entity_set}: в ответе нет списка объектов")
        return value

    async def record(self, entity_set: str, ref: str) -> Record | None:
        """One entity with its tabular sections; None when the base does not know the reference."""
        target = with_query(f"{entity_set}({guid(ref)})", {"$format": "json"})
        decoded = await self._json(target, entity_set, absent=True)
        return decoded if isinstance(decoded, dict) else None

    async def count(self, entity_set: str, condition: str) -> int:
        """How many entities a filter finds."""
        target = with_query(f"{entity_set}/$count", {"$filter": condition})
        answer = await self._read(Ask("GET", target, MIB, expects=ANYTHING), entity_set)
        text = answer.body.decode("utf-8-sig", "replace").strip()
        if not text.isdigit():
            raise ErpUnavailableError(f"{entity_set}/$count: ответ «{text[:40]}» не число")
        return int(text)

    async def create(self, entity_set: str, body: Record, permit: Callable[[], None] | None = None) -> Record:
        """Create one entity and give what 1C says it stored.

        Raises:
            ErpOutcomeUnknownError: sent, and no clear answer came.
        """
        target = with_query(entity_set, {"$format": "json"})
        ask = Ask("POST", target, ANSWER_BYTES_MAX, body=_ENCODER.encode(body))
        created = _written(await self._write(ask, entity_set, permit), entity_set)
        if not isinstance(created.get("Ref_Key"), str):
            raise ErpOutcomeUnknownError(f"{entity_set}: в ответе на запись нет Ref_Key")
        return created

    async def create_record(self, entity_set: str, body: Record) -> Record:
        """Create a record of an independent register, which has no reference of its own."""
        target = with_query(entity_set, {"$format": "json"})
        ask = Ask("POST", target, ANSWER_BYTES_MAX, body=_ENCODER.encode(body))
        return _written(await self._write(ask, entity_set), entity_set)

    async def patch(self, entity_set: str, ref: str, body: Record, version: str) -> Record:
        """Write given fields and give the whole object; live bases ignore ``If-Match``, so the version was compared."""
        target = with_query(f"{entity_set}({guid(ref)})", {"$format": "json"})
        ask = Ask("PATCH", target, ANSWER_BYTES_MAX, body=_ENCODER.encode(body), headers={"If-Match": version})
        return _written(await self._write(ask, entity_set), entity_set)

    async def delete_record(self, entity_set: str, key: str) -> None:
        """Remove a record of an independent register by its key; one that is gone already is no error."""
        ask = Ask("DELETE", f"{encoded_path(entity_set)}({quoted(key)})", MIB, expects=ANYTHING)
        try:
            await self._write(ask, entity_set)
        except ErpRefusedError as error:
            if error.code != NO_SUCH_OBJECT:
                raise

    async def post(self, entity_set: str, ref: str) -> None:
        """Post a document; an empty answer is the usual one, so success is seen by reading."""
        target = with_query(f"{entity_set}({guid(ref)})/Post", {"PostingModeOperational": "false"})
        await self._write(Ask("POST", target, ANSWER_BYTES_MAX, expects=ANYTHING), f"{entity_set}/Post")

    async def unpost(self, entity_set: str, ref: str) -> None:
        """Take a document's movements away; success is seen by reading, as with ``post``."""
        target = with_query(f"{entity_set}({guid(ref)})/Unpost", {})
        await self._write(Ask("POST", target, ANSWER_BYTES_MAX, expects=ANYTHING), f"{entity_set}/Unpost")

    async def close(self) -> None:
        """Let connections go."""
        await self._client.close()

    async def require(self, missing: list[str], *, look_anew: bool = True) -> None:
        """Refuse with everything that is missing, and look anew next time: an administrator may publish it meanwhile.

        ``look_anew`` False keeps what is known, for what may be missing for good: metadata are many megabytes.

        Raises:
            ErpSetupError: something is missing.
        """
        if missing:
            if look_anew:
                self._metadata = None
            raise ErpSetupError("В базе 1С нет или не опубликовано для OData: " + ", ".join(sorted(set(missing))))

    async def _json(self, target: str, what: str, *, absent: bool = False) -> Any:
        decoded: list[Any] = []

        def decode(answer: Answer) -> None:
            try:
                decoded.append(_DECODER.decode(answer.body))
            except msgspec.DecodeError as error:
                raise NoAnswerError(f"JSON оборван или повреждён ({error})") from error

        answer = await self._read(Ask("GET", target, ANSWER_BYTES_MAX), what, check=decode, absent=absent)
        return decoded[-1] if answer.ok else None

    async def _read(self, ask: Ask, what: str, *, check: Any = None, absent: bool = False) -> Answer:
        try:
            answer = await self._client.read(ask, check=check, again=worth_reading_again)
        except (NotSentError, NoAnswerError) as error:
            raise ErpUnavailableError(f"{what}: {error}") from error
        if answer.ok:
            return answer
        refusal = refusal_of(answer)
        if refusal is not None and refusal.code in {NO_ENTITY_SET, NAME_NOT_FOUND}:
            self._metadata = None
        if absent and answer.status == 404 and refusal is not None and refusal.code == NO_SUCH_OBJECT:
            return answer
        raise read_error(what, answer)

    async def _write(self, ask: Ask, what: str, permit: Callable[[], None] | None = None) -> Answer:
        try:
            answer = await self._client.write(ask, permit=permit)
        except NotSentError as error:
            raise ErpUnavailableError(f"{what}: {error}") from error
        except NoAnswerError as error:
            raise ErpOutcomeUnknownError(f"{what}: {error}; запись могла пройти") from error
        if not answer.ok:
            raise write_error(what, answer)
        return answer


def _written(answer: Answer, what: str) -> Record:
    """The object a write answered with."""
    try:
        stored = _DECODER.decode(answer.body)
    except msgspec.DecodeError as error:
        raise ErpOutcomeUnknownError(f"{what}: ответ на запись оборван ({error})") from error
    if not isinstance(stored, dict):
        raise ErpOutcomeUnknownError(f"{what}: в ответе на запись нет объекта")
    return stored
