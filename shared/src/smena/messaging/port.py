"""What the application knows of the bus."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from smena.contracts.envelope import Envelope
from smena.contracts.routing import Subscription

T = TypeVar("T")


class PoisonEventError(Exception):
    """Raised by a handler: no attempt will ever succeed, so dead-letter at once; the message says why."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event as a consumer gets it; ``attempt`` counts from 1."""

    envelope: Envelope
    attempt: int

    def data(self, type: type[T]) -> T:  # noqa: A002 - reads as event.data(type=ShiftClosed)
        """The event's data as its contract's struct; unknown fields are ignored.

        Raises:
            PoisonEventError: the data does not fit the contract.
        """
        try:
            return msgspec.json.decode(self.envelope.data, type=type)
        except msgspec.DecodeError as error:
            raise PoisonEventError(f"{self.envelope.type}: {error}") from error


@dataclass(frozen=True, slots=True)
class Consumer:
    """One subscription and what is done with each of its events.

    ``on_dead`` is given the body and the reason of an event that is about to be buried, whatever killed it; while it
    fails, nothing is buried and the event stays in its queue.
    """

    subscription: Subscription
    handle: Callable[[ReceivedEvent], Awaitable[None]]
    on_dead: Callable[[bytes, str], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """One outbox row on its way to the bus."""

    id: UUID
    type: str
    partition_key: str
    body: bytes


class Outcome(StrEnum):
    """What became of one event given to the bus."""

    CONFIRMED = "confirmed"
    """The bus holds it durably."""
    UNROUTABLE = "unroutable"
    """It must reach a queue and no queue takes it."""
    FAILED = "failed"
    """Refused, or unknown: it is sent again, and the inbox drops what then arrives twice."""


class Transport(Protocol):
    """Carries events from outboxes to consumers at least once."""

    async def start(self) -> None:
        """Begin to connect; a bus that is down is no error, it is waited for."""
        ...

    async def stop_consuming(self) -> None:
        """Take no more events, let running handlers finish, give back the rest; publishing goes on."""
        ...

    async def stop(self) -> None:
        """Stop consuming, if that was not done, and disconnect."""
        ...

    async def publish(self, events: Sequence[OutgoingEvent]) -> list[Outcome]:
        """Send a batch in order with the confirmations in flight; one outcome for each event."""
        ...

    async def consume(self, consumers: Sequence[Consumer]) -> None:
        """Deliver events to these consumers from now on; returns at once."""
        ...

    async def healthy(self) -> bool:
        """Whether the bus is there and every consumer is attached."""
        ...
