"""A RabbitTransport under test, and looks at the broker beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import aio_pika
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import QueueEmpty

from servers.messages import Desk, subscription
from servers.waiting import until
from smena.contracts.routing import Subscription
from smena.messaging.port import Consumer, ReceivedEvent
from smena.messaging.rabbit import RabbitTransport

NOTES = subscription()
QUEUE_SECONDS_YOUNG = 3.0
"""RabbitMQ 3.10 killed -9 within about a second of a quorum queue's declaration answers no basic.consume on it any
more (measured: 0 s and 0.7 s hang, 2 s do not): a kill in these tests waits for the queue to be older than that."""


@asynccontextmanager
async def bus(
    url: str, desk: Desk, handle: Callable[[ReceivedEvent], Awaitable[None]] | None = None, taken: Subscription = NOTES
) -> AsyncIterator[RabbitTransport]:
    """With a handler, or as a publisher only."""
    transport = RabbitTransport(url, {"desk": desk.book}, [taken])
    await transport.start()
    if handle is not None:
        await transport.consume([Consumer(taken, handle)])
    await until(transport.healthy, seconds=60)
    try:
        yield transport
    finally:
        await transport.stop()


async def grown_up() -> None:
    """The queue that was just declared is old enough to survive a kill of its node."""
    loop = asyncio.get_running_loop()
    born = loop.time()
    await until(lambda: loop.time() - born > QUEUE_SECONDS_YOUNG)


def effect(desk: Desk) -> Callable[[ReceivedEvent], Awaitable[None]]:
    return partial(desk.take, consumer=NOTES.consumer)


@asynccontextmanager
async def channel_to(url: str, *, on_return_raises: bool = False) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(url)
    async with connection:
        yield await connection.channel(on_return_raises=on_return_raises)


async def drained(url: str, queue_name: str) -> list[bytes]:
    """Take everything that stands in a queue."""
    found: list[bytes] = []
    async with channel_to(url) as channel:
        queue = await channel.get_queue(queue_name)
        while True:
            try:
                found.append((await queue.get(no_ack=True)).body)
            except QueueEmpty:
                return found


async def consumers_of(url: str, queue_name: str) -> int:
    async with channel_to(url) as channel:
        queue = await channel.declare_queue(queue_name, passive=True)
        return queue.declaration_result.consumer_count or 0


async def effects_are(desk: Desk, expected: list[str]) -> bool:
    return sorted(await desk.done()) == sorted(expected)
