"""The bus inside one process: each consumer's queue is rows in its own service's delivery table."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from smena.contracts.envelope import decode
from smena.contracts.routing import SUBSCRIPTIONS, Subscription, route_of
from smena.messaging.book import DeliveryBook, Waiting
from smena.messaging.chains import Chains
from smena.messaging.handling import Handled, Handling, Verdict, tell_dead
from smena.messaging.port import Consumer, Outcome, OutgoingEvent

POLL_SECONDS = 0.5
"""How often postponed deliveries are looked for; new ones wake the queue at once."""
POSTPONE_SECONDS = 1.0
POSTPONE_SECONDS_MAX = 60.0
DRAIN_SECONDS = 15.0

_log = structlog.get_logger(__name__)


class EmbeddedQueue:
    """One consumer's queue and its reading loop."""

    def __init__(self, consumer: Consumer, book: DeliveryBook) -> None:
        self._consumer = consumer
        self._name = consumer.subscription.consumer
        self._handling = Handling(consumer, book)
        self._book = book
        self._places = 1 if consumer.subscription.ordered else consumer.subscription.prefetch
        self._chains = Chains()
        self._busy: set[UUID] = set()
        self.wake = asyncio.Event()
        self.answering = True

    async def run(self) -> None:
        """Read until cancelled; a database that is away is waited for."""
        while True:
            self.wake.clear()
            try:
                await self._fill()
                self.answering = True
            except SQLAlchemyError as error:
                if self.answering:
                    _log.warning("embedded-queue.database-lost", consumer=self._name, error=str(error))
                self.answering = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self.wake.wait()

    async def stop(self) -> None:
        """Let running handlers finish; the rest stays in its rows."""
        await self._chains.drain(DRAIN_SECONDS)

    async def _fill(self) -> None:
        free = self._places - len(self._busy)
        if free <= 0:
            return
        for waiting in await self._book.due(self._name, self._busy, free):
            self._busy.add(waiting.event_id)
            self._chains.start(
                waiting.partition_key, partial(self._work, waiting), partial(self._leave, waiting.event_id)
            )

    async def _work(self, waiting: Waiting) -> bool:
        try:
            handled = await self._handle(waiting)
            await self._settle(waiting, handled)
        except SQLAlchemyError as error:
            _log.warning("embedded-queue.not-settled", consumer=self._name, error=str(error))
            return False  # the row is still there and due: it comes again, and the inbox drops it if it was done
        if handled.verdict is Verdict.AGAIN:
            return False
        await self._leave(waiting.event_id)
        return True

    async def _handle(self, waiting: Waiting) -> Handled:
        try:
            envelope = decode(waiting.body)
        except msgspec.DecodeError as error:
            return Handled(Verdict.DEAD, f"no CloudEvent: {error}")
        return await self._handling.run(envelope, delivered_before=waiting.attempts > 0)

    async def _settle(self, waiting: Waiting, handled: Handled) -> None:
        if handled.verdict is Verdict.DONE:
            await self._book.settled(waiting.event_id, self._name)
        elif handled.verdict is Verdict.DEAD and await tell_dead(self._consumer, waiting.body, handled.reason):
            _log.error("event.dead", consumer=self._name, reason=handled.reason)
            await self._book.bury(waiting.event_id, self._name, handled.reason)
        else:
            seconds = min(POSTPONE_SECONDS * 2**waiting.attempts, POSTPONE_SECONDS_MAX)
            await self._book.postpone(waiting.event_id, self._name, seconds)

    async def _leave(self, event_id: UUID) -> None:
        self._busy.discard(event_id)
        self.wake.set()


class EmbeddedTransport:
    """For runs of one process; what was not handled when it stops is handled after its next start."""

    def __init__(
        self,
        books: Mapping[str, DeliveryBook],
        subscriptions: Sequence[Subscription] = SUBSCRIPTIONS,
    ) -> None:
        self._books = books
        self._subscriptions = [each for each in subscriptions if each.service in books]
        self._queues: dict[str, EmbeddedQueue] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Nothing to connect to."""

    async def consume(self, consumers: Sequence[Consumer]) -> None:
        """Begin to read these consumers' queues."""
        for consumer in consumers:
            name = consumer.subscription.consumer
            queue = EmbeddedQueue(consumer, self._books[consumer.subscription.service])
            self._queues[name] = queue
            self._tasks.append(asyncio.create_task(queue.run(), name=f"embedded {name}"))

    async def publish(self, events: Sequence[OutgoingEvent]) -> list[Outcome]:
        """Write each event into the queues of its consumers, one transaction per consuming service."""
        deliveries: defaultdict[str, list[tuple[OutgoingEvent, str]]] = defaultdict(list)
        outcomes: list[Outcome] = []
        for event in events:
            takers = [each for each in self._subscriptions if event.type in each.event_types]
            for taker in takers:
                deliveries[taker.service].append((event, taker.consumer))
            lost = not takers and route_of(event.type).must_route
            outcomes.append(Outcome.UNROUTABLE if lost else Outcome.CONFIRMED)
        try:
            for service, rows in deliveries.items():
                await self._books[service].accept(rows)
        except SQLAlchemyError as error:
            _log.warning("embedded.not-accepted", error=str(error))
            return [Outcome.FAILED] * len(events)
        for queue in self._queues.values():
            queue.wake.set()
        return outcomes

    async def stop(self) -> None:
        """As ``stop_consuming``: there is nothing to disconnect."""
        await self.stop_consuming()

    async def stop_consuming(self) -> None:
        """Nothing more is begun, running handlers finish; the rest stays in its rows."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(queue.stop() for queue in self._queues.values()))

    async def healthy(self) -> bool:
        """Whether every queue could read its rows when it last looked."""
        return all(queue.answering for queue in self._queues.values())
