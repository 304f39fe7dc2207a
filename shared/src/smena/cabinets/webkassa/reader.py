"""Read a register's documents window by window, one window ahead of the consumer."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from smena.cabinets.calls import TooLargeError
from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.cabinets.port import CabinetUnavailableError
from smena.cabinets.reading import EPOCH, UnreadableError, whole_or_none
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.codes import VAT_RATES, DocumentKinds
from smena.cabinets.webkassa.documents import LineFacts, document_of
from smena.cabinets.webkassa.goods_cache import GoodsCache
from smena.cabinets.webkassa.joining import Joined, join, unpaired, within
from smena.cabinets.webkassa.wire import Number, SaleRow
from smena.cabinets.windows import Windows, midnight_of
from smena.kinds.vat import VatRate

DOCUMENTS_PER_PAGE = 1_000


@dataclass(slots=True)
class _Window:
    start: datetime
    end: datetime
    documents: list[Joined]


class DocumentReader:
    """Reads one register over one period; kept for that period only."""

    def __init__(
        self, api: WebkassaApi, goods: GoodsCache, zone: ZoneInfo, kinds: DocumentKinds, register_number: str
    ) -> None:
        self._api = api
        self._goods = goods
        self._zone = zone
        self._kinds = kinds
        self._register = register_number
        self._began = monotonic()
        self._headers: dict[datetime, list[msgspec.Raw]] = {}
        self._sold_vat: dict[datetime, dict[tuple[int, int | None], VatRate]] = {}

    async def pages(self, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Pages of growing time; the next window is on its way while a page is worked on."""
        windows = Windows(start, end, self._zone)
        steps = iter(windows)
        ahead = asyncio.create_task(self._next(windows, steps))
        try:
            while (window := await ahead) is not None:
                ahead = asyncio.create_task(self._next(windows, steps))
                facts = await self._facts(window)
                for page in self._pages(window, facts):
                    yield page
                    await asyncio.sleep(0)
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _next(self, windows: Windows, steps: Iterator[tuple[datetime, datetime]]) -> _Window | None:
        for start, end in steps:
            try:
                return _Window(start, end, await self._joined(start, end))
            except TooLargeError as error:
                if not windows.halve(start, end):
                    raise CabinetUnavailableError(
                        f"документы кассы {self._register} с {start:%d.%m.%Y %H:%M} UTC не прочитать: {error}"
                    ) from error
        return None

    async def _joined(self, start: datetime, end: datetime) -> list[Joined]:
        midnight = midnight_of(start, self._zone)
        if midnight in self._headers:
            period = await self._api.contents(self._register, start, end)
        else:
            period, headers = await _together(
                self._api.contents(self._register, start, end), self._api.headers(self._register, midnight)
            )
            self._headers = {midnight: headers}
        documents = join(period, self._headers[midnight])
        if unpaired(documents, start, end, self._kinds):
            period = await self._api.contents(self._register, start, end)
            self._headers = {midnight: await self._api.headers(self._register, midnight)}
            documents = join(period, self._headers[midnight])
        return [document for document in documents if within(document, start, end)]

    async def _facts(self, window: _Window) -> LineFacts:
        """What the window's lines need: goods always from the cache, sold rows only where a VAT rate is missing."""
        lines = [pair for document in window.documents for pair in _lines(document)]
        if not lines:
            return LineFacts()
        goods = await self._goods.holding(
            {good_id for _, good_id in lines if good_id is not None}, asked_since=self._began
        )
        unsure = any(
            sale_id is not None and (good_id is None or (good := goods.get(good_id)) is None or good.vat_rate is None)
            for sale_id, good_id in lines
        )
        if not unsure:
            return LineFacts(goods)
        midnight = midnight_of(window.start, self._zone)
        if midnight not in self._sold_vat:
            self._sold_vat = {midnight: _unambiguous(await self._api.sale_rows(self._register, midnight))}
        return LineFacts(goods, self._sold_vat[midnight])

    def _pages(self, window: _Window, facts: LineFacts) -> Iterator[DocumentPage]:
        found = [document_of(joined, self._register, facts, self._kinds) for joined in window.documents]
        found.sort(key=_order)
        for first in range(0, max(1, len(found)), DOCUMENTS_PER_PAGE):
            last = first + DOCUMENTS_PER_PAGE
            yield DocumentPage(window.start, window.end, tuple(found[first:last]), complete=last >= len(found))


def _order(document: CabinetDocument | UnreadableDocument) -> tuple[datetime, int, str]:
    return document.at or EPOCH, document.number or 0, document.fiscal_id or ""


def _lines(document: Joined) -> Iterator[tuple[int | None, int | None]]:
    """(sale, good) of each line of a receipt; a refund's lines belong to no sale row."""
    contents = document.contents
    if contents is None or document.reason is not None:
        return
    if contents.sale is not None:
        sale_id = _id(contents.sale.saleId)
        for line in contents.sale.saleProducts or ():
            yield sale_id, _id(line.goodId)
    elif contents.moneyBack is not None:
        for line in contents.moneyBack.moneyBackProducts or ():
            yield None, _id(line.goodId)


def _unambiguous(rows: list[SaleRow]) -> dict[tuple[int, int | None], VatRate]:
    """The VAT rate of (sale, good) where all its rows agree on one we know."""
    codes: dict[tuple[int, int | None], set[int | None]] = {}
    for row in rows:
        sale_id = _id(row.saleId)
        if sale_id is not None:
            codes.setdefault((sale_id, _id(row.goodId)), set()).add(_id(row.sellVatId))
    agreed = ((key, next(iter(found))) for key, found in codes.items() if len(found) == 1)
    return {key: VAT_RATES[code] for key, code in agreed if code is not None and code in VAT_RATES}


def _id(value: Number) -> int | None:
    if value is None or type(value) is int:
        return value
    try:
        return whole_or_none(value, "id")
    except UnreadableError:
        return None


First = TypeVar("First")
Second = TypeVar("Second")


async def _together(first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]) -> tuple[First, Second]:
    """Both at once; when one fails the other is not left behind."""
    tasks = asyncio.create_task(first), asyncio.create_task(second)
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
