"""What was found about publishing with the locked aio-pika, and how the publisher stands it."""

import asyncio
from importlib.metadata import version
from pathlib import Path

import aio_pika
import pytest
from aio_pika.exceptions import PublishError
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from integration.messaging.buses import NOTES, bus, channel_to, drained, effect, effects_are, grown_up
from servers.messages import UNROUTED_ALLOWED, Desk, numbered, outgoing
from servers.rabbitmq import RabbitNode
from servers.waiting import until
from smena.contracts.envelope import routing_key
from smena.contracts.routing import EXCHANGE
from smena.messaging.port import Outcome
from smena.messaging.rabbit_publisher import PUBLISH_SECONDS_MAX

LOCK = Path(__file__).parents[3] / "requirements" / "base.txt"


def test_the_findings_are_about_the_locked_version() -> None:
    assert f"aio-pika=={version('aio-pika')} " in LOCK.read_text()


async def test_f2_an_unroutable_event_that_must_be_routed_is_no_success(amqp_vhost_url: str, desk: Desk) -> None:
    """The library's default channel returns the message instead of raising: only an acknowledgement counts."""
    async with channel_to(amqp_vhost_url) as plain:
        answer = await plain.default_exchange.publish(aio_pika.Message(b"x"), "nowhere", mandatory=True)
        assert isinstance(answer, DeliveredMessage)

    async with bus(amqp_vhost_url, desk) as transport:
        async with channel_to(amqp_vhost_url) as channel:
            queue = await channel.get_queue(NOTES.queue)
            await queue.unbind(EXCHANGE, routing_key(NOTES.event_types[0]))

        assert await transport.publish([outgoing("lost")]) == [Outcome.UNROUTABLE]
        assert await transport.publish([outgoing("nobody's", event_type=UNROUTED_ALLOWED)]) == [Outcome.CONFIRMED]


async def test_f3_the_same_event_many_times_in_flight_is_never_reported_as_delivered_when_it_is_lost(
    amqp_vhost_url: str, desk: Desk
) -> None:
    """With one message id in flight three times the library acknowledges what was returned: ours are all different."""
    async with channel_to(amqp_vhost_url, on_return_raises=True) as plain:
        same = [
            plain.default_exchange.publish(aio_pika.Message(b"x", message_id="one"), "nowhere", mandatory=True)
            for _ in range(3)
        ]
        answers = await asyncio.gather(*same, return_exceptions=True)
        assert any(isinstance(answer, Basic.Ack) for answer in answers)
        assert any(isinstance(answer, PublishError) for answer in answers)

    async with bus(amqp_vhost_url, desk) as transport:
        async with channel_to(amqp_vhost_url) as channel:
            await (await channel.get_queue(NOTES.queue)).unbind(EXCHANGE, routing_key(NOTES.event_types[0]))
        event = outgoing("lost")

        assert await transport.publish([event] * 20) == [Outcome.UNROUTABLE] * 20


async def test_f4_a_broker_killed_in_the_middle_fails_publishes_and_cancels_nobody(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    """Everything confirmed before the kill is there afterwards."""
    confirmed: list[str] = []
    async with bus(node_url, desk) as transport:
        await grown_up()
        killing: asyncio.Task[None] | None = None
        for start in range(0, 20_000, 100):
            texts = [f"{number:05d}" for number in range(start, start + 100)]
            outcomes = await transport.publish([outgoing(text) for text in texts])
            confirmed += [text for text, outcome in zip(texts, outcomes, strict=True) if outcome is Outcome.CONFIRMED]
            assert set(outcomes) <= {Outcome.CONFIRMED, Outcome.FAILED}
            if start == 1000:
                killing = asyncio.create_task(asyncio.to_thread(rabbit_node.kill))
            if Outcome.FAILED in outcomes:
                break
        assert killing is not None
        await killing
        await asyncio.to_thread(rabbit_node.restart)
        await until(transport.healthy, seconds=60)

        await until(lambda: _all_confirmed(transport.publish([outgoing("after")])), seconds=30)
    present = b" ".join(await drained(node_url, NOTES.queue))
    assert [text for text in confirmed if text.encode() not in present] == []
    assert b"after" in present


async def test_f5_publishes_to_a_frozen_broker_fail_within_their_deadline_and_are_repeated_without_a_second_effect(
    rabbit_node: RabbitNode, node_url: str, desk: Desk
) -> None:
    """Their outcome is unknown: the broker may hold them, so the same events are sent again and the inbox decides."""
    events = [outgoing(text, key=text) for text in numbered(9)]
    loop = asyncio.get_running_loop()
    async with bus(node_url, desk, effect(desk)) as transport:
        rabbit_node.freeze()
        try:
            began = loop.time()
            assert await transport.publish(events) == [Outcome.FAILED] * 9
            assert loop.time() - began < PUBLISH_SECONDS_MAX + 2
            assert not await transport.healthy()
        finally:
            rabbit_node.thaw()
        healed = loop.time()
        await until(lambda: _all_confirmed(transport.publish(events)), seconds=15)
        assert loop.time() - healed < 10
        await until(lambda: effects_are(desk, list(numbered(9))), seconds=40)


async def test_a_broker_short_of_memory_delays_publishes_and_loses_none(
    rabbit_node: RabbitNode, node_url: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smena.messaging.rabbit_publisher.PUBLISH_SECONDS_MAX", 1.0)
    event = outgoing("patient")
    async with bus(node_url, desk, effect(desk)) as transport:
        rabbit_node.ctl("set_vm_memory_high_watermark", "0.000001")
        try:
            await until(lambda: _all_failed(transport.publish([event])), seconds=10)
        finally:
            rabbit_node.ctl("set_vm_memory_high_watermark", "0.4")
        await until(lambda: _all_confirmed(transport.publish([event])), seconds=20)
        await until(lambda: effects_are(desk, ["patient"]))


async def _all_confirmed(publishing: object) -> bool:
    outcomes = await publishing  # type: ignore[misc]
    return set(outcomes) == {Outcome.CONFIRMED}


async def _all_failed(publishing: object) -> bool:
    outcomes = await publishing  # type: ignore[misc]
    return set(outcomes) == {Outcome.FAILED}
