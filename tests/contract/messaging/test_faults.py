"""What both transports promise when an event, a handler or the database is at fault."""

from functools import partial

import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy.exc import OperationalError

from contract.messaging.carriers import Carrier
from contract.messaging.test_delivery import _has, recording, running
from servers.messages import Desk, Note, garbage, numbered, outgoing, subscription
from servers.waiting import until
from smena.messaging.handling import TRIES_IN_HAND, TRIES_MAX
from smena.messaging.port import Consumer, Outcome, PoisonEventError, ReceivedEvent

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_poison_event_goes_to_the_dead_letters_with_its_reason_and_its_neighbours_pass(
    carrier: Carrier, desk: Desk
) -> None:
    async def picky(event: ReceivedEvent) -> None:
        if event.data(Note).text == "0005":
            raise PoisonEventError("the register kassa-9 is unknown")
        await desk.take(event, "desk.notes")

    consumer = Consumer(subscription(), picky)
    async with running(carrier, [consumer]) as transport:
        await transport.publish([outgoing(text) for text in numbered(10)])
        await until(lambda: _has(desk, 9))
    (dead,) = await carrier.dead(consumer.subscription)
    assert b'"0005"' in dead[0]
    assert dead[1] == "the register kassa-9 is unknown"


async def test_a_consumer_keeps_what_is_buried_before_it_is_and_nothing_is_buried_while_it_can_not(
    carrier: Carrier, desk: Desk
) -> None:
    kept: list[tuple[bytes, str]] = []
    refusals = iter([True])

    async def keep(body: bytes, reason: str) -> None:
        if next(refusals, False):
            raise ConnectionError("the letters can't be kept now")
        kept.append((body, reason))

    async def poisoned(event: ReceivedEvent) -> None:
        raise PoisonEventError("never")

    consumer = Consumer(subscription(), poisoned, keep)
    async with running(carrier, [consumer]) as transport:
        await transport.publish([outgoing("poison"), garbage(b"no event")])
        dead: list[tuple[bytes, str]] = []
        await until(partial(_dead_arrive, carrier, consumer, dead, 2))
    assert sorted(body for body, _ in kept) == sorted(body for body, _ in dead)
    assert {reason[:11] for _, reason in kept} == {"never", "no CloudEve"}


async def test_a_body_that_is_no_event_goes_to_the_dead_letters_as_it_came(carrier: Carrier, desk: Desk) -> None:
    consumer = recording(desk)
    async with running(carrier, [consumer]) as transport:
        assert await transport.publish([garbage(b"\xffnot json"), outgoing("good")]) == [Outcome.CONFIRMED] * 2
        await until(lambda: _has(desk, 1))
        dead: list[tuple[bytes, str]] = []
        await until(partial(_dead_arrive, carrier, consumer, dead, 1))
    assert dead[0][0] == b"\xffnot json"
    assert "no CloudEvent" in dead[0][1]


async def test_data_that_do_not_fit_the_contract_are_poison(carrier: Carrier, desk: Desk) -> None:
    event = outgoing("fits")
    wrong = type(event)(
        event.id, event.type, event.partition_key, event.body.replace(b'{"text":"fits"}', b'{"text":7}')
    )
    consumer = recording(desk)
    async with running(carrier, [consumer]) as transport:
        await transport.publish([wrong])
        dead: list[tuple[bytes, str]] = []
        await until(partial(_dead_arrive, carrier, consumer, dead, 1))
    assert "Expected `str`, got `int`" in dead[0][1]


async def test_a_handler_that_fails_at_first_is_tried_again_and_told_which_attempt_it_is(
    carrier: Carrier, desk: Desk
) -> None:
    """More failures than are tried in hand: the event went back to its queue in between."""
    attempts: list[int] = []

    async def unsure(event: ReceivedEvent) -> None:
        attempts.append(event.attempt)
        if len(attempts) <= TRIES_IN_HAND + 1:
            raise ConnectionError("the neighbour does not answer")
        await desk.take(event, "desk.notes")

    async with running(carrier, [Consumer(subscription(), unsure)]) as transport:
        await transport.publish([outgoing("at last")])
        await until(lambda: _has(desk, 1))
    assert attempts == list(range(1, TRIES_IN_HAND + 3))


async def test_a_handler_that_always_fails_is_given_up_with_the_last_reason(carrier: Carrier, desk: Desk) -> None:
    calls = 0

    async def broken(event: ReceivedEvent) -> None:
        nonlocal calls
        calls += 1
        raise ValueError(f"no. {calls}")

    consumer = Consumer(subscription(), broken)
    async with running(carrier, [consumer]) as transport:
        await transport.publish([outgoing("never")])
        dead: list[tuple[bytes, str]] = []
        await until(partial(_dead_arrive, carrier, consumer, dead, 1))
    assert calls == TRIES_MAX
    assert dead[0][1] == f"{TRIES_MAX} attempts failed, the last with ValueError: no. {TRIES_MAX}"


async def test_one_poison_consumer_blocks_no_other(carrier: Carrier, desk: Desk) -> None:
    async def broken(event: ReceivedEvent) -> None:
        raise PoisonEventError("not mine")

    consumers = [Consumer(subscription("desk.broken"), broken), recording(desk, "desk.good")]
    async with running(carrier, consumers) as transport:
        await transport.publish([outgoing(text) for text in numbered(30)])
        await until(lambda: _has(desk, 30))
    assert await desk.done("desk.good") == list(numbered(30))


async def test_order_of_a_partition_key_survives_a_return_to_the_queue(carrier: Carrier, desk: Desk) -> None:
    failures = 0

    async def unsure(event: ReceivedEvent) -> None:
        nonlocal failures
        if event.data(Note).text == "0003" and failures <= TRIES_IN_HAND:
            failures += 1
            raise ConnectionError("not yet")
        await desk.take(event, "desk.notes")

    async with running(carrier, [Consumer(subscription(), unsure)]) as transport:
        await transport.publish([outgoing(text) for text in numbered(12)])
        await until(lambda: _has(desk, 12))
    assert await desk.done() == list(numbered(12))


async def test_an_outage_of_the_database_costs_a_good_event_no_attempt(carrier: Carrier, desk: Desk) -> None:
    """The event is kept in hand until the database is back, however often that is looked at."""
    calls = 0
    attempts: set[int] = set()

    async def unlucky(event: ReceivedEvent) -> None:
        nonlocal calls
        calls += 1
        attempts.add(event.attempt)
        if calls <= TRIES_MAX + 5:
            raise OperationalError("select 1", {}, AdminShutdown("terminating connection"))
        await desk.take(event, "desk.notes")

    consumer = Consumer(subscription(), unlucky)
    async with running(carrier, [consumer]) as transport:
        await transport.publish([outgoing("good")])
        await until(lambda: _has(desk, 1))
    assert attempts == {1}
    assert await carrier.dead(consumer.subscription) == []


async def test_a_handler_cancelled_by_something_inside_it_is_tried_again(carrier: Carrier, desk: Desk) -> None:
    import asyncio

    calls = 0

    async def cut_off(event: ReceivedEvent) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise asyncio.CancelledError
        await desk.take(event, "desk.notes")

    async with running(carrier, [Consumer(subscription(), cut_off)]) as transport:
        await transport.publish([outgoing("good")])
        await until(lambda: _has(desk, 1))
    assert calls == 2


async def _dead_arrive(carrier: Carrier, consumer: Consumer, dead: list[tuple[bytes, str]], count: int) -> bool:
    dead.extend(await carrier.dead(consumer.subscription))
    return len(dead) >= count
