"""The cabinet's goods, kept for a short while: lines of receipts name them by id only."""

import asyncio
from collections.abc import Mapping
from time import monotonic

import msgspec

from smena.cabinets.items import CabinetItem
from smena.cabinets.loose import loosely
from smena.cabinets.reading import UnreadableError
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.goods import item_of
from smena.cabinets.webkassa.wire import GOOD, Good

AGE_SECONDS_MAX = 600.0


def readable_items(raws: list[msgspec.Raw]) -> list[CabinetItem]:
    """The goods of an answer; a field of a strange type is left empty, a good without an id cannot be named."""
    found = []
    for raw in raws:
        try:
            found.append(item_of(_good(raw)))
        except UnreadableError:
            continue
    return found


class GoodsCache:
    """All goods by id. Its age is measured by the process's own monotonic clock: no other clock may stop it."""

    def __init__(self, api: WebkassaApi) -> None:
        self._api = api
        self._goods: dict[int, CabinetItem] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    async def holding(self, wanted: set[int], *, asked_since: float) -> Mapping[int, CabinetItem]:
        """Goods by id.

        They are read anew when they are old, and when one of those wanted is unknown and may have been made since:
        once for each reading of a period, which began at ``asked_since``.
        """
        async with self._reading:
            if wanted and self._stale(wanted, asked_since):
                await self._refresh()
            return self._goods

    def forget(self) -> None:
        """Something was written: the next question reads anew."""
        self._read_at = None

    def _stale(self, wanted: set[int], asked_since: float) -> bool:
        if self._read_at is None or monotonic() - self._read_at > AGE_SECONDS_MAX:
            return True
        return self._read_at < asked_since and not wanted <= self._goods.keys()

    async def _refresh(self) -> None:
        began = monotonic()
        goods = {}
        for is_open in (False, True):
            goods.update({int(item.id): item for item in readable_items(await self._api.goods(is_open=is_open))})
        self._goods, self._read_at = goods, began


def _good(raw: msgspec.Raw) -> Good:
    try:
        return GOOD.decode(raw)
    except msgspec.ValidationError:
        return _field_by_field(loosely(raw))


def _field_by_field(loose: dict[str, object]) -> Good:
    good = Good()
    for field in msgspec.structs.fields(Good):
        try:
            setattr(good, field.name, msgspec.convert(loose.get(field.name), field.type, strict=False))
        except msgspec.ValidationError:
            continue
    return good
