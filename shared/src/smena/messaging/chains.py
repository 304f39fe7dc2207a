"""Many events at once, those of one partition key one after another."""

import asyncio
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[bool]]
"""Answers whether it is done; False: it is to be given back, and with it what waits behind it."""
GiveBack = Callable[[], Awaitable[None]]


class Chains:
    """Tasks in one chain per key; what waits behind one that is given back is given back after it, in order.

    The first one comes again at once, before those behind it are back in the queue: it is a new link, and
    only what was there before the break goes back.
    """

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}
        self._broken: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._issued = 0
        self._closing = False

    def start(self, key: str, work: Work, give_back: GiveBack) -> None:
        """Do this after everything of the same key that was started before."""
        self._issued += 1
        task = asyncio.create_task(self._run(key, self._issued, self._last.get(key), work, give_back))
        self._last[key] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._forget(key, done))

    async def drain(self, seconds: float) -> None:
        """Begin nothing more, let what runs finish for so long, then cancel it."""
        self._closing = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(
        self, key: str, number: int, before: asyncio.Task[None] | None, work: Work, give_back: GiveBack
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            behind = self._closing or number <= self._broken.get(key, 0)
            if behind:
                await give_back()
            elif not await work():
                self._break(key)
                await give_back()
        except asyncio.CancelledError:
            await give_back()
            raise
        except Exception:
            self._break(key)
            await give_back()
            raise

    def _break(self, key: str) -> None:
        """Everything of this key that was started until now goes back; noted before the first one does."""
        self._broken[key] = self._issued

    def _forget(self, key: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._last.get(key) is task:
            del self._last[key]
            self._broken.pop(key, None)
        if not task.cancelled():
            task.exception()  # fetched, so that it is not reported twice
