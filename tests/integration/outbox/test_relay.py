"""No event is lost between a commit and the bus (invariant 12), whatever the order of commits and answers."""

import asyncio

import pytest

from integration.outbox.spy_bus import SpyBus, relay_of
from servers.messages import UNROUTED_ALLOWED, Desk, note, numbered
from servers.waiting import until
from smena.contracts.envelope import EVENT_BYTES_MAX
from smena.db.notifications import Notifications
from smena.messaging.metrics import UNROUTABLE
from smena.messaging.port import Outcome
from smena.outbox.relay import Pass
from smena.outbox.writer import EventTooLargeError


async def test_what_was_committed_is_sent_in_order_and_marked(desk: Desk) -> None:
    bus = SpyBus()
    await desk.send(*numbered(250))
    relay = relay_of(desk, bus)

    assert [await relay.pass_once() for _ in range(2)] == [Pass.SENT, Pass.IDLE]
    assert [len(batch) for batch in bus.batches] == [100, 100, 50]
    assert bus.sent == list(numbered(250))
    assert await desk.unsent() == 0


async def test_what_was_rolled_back_is_never_sent(desk: Desk) -> None:
    bus = SpyBus()
    async with desk.work() as work:
        work.outbox.add(note("never"))
        await work.outbox.flush()

    assert await relay_of(desk, bus).pass_once() is Pass.IDLE
    assert bus.sent == []


async def test_a3_a_transaction_that_commits_late_is_sent_though_a_later_one_was_sent_before(desk: Desk) -> None:
    """Its row has the smaller position: a cursor would have passed over it."""
    bus = SpyBus()
    relay = relay_of(desk, bus)
    async with desk.work() as late:
        late.outbox.add(note("late"))
        await late.outbox.flush()
        await desk.send("early")
        assert await relay.pass_once() is Pass.SENT
        assert bus.sent == ["early"]

        await late.commit()
    assert await relay.pass_once() is Pass.SENT
    assert bus.sent == ["early", "late"]


async def test_a_failed_publish_holds_back_what_is_behind_it_in_its_partition_key(desk: Desk) -> None:
    """The last copy of each event is in order: what was confirmed behind a failure is sent again after it."""
    failing = {"0003"}
    bus = SpyBus(lambda text: Outcome.FAILED if text in failing else Outcome.CONFIRMED)
    await desk.send(*numbered(6))
    await desk.send("other", key="kassa-2")
    relay = relay_of(desk, bus)

    assert await relay.pass_once() is Pass.FAILED
    assert await desk.unsent() == 3
    failing.clear()
    assert await relay.pass_once() is Pass.SENT
    assert bus.sent[-3:] == ["0003", "0004", "0005"]


async def test_b1_an_unroutable_event_stays_unsent_is_counted_and_stops_no_other_key(desk: Desk) -> None:
    bus = SpyBus(lambda text: Outcome.UNROUTABLE if text == "nowhere" else Outcome.CONFIRMED)
    await desk.send("nowhere", "behind it")
    await desk.send("elsewhere", key="kassa-2")
    relay = relay_of(desk, bus)
    before = UNROUTABLE.labels(note("x").type)._value.get()

    assert await relay.pass_once() is Pass.SENT
    assert await relay.pass_once() is Pass.IDLE
    assert await desk.unsent() == 2
    assert UNROUTABLE.labels(note("x").type)._value.get() == before + 1


async def test_a_commit_wakes_the_relay_long_before_its_next_poll(desk: Desk) -> None:
    bus = SpyBus()
    notifications = Notifications(desk.database.url)
    running = asyncio.create_task(relay_of(desk, bus, notifications, poll_seconds=60).run())
    try:
        for number in range(3):
            await desk.send(f"{number}")
            await until(lambda count=number + 1: len(bus.sent) == count, seconds=5)  # type: ignore[misc]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await notifications.close()


async def test_two_relays_at_once_send_each_event_once_and_in_order(desk: Desk) -> None:
    first, second = SpyBus(), SpyBus()
    await desk.send(*numbered(400))
    relays = [relay_of(desk, first), relay_of(desk, second)]
    while await desk.unsent():
        await asyncio.gather(*(relay.pass_once() for relay in relays))

    assert sorted(first.sent + second.sent) == list(numbered(400))
    assert first.sent == sorted(first.sent)
    assert second.sent == sorted(second.sent)


async def test_an_event_larger_than_its_route_allows_is_refused_when_it_is_added(desk: Desk) -> None:
    async with desk.work() as work:
        with pytest.raises(EventTooLargeError) as refused:
            work.outbox.add(note("x" * EVENT_BYTES_MAX, event_type=UNROUTED_ALLOWED))
    assert refused.value.limit_bytes == EVENT_BYTES_MAX
    assert refused.value.size_bytes > EVENT_BYTES_MAX


async def test_large_events_go_in_batches_of_bounded_size(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smena.outbox.claims.BATCH_BYTES", 1500)
    bus = SpyBus()
    await desk.send(*(f"{number}" * 400 for number in range(1, 6)))
    relay = relay_of(desk, bus)

    assert [await relay.pass_once() for _ in range(2)] == [Pass.SENT, Pass.IDLE]
    assert [len(batch) for batch in bus.batches] == [2, 2, 1]


async def test_what_follows_a_batch_that_failed_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of a later batch never overtakes a failed one of its partition key."""
    monkeypatch.setattr("smena.outbox.claims.BATCH_ROWS", 3)
    refused = {"0004"}
    bus = SpyBus(lambda text: Outcome.FAILED if text in refused else Outcome.CONFIRMED)
    await desk.send(*numbered(9))
    relay = relay_of(desk, bus)

    assert await relay.pass_once() is Pass.FAILED
    assert bus.batches == [["0000", "0001", "0002"], ["0003", "0004", "0005"]]
    assert await desk.unsent() == 5

    refused.clear()
    assert await relay.pass_once() is Pass.SENT
    assert bus.sent[6:] == ["0004", "0005", "0006", "0007", "0008"]
    assert await desk.unsent() == 0
