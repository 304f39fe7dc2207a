"""How hard one outside base may be asked: so many requests a second, so many at once, for the whole process.

A request needs a permit, and a permit is free again a whole window after its request has *ended*. So within any
window, as the other side counts it, no more requests arrive than there are permits, however long each was on its way.
A pace by the moments of sending alone promises less: a request that was held up arrives together with the next ones.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Protocol
from weakref import WeakKeyDictionary

WINDOW_SECONDS = 1.0
"""A budget of one request a second or more is counted by the second."""

_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, "Budget"]] = WeakKeyDictionary()


class RequestBudget(Protocol):
    """What a client asks before each request."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for a turn and hold one of the slots; waiting is no part of a request's deadline."""
        ...

    async def rest(self, seconds: float) -> None:
        """Give no turn for so long: the other side asked for a pause."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """So many permits for each window of so many seconds."""

    permits: int
    window_seconds: float

    @classmethod
    def of(cls, requests_per_second: float) -> "Pace":
        """A part of a request is none; less than one a second is one in a longer window."""
        if requests_per_second < 1:
            return cls(1, 1 / requests_per_second)
        return cls(int(requests_per_second), WINDOW_SECONDS)


class Budget:
    """Permits for what may arrive within a window, and slots for what may run at once."""

    def __init__(self, requests_per_second: float, concurrency: int) -> None:
        self._pace = Pace.of(requests_per_second)
        self._slots = asyncio.Semaphore(min(concurrency, self._pace.permits))
        self._free_at = [0.0] * self._pace.permits
        heapify(self._free_at)
        self._rests_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold one of the slots; waiting is no part of a request's deadline."""
        async with self._slots:  # as many as permits at most: there is one for each who comes in
            time = asyncio.get_running_loop().time
            free_at = heappop(self._free_at)
            try:
                while (wait := max(free_at, self._rests_until) - time()) > 0:  # noqa: ASYNC110 - a time is awaited
                    await asyncio.sleep(wait)  # a rest may be asked for meanwhile
                try:
                    yield
                finally:
                    free_at = time() + self._pace.window_seconds
            finally:
                heappush(self._free_at, free_at)

    async def rest(self, seconds: float) -> None:
        """Give no turn for so long: the other side asked for a pause."""
        self._rests_until = max(self._rests_until, asyncio.get_running_loop().time() + seconds)


def shared_budget(base: str, requests_per_second: float, concurrency: int) -> Budget:
    """The one budget of a base: all adapters to it in this process share it; the first one sets its size."""
    budgets = _shared.setdefault(asyncio.get_running_loop(), {})
    return budgets.setdefault(base, Budget(requests_per_second, concurrency))
