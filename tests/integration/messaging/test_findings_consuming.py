"""What was found about consuming with the locked aio-pika and RabbitMQ, and how the readers stand it."""

import asyncio

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from integration.messaging.buses import NOTES, bus, channel_to, consumers_of, drained, effect, effects_are, grown_up
from servers.messages import Desk, numbered, outgoing, subscription
from servers.rabbitmq import RabbitNode
from servers.waiting import until
from smena.messaging.handling import HANDLER_SECONDS_MAX, OUTAGE_SECONDS_MAX, TRIES_MAX
from smena.messaging.port import Consumer, Outcome, ReceivedEvent
from smena.messaging.rabbit import RabbitTransport
from smena.messaging.topology import DELIVERY_LIMIT

BROKER_CONSUMER_TIMEOUT_SECONDS = 30 * 60


async def test_f6_a_broker_that_lost_patience_interrupts_no_handler_and_the_effect_happens_once(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    """The channel is closed under a slow handler: it finishes, and the redelivery finds the effect done."""
    handled = 0

    async def slow(event: ReceivedEvent) -> None:
        nonlocal handled
        if handled == 0:
            await asyncio.sleep(6)
        await desk.take(event, NOTES.consumer)
        handled += 1

    rabbit_node.evaluate("application:set_env(rabbit, consumer_timeout, 2000).")
    try:
        async with bus(node_url, desk, slow) as transport:
            await transport.publish([outgoing("once")])
            await until(lambda: handled >= 2, seconds=30)
            await until(transport.healthy)
            assert await consumers_of(node_url, NOTES.queue) == 1
    finally:
        rabbit_node.evaluate(
            f"application:set_env(rabbit, consumer_timeout, {BROKER_CONSUMER_TIMEOUT_SECONDS * 1000})."
        )
    assert await desk.done() == ["once"]
    assert await drained(node_url, NOTES.queue) == []


def test_f6_our_own_deadlines_end_before_the_brokers() -> None:
    assert HANDLER_SECONDS_MAX + OUTAGE_SECONDS_MAX < BROKER_CONSUMER_TIMEOUT_SECONDS


async def test_f7_a_delivery_limit_of_n_gives_n_and_one_deliveries(amqp_vhost_url: str) -> None:
    async with channel_to(amqp_vhost_url) as channel:
        arguments: dict[str, object] = {"x-queue-type": "quorum", "x-delivery-limit": 3}
        queue = await channel.declare_queue("limited", durable=True, arguments=arguments)  # type: ignore[arg-type]
        await channel.default_exchange.publish(aio_pika.Message(b"x"), "limited")
        seen = 0

        async def refuse(message: AbstractIncomingMessage) -> None:
            nonlocal seen
            seen += 1
            await message.nack(requeue=True)

        await queue.consume(refuse)
        await until(lambda: _empty(amqp_vhost_url, "limited", seen))
        assert seen == 4
    assert DELIVERY_LIMIT > TRIES_MAX


async def test_f7_lost_connections_never_send_good_events_to_the_dead_letters(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    """Five losses with everything prefetched: the broker counts each against every message, below its limit."""
    held = asyncio.Event()

    async def hold(event: ReceivedEvent) -> None:
        await held.wait()
        await desk.take(event, NOTES.consumer)

    texts = list(numbered(40))
    async with bus(node_url, desk, hold, subscription(prefetch=40)) as transport:
        await transport.publish([outgoing(text, key=text) for text in texts])
        for _ in range(5):
            rabbit_node.ctl("close_all_connections", "--global", "test")
            await until(lambda: _not(transport.healthy()))
            await until(transport.healthy)
        held.set()
        await until(lambda: effects_are(desk, texts))
    assert await drained(node_url, NOTES.dead_letter_queue) == []


async def test_a_deleted_queue_is_declared_again_and_its_consumer_with_it(node_url: str, desk: Desk) -> None:
    async with bus(node_url, desk, effect(desk)) as transport:
        async with channel_to(node_url) as channel:
            await channel.queue_delete(NOTES.queue)
        await until(lambda: _consumes(node_url), seconds=10)

        assert await transport.publish([outgoing("after")]) == [Outcome.CONFIRMED]
        await until(lambda: effects_are(desk, ["after"]))


async def test_consumers_come_back_after_the_broker_was_killed(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    async with bus(node_url, desk, effect(desk)) as transport:
        await grown_up()
        await asyncio.to_thread(rabbit_node.kill)
        await until(lambda: _not(transport.healthy()))
        await asyncio.to_thread(rabbit_node.restart)
        await until(transport.healthy, seconds=60)

        await transport.publish([outgoing("after")])
        await until(lambda: effects_are(desk, ["after"]))
        assert await consumers_of(node_url, NOTES.queue) == 1


async def test_a_broker_that_is_down_at_the_start_is_waited_for(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    await asyncio.to_thread(rabbit_node.kill)
    transport = RabbitTransport(node_url, {"desk": desk.book}, [NOTES])
    await transport.start()
    await transport.consume([Consumer(NOTES, effect(desk))])
    assert not await transport.healthy()
    assert await transport.publish([outgoing("too early")]) == [Outcome.FAILED]

    await asyncio.to_thread(rabbit_node.restart)
    await until(transport.healthy, seconds=60)
    assert await transport.publish([outgoing("now")]) == [Outcome.CONFIRMED]
    await until(lambda: effects_are(desk, ["now"]))
    await transport.stop()


async def test_only_one_of_several_processes_reads_an_ordered_queue_and_another_takes_over(
    amqp_vhost_url: str, desk: Desk
) -> None:
    ordered = subscription(ordered=True)
    readers: set[str] = set()

    def reading_as(name: str) -> object:
        async def take(event: ReceivedEvent) -> None:
            readers.add(name)
            await desk.take(event, ordered.consumer)

        return take

    async with bus(amqp_vhost_url, desk, reading_as("second"), ordered) as second:  # type: ignore[arg-type]
        async with bus(amqp_vhost_url, desk, reading_as("first"), ordered):  # type: ignore[arg-type]
            await second.publish([outgoing(text) for text in numbered(30)])
            await until(lambda: effects_are(desk, list(numbered(30))))
            assert readers == {"second"}
        async with bus(amqp_vhost_url, desk, reading_as("third"), ordered) as third:  # type: ignore[arg-type]
            await second.stop()
            await third.publish([outgoing("next")])
            await until(lambda: effects_are(desk, [*numbered(30), "next"]))
    assert readers == {"second", "third"}


@pytest.mark.parametrize("count", [3])
async def test_events_in_hand_when_the_process_stops_go_back_to_their_queue_and_not_to_the_dead_letters(
    amqp_vhost_url: str, desk: Desk, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.messaging.rabbit.DRAIN_SECONDS", 0.1)
    began = 0

    async def endless(_event: ReceivedEvent) -> None:
        nonlocal began
        began += 1
        await asyncio.Event().wait()

    async with bus(amqp_vhost_url, desk, endless) as transport:
        await transport.publish([outgoing(text, key=text) for text in numbered(count)])
        await until(lambda: began == count)
    assert len(await drained(amqp_vhost_url, NOTES.queue)) == count
    assert await drained(amqp_vhost_url, NOTES.dead_letter_queue) == []


async def _not(answer: object) -> bool:
    return not await answer  # type: ignore[misc]


async def _consumes(url: str) -> bool:
    try:
        return await consumers_of(url, NOTES.queue) == 1
    except aio_pika.exceptions.ChannelNotFoundEntity:
        return False


async def _empty(url: str, queue: str, seen: int) -> bool:
    async with channel_to(url) as channel:
        found = await channel.declare_queue(queue, passive=True)
        return seen > 0 and found.declaration_result.message_count == 0 and seen >= 4
