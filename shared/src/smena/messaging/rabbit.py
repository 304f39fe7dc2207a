"""The bus on RabbitMQ."""

import asyncio
from collections.abc import Mapping, Sequence

from smena.contracts.routing import SUBSCRIPTIONS, Subscription
from smena.messaging.book import DeliveryBook
from smena.messaging.port import Consumer, Outcome, OutgoingEvent
from smena.messaging.rabbit_publisher import RabbitPublisher
from smena.messaging.rabbit_reader import RabbitReader

DRAIN_SECONDS = 15.0
"""How long running handlers may finish when the process stops."""


class RabbitTransport:
    """One publishing connection, and one per consumer; each is made again on its own after a loss."""

    def __init__(
        self,
        url: str,
        books: Mapping[str, DeliveryBook],
        subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    ) -> None:
        self._url = url
        self._books = books
        self._publisher = RabbitPublisher(url, subscriptions)
        self._readers: list[RabbitReader] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to connect; a broker that is down is waited for."""
        self._tasks.append(asyncio.create_task(self._publisher.line.run(), name="rabbit publisher"))

    async def consume(self, consumers: Sequence[Consumer]) -> None:
        """Attach these consumers to their queues, now or as soon as the broker is there."""
        for consumer in consumers:
            subscription = consumer.subscription
            reader = RabbitReader(self._url, consumer, self._books[subscription.service], self._publisher)
            self._readers.append(reader)
            self._tasks.append(asyncio.create_task(reader.line.run(), name=f"rabbit {subscription.consumer}"))

    async def publish(self, events: Sequence[OutgoingEvent]) -> list[Outcome]:
        """Send a batch with the confirmations in flight; everything fails at once while there is no connection."""
        return await self._publisher.publish(events)

    async def stop_consuming(self) -> None:
        """Consumers are cancelled first, then running handlers finish; what is left goes back to the queues."""
        readers, self._readers = self._readers, []
        await asyncio.gather(*(reader.stop(DRAIN_SECONDS) for reader in readers))

    async def stop(self) -> None:
        """Consumers first, then the connections."""
        await self.stop_consuming()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def healthy(self) -> bool:
        """Whether every connection is up and every consumer attached."""
        return self._publisher.line.attached and all(reader.line.attached for reader in self._readers)
