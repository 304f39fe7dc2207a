"""Read a register's documents window by window; a window is handed on only when all of it was seen at rest."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.cabinets.calls import TooLargeError
from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.cabinets.ikassa.api import IkassaApi
from smena.cabinets.ikassa.codes import DocumentCodes
from smena.cabinets.ikassa.documents import document_of, instant_of, unreadable
from smena.cabinets.loose import loosely
from smena.cabinets.mending import mended
from smena.cabinets.port import CabinetUnavailableError
from smena.cabinets.reading import EPOCH
from smena.cabinets.windows import Windows

WINDOW_DOCUMENTS_MAX = 5_000
"""A window with more is halved: so many documents stand in memory at most."""
WINDOW_READS_MAX = 3
"""How often a window is read that changes while it is read."""
DOCUMENTS_PER_PAGE = 1_000
WITH_ITEMS = frozenset({"sale", "refund"})


class DocumentReader:
    """Reads one register over one period."""

    def __init__(self, api: IkassaApi, zone: ZoneInfo, codes: DocumentCodes, register_number: str) -> None:
        self._api = api
        self._zone = zone
        self._codes = codes
        self._register = register_number

    async def pages(self, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Pages of growing time."""
        windows = Windows(start, end, self._zone)
        for first, last in windows:
            try:
                found = await self._window(first, last)
            except TooLargeError as error:
                if not windows.halve(first, last):
                    raise CabinetUnavailableError(
                        f"документы кассы {self._register} с {first:%d.%m.%Y %H:%M} UTC не прочитать: {error}"
                    ) from error
                continue
            found.sort(key=_order)
            for at in range(0, max(1, len(found)), DOCUMENTS_PER_PAGE):
                until = at + DOCUMENTS_PER_PAGE
                yield DocumentPage(first, last, tuple(found[at:until]), complete=until >= len(found))

    async def _window(self, start: datetime, end: datetime) -> list[CabinetDocument | UnreadableDocument]:
        before: list[bytes] | None = None
        for _ in range(WINDOW_READS_MAX):
            raws, named = await self._all_of(start, end)
            if raws is not None and (named or raws == before):  # twice the same is at rest, whatever its uids
                whole = [await self._with_items(raw) for raw in raws if _within(raw, start, end)]
                return _documents(whole, self._register, self._codes)
            before = raws
        raise CabinetUnavailableError(
            f"список документов кассы {self._register} меняется, пока его читают: повторите позже"
        )

    async def _all_of(self, start: datetime, end: datetime) -> tuple[list[bytes] | None, bool]:
        """Every document of the window by pages, and whether each has a uid of its own.

        None when the list moved under the offsets.
        """
        found: dict[bytes, None] = {}
        uids: set[object] = set()
        total: int | None = None
        offset = 0
        while True:
            page = await self._api.documents(self._register, start, end, offset)
            if total is not None and page.total != total:
                return None, False
            total = page.total
            if (total or len(found)) > WINDOW_DOCUMENTS_MAX:
                raise TooLargeError(f"в окне больше {WINDOW_DOCUMENTS_MAX} документов")
            fresh = dict.fromkeys(_sound(bytes(raw)) for raw in page.docs)
            offset += len(fresh)
            found.update(fresh)
            uids.update(_uid(raw) or raw for raw in fresh)
            if not fresh or (total is not None and offset >= total):
                named = total is None or len(uids) == total
                return (list(found) if named or len(found) == total else None), named

    async def _with_items(self, raw: bytes) -> bytes:
        """A receipt listed without its lines is read whole by its uid."""
        loose = loosely(raw)
        if loose.get("type") not in WITH_ITEMS or loose.get("items") is not None:
            return raw
        uid = _uid(raw)
        return raw if uid is None else _sound(bytes(await self._api.document(uid)))


def _sound(raw: bytes) -> bytes:
    """A text with bytes that are no UTF-8, which was skipped unread until now, names them."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return mended(raw)
    return raw


def _documents(
    raws: list[bytes], register_number: str, codes: DocumentCodes
) -> list[CabinetDocument | UnreadableDocument]:
    """Each document once; two different ones under one uid are none."""
    by_uid: dict[str | None, list[bytes]] = {}
    for raw in raws:
        by_uid.setdefault(_uid(raw), []).append(raw)
    nameless = by_uid.pop(None, [])
    found = [
        document_of(twins[0], register_number, codes)
        if len(twins) == 1
        else unreadable(twins[0], register_number, "два разных документа с одним uid")
        for twins in by_uid.values()
    ]
    return [*found, *(document_of(raw, register_number, codes) for raw in nameless)]


def _uid(raw: bytes) -> str | None:
    uid = loosely(raw).get("uid")
    return uid if isinstance(uid, str) and uid else None


def _within(raw: bytes, start: datetime, end: datetime) -> bool:
    """Whether a document belongs to the window; one without a readable instant belongs to the one it came in."""
    at = instant_of(raw)
    return at is None or start <= at < end


def _order(document: CabinetDocument | UnreadableDocument) -> tuple[datetime, int, str]:
    return document.at or EPOCH, document.number or 0, document.fiscal_id or ""
