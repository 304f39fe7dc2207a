"""Wait for a condition with a deadline, never for a time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from time import monotonic

POLL_SECONDS = 0.02


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 60.0, what: str = "") -> None:
    deadline = monotonic() + seconds
    while True:
        found = condition()
        if await found if inspect.isawaitable(found) else found:
            return
        assert monotonic() < deadline, f"not within {seconds} s: {what or inspect.getsource(condition).strip()}"
        await asyncio.sleep(POLL_SECONDS)
