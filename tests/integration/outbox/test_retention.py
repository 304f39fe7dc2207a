"""A5: what is old and completed is forgotten, and nothing else."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from integration.outbox.spy_bus import SpyBus, relay_of
from servers.messages import Desk, sealed
from smena.inbox.gate import InboxGate
from smena.messaging.port import ReceivedEvent
from smena.outbox.retention import INBOX_RETENTION, OUTBOX_RETENTION, Retention


class StoppedClock:
    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 31, 20, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


async def test_a5_a_redelivery_within_the_retention_has_no_effect_and_after_it_the_mark_is_gone(desk: Desk) -> None:
    desk.clock = clock = StoppedClock()  # type: ignore[assignment]
    retention = Retention(desk.database, desk.tables, clock)
    event = ReceivedEvent(sealed("once"), 1)
    await desk.take(event, "desk.notes")

    clock.instant += INBOX_RETENTION - timedelta(hours=1)
    assert await retention.sweep() == 0
    await desk.take(event, "desk.notes")
    assert await desk.done() == ["once"]

    clock.instant += timedelta(hours=2)
    assert await retention.sweep() == 1
    async with desk.database.session() as session:
        assert await InboxGate(session, desk.tables, clock).first(event.envelope.id, "desk.notes")


async def test_a_sent_event_is_forgotten_after_its_time_and_an_unsent_one_never(desk: Desk) -> None:
    desk.clock = clock = StoppedClock()  # type: ignore[assignment]
    await desk.send("sent")
    await relay_of(desk, SpyBus()).pass_once()
    await desk.send("unsent")

    clock.instant += OUTBOX_RETENTION * 3
    assert await Retention(desk.database, desk.tables, clock).sweep() == 1
    async with desk.database.session() as session:
        left = (await session.execute(select(desk.tables.outbox.c.sent_at))).scalars().all()
    assert left == [None]
