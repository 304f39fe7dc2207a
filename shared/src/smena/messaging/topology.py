"""Exchanges and queues of the bus, declared from ``contracts/routing.py``."""

from collections.abc import Sequence
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue

from smena.contracts.envelope import routing_key
from smena.contracts.routing import DEAD_LETTER_EXCHANGE, EXCHANGE, Subscription

DELIVERY_LIMIT = 20
"""Returns after which the broker itself dead-letters; it counts lost connections too, so it stands far above our
own limit of attempts (``handling.TRIES_MAX``), which does not."""


def queue_arguments(subscription: Subscription) -> dict[str, Any]:
    """A quorum queue whose dead letters arrive at least once."""
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-routing-key": subscription.dead_letter_queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    if subscription.ordered:
        arguments["x-single-active-consumer"] = True
    return arguments


async def declare_exchanges(channel: AbstractChannel) -> tuple[AbstractExchange, AbstractExchange]:
    """The exchange of events, and the one of dead letters."""
    events = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
    dead = await channel.declare_exchange(DEAD_LETTER_EXCHANGE, ExchangeType.DIRECT, durable=True)
    return events, dead


async def declare_queue(channel: AbstractChannel, subscription: Subscription) -> AbstractQueue:
    """The queue of one consumer with its bindings, and the queue of its dead letters."""
    events, dead = await declare_exchanges(channel)
    buried = await channel.declare_queue(
        subscription.dead_letter_queue,
        durable=True,
        arguments={"x-queue-type": "quorum"},
    )
    await buried.bind(dead, subscription.dead_letter_queue)
    queue = await channel.declare_queue(subscription.queue, durable=True, arguments=queue_arguments(subscription))
    for event_type in subscription.event_types:
        await queue.bind(events, routing_key(event_type))
    return queue


async def declare_everything(channel: AbstractChannel, subscriptions: Sequence[Subscription]) -> None:
    """All queues, so that an event published before its consumer's first start is kept for it."""
    for subscription in subscriptions:
        await declare_queue(channel, subscription)
