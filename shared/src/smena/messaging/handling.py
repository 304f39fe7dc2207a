"""Bring one event to its handler, the same way for both transports."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from smena.contracts.envelope import Envelope
from smena.messaging.book import DeliveryBook
from smena.messaging.metrics import ATTEMPTS_FAILED, HANDLED
from smena.messaging.outages import is_database_outage
from smena.messaging.port import Consumer, PoisonEventError, ReceivedEvent
from smena.observability.tracing import continue_trace

TRIES_IN_HAND = 3
"""Attempts before a message goes back to its queue, where a peer may have more luck."""
TRIES_MAX = 12
"""Failed attempts, counted in the database, after which an event is dead; a crash or a restart is no attempt."""
BACK_OFF_SECONDS = 0.2
BACK_OFF_SECONDS_MAX = 5.0
HANDLER_SECONDS_MAX = 60.0
"""Deadline of one attempt; far below the broker's 30 minutes, which would interrupt it with unknown outcome."""
OUTAGE_SECONDS_MAX = 20 * 60.0
"""How long a message is kept in hand while the database is away, before it goes back to its queue."""
OUTAGE_POLL_SECONDS_MAX = 5.0

_log = structlog.get_logger(__name__)


class Verdict(StrEnum):
    """What is to become of a message."""

    DONE = "done"
    AGAIN = "again"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Handled:
    """The verdict on one delivery, and the reason when it is not done."""

    verdict: Verdict
    reason: str = ""


class _TryAgainError(Exception):
    """An attempt failed and was counted."""


class Handling:
    """One consumer with its retries, its deadline, and its patience when the database is away."""

    def __init__(self, consumer: Consumer, book: DeliveryBook) -> None:
        self._consumer = consumer
        self._name = consumer.subscription.consumer
        self._book = book

    async def run(self, envelope: Envelope, *, delivered_before: bool) -> Handled:
        """Handle one delivery to a verdict; a cancellation from outside goes through."""
        with (
            continue_trace(envelope.traceparent, f"handle {self._name}"),
            structlog.contextvars.bound_contextvars(
                event_id=str(envelope.id), event_type=envelope.type, consumer=self._name
            ),
        ):
            handled = await self._verdict(envelope, delivered_before=delivered_before)
            HANDLED.labels(self._name, handled.verdict).inc()
            if handled.verdict is not Verdict.DONE:
                _log.warning("event.not-handled", verdict=handled.verdict, reason=handled.reason)
            return handled

    async def _verdict(self, envelope: Envelope, *, delivered_before: bool) -> Handled:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(TRIES_IN_HAND),
            wait=wait_random_exponential(BACK_OFF_SECONDS, BACK_OFF_SECONDS_MAX),
            retry=retry_if_exception_type(_TryAgainError),
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    await self._attempt(
                        envelope, first=not delivered_before and attempt.retry_state.attempt_number == 1
                    )
        except PoisonEventError as error:
            return Handled(Verdict.DEAD, str(error))
        except _TryAgainError as error:
            return Handled(Verdict.AGAIN, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the message must go back to its queue
            _log.exception("event.attempt-not-counted")
            return Handled(Verdict.AGAIN, f"the database has been away too long: {error}")
        return Handled(Verdict.DONE)

    async def _attempt(self, envelope: Envelope, *, first: bool) -> None:
        """One attempt; an outage of the database is waited out inside it and is not counted."""
        waiting = AsyncRetrying(
            stop=stop_after_delay(OUTAGE_SECONDS_MAX),
            wait=wait_random_exponential(BACK_OFF_SECONDS, OUTAGE_POLL_SECONDS_MAX),
            retry=_is_outage,
            reraise=True,
        )
        async for calm in waiting:
            with calm:
                if calm.retry_state.attempt_number > 1:
                    await self._book.answers()
                failures = 0 if first else await self._book.failures(envelope.id, self._name)
                try:
                    await self._call(ReceivedEvent(envelope, failures + 1))
                except PoisonEventError:
                    raise
                except Exception as error:
                    if is_database_outage(error):
                        raise
                    await self._count(envelope, error)
                else:
                    if failures:
                        await self._book.settled(envelope.id, self._name)

    async def _call(self, event: ReceivedEvent) -> None:
        try:
            async with asyncio.timeout(HANDLER_SECONDS_MAX):
                await self._consumer.handle(event)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise RuntimeError("something inside the handler was cancelled, the handler itself was not") from None

    async def _count(self, envelope: Envelope, error: Exception) -> None:
        ATTEMPTS_FAILED.labels(self._name).inc()
        reason = f"{type(error).__name__}: {error}"
        _log.warning("event.attempt-failed", error=reason, exc_info=error)
        failures = await self._book.failed(envelope, self._name, reason)
        if failures >= TRIES_MAX:
            raise PoisonEventError(f"{failures} attempts failed, the last with {reason}") from error
        raise _TryAgainError(reason) from error


async def tell_dead(consumer: Consumer, body: bytes, reason: str) -> bool:
    """Let the consumer keep an event that is about to be buried; False: not now, so it must not be buried yet."""
    if consumer.on_dead is None:
        return True
    try:
        await consumer.on_dead(body, reason)
    except Exception:  # noqa: BLE001 - whatever it was, the event stays in its queue until it can be kept
        _log.exception("event.dead-letter-not-kept", consumer=consumer.subscription.consumer)
        return False
    return True


def _is_outage(state: RetryCallState) -> bool:
    return state.outcome is not None and is_database_outage(state.outcome.exception())
