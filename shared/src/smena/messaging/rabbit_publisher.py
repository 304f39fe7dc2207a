"""Publish to RabbitMQ and believe only its acknowledgement."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractExchange, HeadersType
from aio_pika.exceptions import PublishError
from pamqp.commands import Basic

from smena.contracts.envelope import CONTENT_TYPE, routing_key
from smena.contracts.routing import Subscription, route_of
from smena.messaging.port import Outcome, OutgoingEvent
from smena.messaging.rabbit_line import RabbitLine
from smena.messaging.topology import declare_everything, declare_exchanges

PUBLISH_SECONDS_MAX = 5.0
"""How long a batch waits for its confirmations; later its outcome is unknown and it is sent again."""
REASON_HEADER = "x-smena-reason"
CONSUMER_HEADER = "x-smena-consumer"

_log = structlog.get_logger(__name__)


class RabbitPublisher:
    """The publishing connection, apart from the consuming ones: a broker short of memory blocks those who publish."""

    def __init__(self, url: str, subscriptions: Sequence[Subscription]) -> None:
        self._subscriptions = subscriptions
        self._events: AbstractExchange | None = None
        self._dead: AbstractExchange | None = None
        self.line = RabbitLine(url, "publisher", self._prepare)

    async def publish(self, events: Sequence[OutgoingEvent]) -> list[Outcome]:
        """Send all in order, then wait for the confirmations together."""
        exchange = self._events
        if exchange is None or not self.line.attached:
            return [Outcome.FAILED] * len(events)
        sends = [
            asyncio.create_task(
                _send(
                    exchange,
                    _message(event.body),
                    routing_key(event.type),
                    mandatory=route_of(event.type).must_route,
                )
            )
            for event in events
        ]
        return await self._outcomes(sends)

    async def bury(self, subscription: Subscription, body: bytes, reason: str) -> Outcome:
        """Put a message that can't be handled where a person will find it, with the reason."""
        exchange = self._dead
        if exchange is None or not self.line.attached:
            return Outcome.FAILED
        headers: HeadersType = {REASON_HEADER: reason[:1000], CONSUMER_HEADER: subscription.consumer}
        send = _send(exchange, _message(body, headers), subscription.dead_letter_queue, mandatory=True)
        return (await self._outcomes([asyncio.create_task(send)]))[0]

    async def _prepare(self, channel: AbstractChannel) -> None:
        await declare_everything(channel, self._subscriptions)
        self._events, self._dead = await declare_exchanges(channel)

    async def _outcomes(self, sends: list[asyncio.Task[Outcome]]) -> list[Outcome]:
        """One outcome for each; after a failure the connection is made anew."""
        if not sends:
            return []
        try:
            _, late = await asyncio.wait(sends, timeout=PUBLISH_SECONDS_MAX)
        except asyncio.CancelledError:
            for send in sends:
                send.cancel()
            raise
        for send in late:
            send.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        outcomes = [Outcome.FAILED if send.cancelled() else send.result() for send in sends]
        if Outcome.FAILED in outcomes:
            self.line.drop()
        return outcomes


async def _send(exchange: AbstractExchange, message: Message, key: str, *, mandatory: bool) -> Outcome:
    """One publish; anything but the broker's own acknowledgement is no success."""
    try:
        answer = await exchange.publish(message, key, mandatory=mandatory)
    except PublishError:
        return Outcome.UNROUTABLE
    except Exception as error:  # noqa: BLE001 - the library raises a bare Exception from a broken connection
        _log.debug("publish.failed", error=f"{type(error).__name__}: {error}")
        return Outcome.FAILED
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return Outcome.FAILED  # the connection was lost: the library cancels what nobody cancelled
    return Outcome.CONFIRMED if isinstance(answer, Basic.Ack) else Outcome.FAILED


def _message(body: bytes, headers: HeadersType | None = None) -> Message:
    """Every publish gets a message id of its own: the library confuses two in flight with the same one."""
    return Message(
        body,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=uuid4().hex,
        headers=headers,
    )
