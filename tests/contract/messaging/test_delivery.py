"""What both transports promise when nothing is wrong with the events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from contract.messaging.carriers import Carrier
from servers.messages import Desk, numbered, outgoing, subscription
from servers.waiting import until
from smena.messaging.port import Consumer, Outcome, ReceivedEvent, Transport


@asynccontextmanager
async def running(carrier: Carrier, consumers: Sequence[Consumer]) -> AsyncIterator[Transport]:
    transport = carrier.transport([each.subscription for each in consumers])
    await transport.start()
    await transport.consume(consumers)
    await until(transport.healthy)
    try:
        yield transport
    finally:
        await transport.stop()


def recording(desk: Desk, name: str = "desk.notes", **options: bool | int) -> Consumer:
    return Consumer(subscription(name, **options), partial(desk.take, consumer=name))  # type: ignore[arg-type]


async def test_every_confirmed_event_has_its_effect(carrier: Carrier, desk: Desk) -> None:
    async with running(carrier, [recording(desk)]) as transport:
        outcomes = await transport.publish([outgoing(text, key=f"kassa-{text[-1]}") for text in numbered(100)])

        assert outcomes == [Outcome.CONFIRMED] * 100
        await until(lambda: _has(desk, 100))
    assert sorted(await desk.done()) == list(numbered(100))


async def test_every_consumer_of_an_event_gets_it(carrier: Carrier, desk: Desk) -> None:
    consumers = [recording(desk, "desk.one"), recording(desk, "desk.two")]
    async with running(carrier, consumers) as transport:
        await transport.publish([outgoing("both")])

        await until(lambda: _has(desk, 2))
    assert await desk.done("desk.one") == await desk.done("desk.two") == ["both"]


async def test_the_same_event_three_times_with_four_consumers_has_one_effect(carrier: Carrier, desk: Desk) -> None:
    """A4: each copy is handled, and the inbox lets one of them through."""
    handled = 0

    async def slow(event: ReceivedEvent) -> None:
        nonlocal handled
        await asyncio.sleep(0.3)
        await desk.take(event, "desk.notes")
        handled += 1

    consumer = Consumer(subscription(), slow)
    event = outgoing("once")
    async with (
        running(carrier, [consumer]) as first,
        running(carrier, [consumer]),
        running(carrier, [consumer]),
        running(carrier, [consumer]),
    ):
        for _ in range(3):
            assert await first.publish([event]) == [Outcome.CONFIRMED]
        await until(lambda: _has(desk, 1))
        before = handled
        assert await first.publish([event]) == [Outcome.CONFIRMED]
        await until(lambda: handled > before)
    assert await desk.done() == ["once"]


async def test_events_of_one_partition_key_keep_their_order(carrier: Carrier, desk: Desk) -> None:
    async with running(carrier, [recording(desk)]) as transport:
        for start in range(0, 200, 50):
            texts = list(numbered(200))[start : start + 50]
            await transport.publish([outgoing(text, key="kassa-1") for text in texts])

        await until(lambda: _has(desk, 200))
    assert await desk.done() == list(numbered(200))


async def test_an_ordered_consumer_handles_one_event_at_a_time(carrier: Carrier, desk: Desk) -> None:
    """Whatever the partition key: order in the queue is order of effect."""
    at_work = most = 0

    async def take(event: ReceivedEvent) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await desk.take(event, "desk.notes")
        at_work -= 1

    async with running(carrier, [Consumer(subscription(ordered=True), take)]) as transport:
        await transport.publish([outgoing(text, key=f"kassa-{text}") for text in numbered(60)])
        await until(lambda: _has(desk, 60))
    assert most == 1
    assert await desk.done() == list(numbered(60))


async def test_an_event_of_several_megabytes_arrives_whole(carrier: Carrier, desk: Desk) -> None:
    text = "смена" * 400_000
    async with running(carrier, [recording(desk)]) as transport:
        assert await transport.publish([outgoing(text)]) == [Outcome.CONFIRMED]
        await until(lambda: _has(desk, 1))
    assert await desk.done() == [text]


async def test_a_restart_in_the_middle_loses_nothing(carrier: Carrier, desk: Desk) -> None:
    """Stopped while some are at work and some wait: the next start finishes all."""
    started = 0

    async def slow(event: ReceivedEvent) -> None:
        nonlocal started
        started += 1
        await asyncio.sleep(0.05)
        await desk.take(event, "desk.notes")

    async with running(carrier, [Consumer(subscription(prefetch=5), slow)]) as transport:
        await transport.publish([outgoing(text, key=text) for text in numbered(60)])
        await until(lambda: started >= 10)
    before = len(await desk.done())
    assert before < 60

    async with running(carrier, [recording(desk)]):
        await until(lambda: _has(desk, 60))
    assert sorted(await desk.done()) == list(numbered(60))


async def test_an_event_published_before_its_consumer_first_starts_is_kept_for_it(carrier: Carrier, desk: Desk) -> None:
    sender = carrier.transport([subscription()])
    await sender.start()
    await until(sender.healthy)
    assert await sender.publish([outgoing("early")]) == [Outcome.CONFIRMED]
    await sender.stop()

    async with running(carrier, [recording(desk)]):
        await until(lambda: _has(desk, 1))


async def _has(desk: Desk, count: int) -> bool:
    return len(await desk.done()) >= count
