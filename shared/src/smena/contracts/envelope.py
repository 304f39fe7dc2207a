"""CloudEvents 1.0 in structured JSON, the only form in which anything crosses the bus."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec

TYPE_PREFIX = "by.smena."
CONTENT_TYPE = "application/cloudevents+json"
EVENT_BYTES_MAX = 64 * 1024
"""CloudEvents' safe size; ``routing.py`` names the events that may be larger."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event as it stands on the wire; ``data`` stays raw until its consumer decodes it."""

    id: UUID
    source: str
    type: str
    time: datetime
    partitionkey: str
    data: msgspec.Raw
    subject: str | None = None
    traceparent: str | None = None
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event a use case wants to send: written to the outbox in the use case's own transaction."""

    type: str
    source: str
    partition_key: str
    data: msgspec.Struct
    subject: str | None = None


def seal(event: NewEvent, *, at: datetime, traceparent: str | None) -> Envelope:
    """Give an event its id and time, ready to be stored in the outbox."""
    return Envelope(
        id=uuid4(),
        source=event.source,
        type=event.type,
        time=at.astimezone(UTC),
        partitionkey=event.partition_key,
        data=msgspec.Raw(msgspec.json.encode(event.data)),
        subject=event.subject,
        traceparent=traceparent,
    )


def encode(envelope: Envelope) -> bytes:
    """The wire form of an event."""
    return msgspec.json.encode(
        {
            "specversion": envelope.specversion,
            "id": str(envelope.id),
            "source": envelope.source,
            "type": envelope.type,
            "time": envelope.time,
            "datacontenttype": envelope.datacontenttype,
            "partitionkey": envelope.partitionkey,
            **({"subject": envelope.subject} if envelope.subject else {}),
            **({"traceparent": envelope.traceparent} if envelope.traceparent else {}),
            "data": envelope.data,
        }
    )


def decode(body: bytes) -> Envelope:
    """Read an event from the wire; unknown attributes are ignored.

    Raises:
        msgspec.DecodeError: no JSON, or a required attribute is missing or of another type.
    """
    return msgspec.json.decode(body, type=Envelope)


def routing_key(event_type: str) -> str:
    """The routing key of an event type: the type without its prefix."""
    return event_type.removeprefix(TYPE_PREFIX)
