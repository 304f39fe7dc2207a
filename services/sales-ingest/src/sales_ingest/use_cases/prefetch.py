"""Ask for the next page while the last one is being stored."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def prefetched(pages: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """The same pages, one ahead: memory is bounded by two pages, whatever the period."""

    async def following() -> tuple[T] | None:
        try:
            return (await anext(pages),)
        except StopAsyncIteration:
            return None

    ahead = asyncio.create_task(following())
    try:
        while (page := await ahead) is not None:
            ahead = asyncio.create_task(following())
            yield page[0]
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()
