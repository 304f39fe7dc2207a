"""All records of one source and one window, page by page; a source that leads nowhere or never ends is refused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from smena.cabinets.calls import TooLargeError
from smena.cabinets.declarative.caller import Caller, Headers
from smena.cabinets.declarative.model import Manifest, Source
from smena.cabinets.declarative.records import Node, records_at, text_of, value_at
from smena.cabinets.declarative.requests import Filling, ask_of
from smena.cabinets.port import CabinetUnavailableError
from smena.outside.client import Ask

READS_MAX = 3
"""How often a list is read whose total changes while it is read."""
IDLE_PAGES_MAX = 100
"""Pages in a row that bring no record that was not there yet: a list that leads on for ever is left."""


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page begins."""

    offset: int = 0
    mark: Any = None


class RequestedRecords:
    """Records of a source with a request."""

    def __init__(self, manifest: Manifest, source: Source, caller: Caller, name: str) -> None:
        self._limits = manifest.limits
        self._source = source
        self._caller = caller
        self._name = name

    async def all(self, filling: Filling) -> list[Node]:
        """Every record once, held together: no more than ``limits.records_per_window``.

        Raises:
            TooLargeError: there are more: ask for less at once.
            CabinetUnavailableError: the list moved under the pages, or a page led back to one before.
        """
        for _ in range(READS_MAX):
            found: dict[bytes, Node] = {}
            total: int | None = None
            moved, idle = False, 0
            async for records, answer in self._pages(filling):
                before = len(found)
                found.update((text_of(record), record) for record in records)
                idle = 0 if len(found) > before else idle + 1
                if idle > IDLE_PAGES_MAX:
                    raise CabinetUnavailableError(f"{self._name}: {idle} страниц подряд без новых записей")
                if len(found) > self._limits.records_per_window:
                    raise TooLargeError(f"больше {self._limits.records_per_window} записей")
                said = self._total(answer)
                moved = moved or (total is not None and said != total)
                total = said
            if not moved and (total is None or len(found) == total):
                return list(found.values())
        raise CabinetUnavailableError(f"{self._name}: список меняется, пока его читают: повторите позже")

    async def _pages(self, filling: Filling) -> AsyncIterator[tuple[list[Node], Node]]:
        position: _Position | None = _Position(mark=self._source.paging.first)
        seen: set[str] = set()
        while position is not None:
            key = f"{position.offset}|{position.mark}"
            if key in seen:
                raise CabinetUnavailableError(f"{self._name}: страница ведёт к прежней ({key})")
            seen.add(key)
            answer = await self._caller.read(self._name, self._source.format, self._ask(filling, position))
            records = records_at(answer, self._source.records)
            if records is None:
                place = self._source.records or "начале ответа"
                raise CabinetUnavailableError(f"{self._name}: в {place} нет списка записей")
            yield records, answer
            position = self._next(position, records, answer)

    def _ask(self, filling: Filling, position: _Position) -> Any:
        paging = self._source.paging
        with_page = {
            **self._caller.settings,
            **filling,
            "offset": position.offset,
            "limit": paging.size,
            "cursor": position.mark,
            "token": position.mark,
        }
        request = self._source.request
        assert request is not None, "a source with a request"

        def ask(headers: Headers) -> Ask:
            limit = self._limits.answer_bytes
            return ask_of(request, with_page, limit_bytes=limit, form=self._source.format, headers=headers)

        return ask

    def _next(self, position: _Position, records: list[Node], answer: Node) -> _Position | None:
        paging = self._source.paging
        if paging.kind == "page-token":
            token = value_at(answer, paging.next or "")
            return None if token in {None, ""} else _Position(mark=token)
        if paging.kind == "cursor":
            if len(records) < paging.size:
                return None
            return _Position(mark=value_at(records[-1], paging.cursor or ""))
        if paging.kind == "offset":
            offset = position.offset + len({text_of(record) for record in records})
            total = self._total(answer)
            more = offset < total if total is not None else len(records) >= paging.size
            return _Position(offset) if records and more else None
        return None

    def _total(self, answer: Node) -> int | None:
        path = self._source.paging.total
        found = value_at(answer, path) if path else None
        try:
            return None if found is None else int(found)
        except ValueError as error:
            raise CabinetUnavailableError(f"{self._name}: {path} не число ({found})") from error
