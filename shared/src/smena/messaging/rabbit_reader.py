"""One consumer's queue, read for as long as the process runs."""

import asyncio
import contextlib
from functools import partial

import msgspec
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from smena.contracts.envelope import Envelope, decode
from smena.messaging.book import DeliveryBook
from smena.messaging.chains import Chains
from smena.messaging.handling import Handling, Verdict, tell_dead
from smena.messaging.metrics import HANDLED
from smena.messaging.port import Consumer, Outcome
from smena.messaging.rabbit_line import RabbitLine
from smena.messaging.rabbit_publisher import RabbitPublisher
from smena.messaging.topology import declare_queue

ANSWER_SECONDS_MAX = 5.0
BURY_PAUSE_SECONDS = 1.0
"""Pause before a message whose dead letter could not be written goes back to its queue."""

_log = structlog.get_logger(__name__)


class RabbitReader:
    """Handlers run in tasks of their own, so that a lost channel does not cut them off in the middle."""

    def __init__(self, url: str, consumer: Consumer, book: DeliveryBook, publisher: RabbitPublisher) -> None:
        self._consumer = consumer
        self._subscription = consumer.subscription
        self._handling = Handling(consumer, book)
        self._publisher = publisher
        self._chains = Chains()
        self._queue: AbstractQueue | None = None
        self._tag: str | None = None
        self._stopping = False
        self.line = RabbitLine(url, consumer.subscription.consumer, self._prepare)

    async def stop(self, seconds: float) -> None:
        """Take nothing more, let running handlers finish for so long, give the rest back to the queue."""
        self._stopping = True
        if self._queue is not None and self._tag is not None and self.line.attached:
            with contextlib.suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS_MAX):
                    await self._queue.cancel(self._tag)
        await self._chains.drain(seconds)

    async def _prepare(self, channel: AbstractChannel) -> None:
        await channel.set_qos(prefetch_count=1 if self._subscription.ordered else self._subscription.prefetch)
        self._queue = await declare_queue(channel, self._subscription)
        if self._stopping:
            return
        self._tag = await self._queue.consume(self._take)

    async def _take(self, message: AbstractIncomingMessage) -> None:
        """Only hand over: this runs in a task of the channel, which is cancelled when the channel goes."""
        give_back = partial(self._give_back, message)
        try:
            envelope = decode(message.body)
        except msgspec.DecodeError as error:
            HANDLED.labels(self._subscription.consumer, Verdict.DEAD).inc()
            reason = f"no CloudEvent: {error}"
            self._chains.start("", partial(self._bury, message, reason), give_back)
            return
        self._chains.start(envelope.partitionkey, partial(self._work, message, envelope), give_back)

    async def _work(self, message: AbstractIncomingMessage, envelope: Envelope) -> bool:
        handled = await self._handling.run(envelope, delivered_before=bool(message.redelivered))
        if handled.verdict is Verdict.DEAD:
            return await self._bury(message, handled.reason)
        if handled.verdict is Verdict.AGAIN:
            return False
        await _answer(message.ack())
        return True

    async def _bury(self, message: AbstractIncomingMessage, reason: str) -> bool:
        """The dead letter is written before the message is acknowledged: it may stand there twice, never not at all."""
        told = await tell_dead(self._consumer, message.body, reason)
        if not told or await self._publisher.bury(self._subscription, message.body, reason) is not Outcome.CONFIRMED:
            await asyncio.sleep(BURY_PAUSE_SECONDS)
            return False
        _log.error("event.dead", consumer=self._subscription.consumer, reason=reason)
        await _answer(message.ack())
        return True

    async def _give_back(self, message: AbstractIncomingMessage) -> None:
        await _answer(message.nack(requeue=True))


async def _answer(answer: object) -> None:
    """Answer the broker; when its channel is gone it has the message back already."""
    with contextlib.suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await answer  # type: ignore[misc]
