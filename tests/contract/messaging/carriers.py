"""The two transports behind one face, so that one suite holds both to the same promises."""

from collections.abc import Sequence
from typing import Protocol

import aio_pika
from aio_pika.exceptions import QueueEmpty
from sqlalchemy import select

from servers.messages import Desk
from smena.contracts.routing import Subscription
from smena.messaging.embedded import EmbeddedTransport
from smena.messaging.port import Transport
from smena.messaging.rabbit import RabbitTransport
from smena.messaging.rabbit_publisher import REASON_HEADER


class Carrier(Protocol):
    def transport(self, subscriptions: Sequence[Subscription]) -> Transport: ...

    async def dead(self, subscription: Subscription) -> list[tuple[bytes, str]]:
        """Dead letters seen since the last look: body and reason."""
        ...


class EmbeddedCarrier:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._looked_at: set[int] = set()

    def transport(self, subscriptions: Sequence[Subscription]) -> Transport:
        return EmbeddedTransport({"desk": self._desk.book}, subscriptions)

    async def dead(self, subscription: Subscription) -> list[tuple[bytes, str]]:
        row = self._desk.tables.delivery
        query = select(row.c.position, row.c.body, row.c.reason).where(
            row.c.dead_at.is_not(None), row.c.consumer == subscription.consumer, row.c.position.not_in(self._looked_at)
        )
        async with self._desk.database.session() as session:
            found = list(await session.execute(query))
        self._looked_at.update(number for number, _, _ in found)
        return [(body, reason) for _, body, reason in found]


class RabbitCarrier:
    def __init__(self, desk: Desk, url: str) -> None:
        self._desk = desk
        self._url = url

    def transport(self, subscriptions: Sequence[Subscription]) -> Transport:
        return RabbitTransport(self._url, {"desk": self._desk.book}, subscriptions)

    async def dead(self, subscription: Subscription) -> list[tuple[bytes, str]]:
        found: list[tuple[bytes, str]] = []
        connection = await aio_pika.connect(self._url)
        async with connection:
            channel = await connection.channel()
            queue = await channel.get_queue(subscription.dead_letter_queue)
            while True:
                try:
                    message = await queue.get(no_ack=True)
                except QueueEmpty:
                    return found
                found.append((message.body, str(message.headers[REASON_HEADER])))
