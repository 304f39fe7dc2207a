"""The cabinet's goods, kept for a short while: lines of receipts name them by id only."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from smena.cabinets.items import CabinetItem
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.goods import item_of
from smena.cabinets.webkassa.reading import UnreadableError
from smena.cabinets.webkassa.wire import GOOD, Good
from smena.clock import Clock

AGE_MAX = timedelta(minutes=10)
AGE_BEFORE_LOOKING_AGAIN = timedelta(seconds=30)
"""A good nobody knows may be new: the list is read again, but not at every receipt."""


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
    """All goods by id."""

    def __init__(self, api: WebkassaApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._goods: dict[int, CabinetItem] = {}
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def holding(self, wanted: set[int]) -> Mapping[int, CabinetItem]:
        """Goods by id, read anew when they are old or when one of those wanted is not among them."""
        async with self._reading:
            if self._stale(wanted):
                await self._refresh()
            return self._goods

    def forget(self) -> None:
        """Something was written: the next question reads anew."""
        self._read_at = None

    def _stale(self, wanted: set[int]) -> bool:
        if not wanted:
            return False
        if self._read_at is None:
            return True
        age = self._clock.now() - self._read_at
        return age > AGE_MAX or (age > AGE_BEFORE_LOOKING_AGAIN and not wanted <= self._goods.keys())

    async def _refresh(self) -> None:
        goods = {}
        for is_open in (False, True):
            goods.update({int(item.id): item for item in readable_items(await self._api.goods(is_open=is_open))})
        self._goods, self._read_at = goods, self._clock.now()


def _good(raw: msgspec.Raw) -> Good:
    try:
        return GOOD.decode(raw)
    except msgspec.ValidationError:
        loose = msgspec.json.decode(raw)
        return _field_by_field(loose if isinstance(loose, dict) else {})


def _field_by_field(loose: dict[str, object]) -> Good:
    good = Good()
    for field in msgspec.structs.fields(Good):
        try:
            setattr(good, field.name, msgspec.convert(loose.get(field.name), field.type, strict=False))
        except msgspec.ValidationError:
            continue
    return good
