"""Many events at once, those of one partition key one after another."""

import asyncio
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[bool]]
"""Answers whether the next of the same key may go on."""
GiveBack = Callable[[], Awaitable[None]]


class Chains:
    """Tasks in one chain per key; when one is given back, those behind it are given back too, in order."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[bool]] = {}
        self._tasks: set[asyncio.Task[bool]] = set()
        self._closing = False

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, key: str, work: Work, give_back: GiveBack) -> None:
        """Do this after everything of the same key that was started before."""
        task = asyncio.create_task(self._run(self._last.get(key), work, give_back))
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

    async def _run(self, before: asyncio.Task[bool] | None, work: Work, give_back: GiveBack) -> bool:
        try:
            if before is not None:
                await asyncio.wait([before])
            if self._closing or (before is not None and not _went_well(before)):
                await give_back()
                return False
            return await work()
        except asyncio.CancelledError:
            await give_back()
            raise

    def _forget(self, key: str, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        if self._last.get(key) is task:
            del self._last[key]
        if not task.cancelled():
            task.exception()  # fetched, so that it is not reported twice


def _went_well(task: asyncio.Task[bool]) -> bool:
    return not task.cancelled() and task.exception() is None and task.result()
