"""Who sends which event, who consumes it, in which queue, and how large it may be."""

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from smena.contracts import catalog_events, ledger_events, sales_events
from smena.contracts.envelope import EVENT_BYTES_MAX

EXCHANGE = "smena.events"
DEAD_LETTER_EXCHANGE = "smena.dead"
Payload: TypeAlias = type[msgspec.Struct]
"""What an event of a type carries as ``data``."""


@dataclass(frozen=True, slots=True)
class EventRoute:
    """One event type: its sender, what it carries, its largest size in bytes, and whether a queue must take it.

    ``must_route`` is for events whose loss between exchange and queue would lose work: such a publish is
    mandatory, and an unroutable one stays in the outbox.
    """

    type: str
    sender: str
    data: Payload
    bytes_max: int = EVENT_BYTES_MAX
    must_route: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """One consumer of ours: its queue, the events it takes, and how many it handles at a time."""

    consumer: str
    service: str
    event_types: tuple[str, ...]
    prefetch: int = 20
    ordered: bool = False
    """One message at a time and a single active consumer, so that order in the queue is order of effect."""

    @property
    def queue(self) -> str:
        """The quorum queue of this consumer."""
        return f"smena.{self.consumer}"

    @property
    def dead_letter_queue(self) -> str:
        """Where messages end that can't be handled."""
        return f"smena.{self.consumer}.dead"


EVENTS = (
    EventRoute(catalog_events.ITEMS_BOUND, "catalog-sync", catalog_events.ItemsBound, must_route=True),
    EventRoute(catalog_events.DIFF_APPLIED, "catalog-sync", catalog_events.DiffApplied),
    EventRoute(sales_events.RECEIPTS_STORED, "sales-ingest", sales_events.ReceiptsStored),
    EventRoute(
        sales_events.SHIFT_CLOSED,
        "sales-ingest",
        sales_events.ShiftClosed,
        bytes_max=sales_events.SHIFT_CLOSED_BYTES_MAX,
        must_route=True,
    ),
    EventRoute(sales_events.SHIFT_HELD, "sales-ingest", sales_events.ShiftHeld),
    EventRoute(sales_events.REGISTER_SILENT, "sales-ingest", sales_events.RegisterSilent),
    EventRoute(ledger_events.DOCUMENT_POSTED, "ledger", ledger_events.DocumentPosted, must_route=True),
    EventRoute(ledger_events.SHIFT_POSTED, "ledger", ledger_events.ShiftPosted),
    EventRoute(ledger_events.DOCUMENT_FAILED, "ledger", ledger_events.DocumentFailed),
    EventRoute(ledger_events.SHIFT_STANDING, "ledger", ledger_events.ShiftStandingChanged, must_route=True),
)

SUBSCRIPTIONS = (
    Subscription("sales-ingest.bindings", "sales-ingest", (catalog_events.ITEMS_BOUND,)),
    Subscription("sales-ingest.documents", "sales-ingest", (ledger_events.DOCUMENT_POSTED,)),
    Subscription("sales-ingest.standings", "sales-ingest", (ledger_events.SHIFT_STANDING,)),
    Subscription("ledger.shifts", "ledger", (sales_events.SHIFT_CLOSED,)),
)


def route_of(event_type: str) -> EventRoute:
    """The route of an event type.

    Raises:
        KeyError: nobody declared this type here.
    """
    for route in EVENTS:
        if route.type == event_type:
            return route
    raise KeyError(event_type)


def subscription_of(consumer: str) -> Subscription:
    """The subscription of a consumer by its name.

    Raises:
        KeyError: no such consumer.
    """
    for subscription in SUBSCRIPTIONS:
        if subscription.consumer == consumer:
            return subscription
    raise KeyError(consumer)
