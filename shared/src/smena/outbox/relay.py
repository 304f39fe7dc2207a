"""The one place from which events leave a service for the bus."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from smena.clock import Clock
from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.messaging.metrics import PUBLISH_FAILED, PUBLISHED, UNROUTABLE, UNSENT
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
        """Claim one batch, send it, mark what was confirmed."""
        async with self._database.session() as session, session.begin():
            claims = OutboxClaims(session, self._tables)
            if not await claims.take_turn():
                return Pass.IDLE
            events = await claims.claim()
            if not events:
                UNSENT.labels(self._service).set(await claims.unsent())
                return Pass.IDLE
            reach("relay.before-publish")
            outcomes = await self._transport.publish(events)
            reach("relay.after-publish")
            sent, held, failed = sort_outcomes(events, outcomes)
            if sent:
                await claims.mark_sent(sent, self._clock.now())
            if held:
                await claims.hold_back(held, UNROUTABLE_RETRY_SECONDS)
            reach("relay.before-mark-commit")
        reach("relay.after-mark-commit")
        self._count(events, outcomes, sent=len(sent), failed=failed)
        if failed:
            return Pass.FAILED
        return Pass.SENT

    def _count(self, events: Sequence[OutgoingEvent], outcomes: Sequence[Outcome], *, sent: int, failed: int) -> None:
        PUBLISHED.labels(self._service).inc(sent)
        PUBLISH_FAILED.labels(self._service).inc(failed)
        for event, outcome in zip(events, outcomes, strict=True):
            if outcome is Outcome.UNROUTABLE:
                UNROUTABLE.labels(event.type).inc()
                _log.error("relay.unroutable", service=self._service, type=event.type, event_id=str(event.id))
        self._note(failing=failed > 0, error=f"{failed} of {len(events)} events not confirmed")

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
