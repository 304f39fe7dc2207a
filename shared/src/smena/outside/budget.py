"""How hard one outside base may be asked: so many requests a second, so many at once, for the whole process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol
from weakref import WeakKeyDictionary

_shared: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, "Budget"]] = WeakKeyDictionary()


class RequestBudget(Protocol):
    """What a client asks before each request."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait for a turn and hold one of the slots; waiting is no part of a request's deadline."""
        ...

    async def rest(self, seconds: float) -> None:
        """Give no turn for so long: the other side asked for a pause."""
        ...


class Budget:
    """Paces requests evenly after a burst of at most one second's worth, and bounds how many run at once."""

    def __init__(self, requests_per_second: float, concurrency: int) -> None:
        self._interval = 1.0 / requests_per_second
        self._burst_seconds = max(0.0, 1.0 - self._interval)
        self._slots = asyncio.Semaphore(concurrency)
        self._next_free = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold one of the slots; waiting is no part of a request's deadline."""
        async with self._slots:
            now = asyncio.get_running_loop().time()
            start = max(self._next_free, now - self._burst_seconds)
            self._next_free = start + self._interval
            if start > now:
                await asyncio.sleep(start - now)
            yield

    async def rest(self, seconds: float) -> None:
        """Give no turn for so long: the other side asked for a pause."""
        self._next_free = max(self._next_free, asyncio.get_running_loop().time() + seconds)


def shared_budget(base: str, requests_per_second: float, concurrency: int) -> Budget:
    """The one budget of a base: all adapters to it in this process share it; the first one sets its size."""
    budgets = _shared.setdefault(asyncio.get_running_loop(), {})
    return budgets.setdefault(base, Budget(requests_per_second, concurrency))
