"""A bus that remembers what it was given and answers as it is told."""

from collections.abc import Callable, Sequence

import msgspec

from servers.messages import Desk, Note
from smena.contracts.envelope import decode
from smena.db.notifications import Notifications
from smena.messaging.port import Consumer, Outcome, OutgoingEvent
from smena.outbox.relay import Relay


class SpyBus:
    def __init__(self, answer: Callable[[str], Outcome] = lambda _text: Outcome.CONFIRMED) -> None:
        self.sent: list[str] = []
        self.batches: list[list[str]] = []
        self.answer = answer

    async def publish(self, events: Sequence[OutgoingEvent]) -> list[Outcome]:
        texts = [msgspec.json.decode(decode(event.body).data, type=Note).text for event in events]
        self.sent += texts
        self.batches.append(texts)
        return [self.answer(text) for text in texts]

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def stop_consuming(self) -> None: ...

    async def consume(self, consumers: Sequence[Consumer]) -> None: ...

    async def healthy(self) -> bool:
        return True


def relay_of(desk: Desk, bus: SpyBus, notifications: Notifications | None = None, poll_seconds: float = 0.05) -> Relay:
    return Relay(
        desk.database,
        desk.tables,
        bus,
        notifications or Notifications(desk.database.url),
        desk.clock,
        service="desk",
        poll_seconds=poll_seconds,
    )
