"""The one place from which events leave a service for the bus."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from smena.clock import Clock
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.messaging.metrics import PUBLISH_FAILED, PUBLISHED, UNROUTABLE
from smena.messaging.port import Outcome, OutgoingEvent, Transport
from smena.outbox.claims import OutboxClaims
from smena.outbox.tables import MessagingTables
from smena.runtime.failpoints import reach

UNROUTABLE_RETRY_SECONDS = 5.0
"""Pause of an event nobody takes, and of those behind it in its partition key."""

_log = structlog.get_logger(__name__)


class Pass(StrEnum):
    """How one look into the outbox went."""

    IDLE = "idle"
    """Nothing to send, or another relay is at it."""
    SENT = "sent"
    FAILED = "failed"
    """The bus refused or did not answer: what was confirmed is marked, the rest waits."""


@dataclass(frozen=True, slots=True)
class _Published:
    """A batch, what the bus answered, and what becomes of its rows."""

    events: Sequence[OutgoingEvent]
    outcomes: Sequence[Outcome]
    sent: list[UUID]
    held: list[UUID]
    failed: int


class Relay:
    """Sends an outbox's rows in order, at least once, and marks them when the bus holds them.

    The rows stay locked while they are sent, in one transaction that touches nothing else: the one
    exception to the rule that no outside call is made inside a transaction.
    """

    def __init__(
        self,
        database: Database,
        tables: MessagingTables,
        transport: Transport,
        notifications: Notifications,
        clock: Clock,
        *,
        service: str,
        poll_seconds: float,
    ) -> None:
        self._database = database
        self._tables = tables
        self._transport = transport
        self._notifications = notifications
        self._clock = clock
        self._service = service
        self._poll_seconds = poll_seconds
        self._failing = False

    async def run(self) -> None:
        """Relay until cancelled: at once when notified, else at every poll."""
        while True:
            try:
                result = await self.pass_once()
            except SQLAlchemyError as error:
                self._note(failing=True, error=str(error))
                result = Pass.FAILED
            if result is Pass.FAILED:
                await asyncio.sleep(self._poll_seconds)
            elif result is Pass.IDLE:
                await self._notifications.wait(self._tables.outbox_channel, self._poll_seconds)

    async def flush(self, seconds: float) -> None:
        """Send what is there before the process ends, for so long at most; the rest is sent after the next start."""
        try:
            async with asyncio.timeout(seconds):
                while await self.pass_once() is Pass.SENT:
                    pass
        except (TimeoutError, SQLAlchemyError) as error:
            _log.warning("relay.not-flushed", service=self._service, error=str(error))

    async def pass_once(self) -> Pass:
        """Claim what is next, send it batch by batch, mark what was confirmed."""
        async with self._database.session() as session, session.begin():
            claims = OutboxClaims(session, self._tables)
            if not await claims.take_turn():
                return Pass.IDLE
            batches = await claims.claim()
            if not batches:
                return Pass.IDLE
            published = await self._publish(claims, batches)
            reach("relay.before-mark-commit")
        reach("relay.after-mark-commit")
        for one in published:
            self._count(one)
        return Pass.FAILED if any(one.failed for one in published) else Pass.SENT

    async def _publish(self, claims: OutboxClaims, batches: Sequence[Sequence[UUID]]) -> list[_Published]:
        """One batch after the other; while one is on its way, the one before is marked and the next one fetched.

        What follows a batch that was not confirmed whole waits for the next pass, so that no event overtakes an
        earlier one of its partition key.
        """
        published: list[_Published] = []
        events = await claims.bodies(batches[0])
        for following in [*batches[1:], ()]:
            reach("relay.before-publish")
            sending = asyncio.create_task(self._transport.publish(events))
            try:
                if published:
                    await self._mark(claims, published[-1])
                coming = await claims.bodies(following) if following else []
                outcomes = await sending
            finally:
                sending.cancel()
            reach("relay.after-publish")
            published.append(_Published(events, outcomes, *sort_outcomes(events, outcomes)))
            if len(published[-1].sent) < len(events):
                break
            events = coming
        await self._mark(claims, published[-1])
        return published

    async def _mark(self, claims: OutboxClaims, one: _Published) -> None:
        if one.sent:
            await claims.mark_sent(one.sent, self._clock.now())
        if one.held:
            await claims.hold_back(one.held, UNROUTABLE_RETRY_SECONDS)

    def _count(self, one: _Published) -> None:
        PUBLISHED.labels(self._service).inc(len(one.sent))
        PUBLISH_FAILED.labels(self._service).inc(one.failed)
        for event, outcome in zip(one.events, one.outcomes, strict=True):
            if outcome is Outcome.UNROUTABLE:
                UNROUTABLE.labels(event.type).inc()
                _log.error("relay.unroutable", service=self._service, type=event.type, event_id=str(event.id))
        self._note(failing=one.failed > 0, error=f"{one.failed} of {len(one.events)} events not confirmed")

    def _note(self, *, failing: bool, error: str) -> None:
        """Log the beginning and the end of an outage, not each second of it."""
        if failing and not self._failing:
            _log.warning("relay.failing", service=self._service, error=error)
        elif self._failing and not failing:
            _log.info("relay.recovered", service=self._service)
        self._failing = failing


def sort_outcomes(events: Sequence[OutgoingEvent], outcomes: Sequence[Outcome]) -> tuple[list[UUID], list[UUID], int]:
    """Which rows are sent, which are held back as unroutable, and how many failed.

    A confirmed row behind an unconfirmed one of the same partition key is sent again after it, so that
    the last copy of each is in order.
    """
    sent: list[UUID] = []
    held: list[UUID] = []
    failed = 0
    broken: set[str] = set()
    for event, outcome in zip(events, outcomes, strict=True):
        if outcome is Outcome.UNROUTABLE:
            held.append(event.id)
        elif outcome is Outcome.FAILED:
            failed += 1
        elif event.partition_key not in broken:
            sent.append(event.id)
        if outcome is not Outcome.CONFIRMED:
            broken.add(event.partition_key)
    return sent, held, failed
