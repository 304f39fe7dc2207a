"""What waits in an outbox is seen, while the relay is stuck too."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from prometheus_client import REGISTRY

from servers.desk_service.main import SERVICE
from servers.messages import Desk, note
from smena.db.migrate import migrate
from smena.outbox.measuring import OutboxMeasuring


class Later:
    """A clock that stands some time ahead."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _value(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"service": "measured"}) or 0.0


async def test_the_age_and_the_number_of_events_that_wait_are_measured_without_a_relay(database_url: str) -> None:
    await migrate(SERVICE, database_url)
    desk, clock = Desk(database_url), Later()
    measuring = OutboxMeasuring(desk.database, desk.tables, clock, service="measured")
    try:
        await measuring.measure()
        assert (_value("smena_outbox_unsent"), _value("smena_outbox_oldest_seconds")) == (0, 0)

        async with desk.work() as work:
            work.outbox.add(note("waits", key="a"))
            await work.commit()
        clock.ahead = timedelta(seconds=600)
        await measuring.measure()

        assert _value("smena_outbox_unsent") == 1
        assert 600 <= _value("smena_outbox_oldest_seconds") < 660
    finally:
        await desk.close()


async def test_an_event_given_again_is_counted(database_url: str) -> None:
    await migrate(SERVICE, database_url)
    desk = Desk(database_url)
    event = uuid4()
    labels = {"consumer": "measured"}
    before = REGISTRY.get_sample_value("smena_inbox_duplicates_total", labels) or 0.0
    try:
        for first in (True, False):
            async with desk.work() as work:
                assert await work.inbox.first(event, "measured") is first
                await work.commit()
    finally:
        await desk.close()

    assert REGISTRY.get_sample_value("smena_inbox_duplicates_total", labels) == before + 1
