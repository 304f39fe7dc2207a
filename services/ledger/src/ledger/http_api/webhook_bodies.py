"""What the API shows of webhooks and their deliveries."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from ledger.ports.webhooks import HookAttempt, HookDelivery, Webhook
from smena.http.models import ApiModel, Instant

EventName = Literal["document-posted", "shift-posted", "document-failed"]


class WebhookBody(ApiModel):
    """A subscription; ``secret_until`` says how long the secret before still signs beside the new one."""

    id: UUID
    organization: str
    url: str
    events: list[str]
    created_at: Instant
    created_by: str
    secret_changed_at: Instant | None
    secret_until: Instant | None
    deleted_at: Instant | None


class NewWebhookBody(WebhookBody):
    """A new subscription with its secret: keep it, it is not shown again."""

    secret: str


class NewSecretBody(ApiModel):
    """A new secret: keep it, it is not shown again. The one before signs too until ``previous_until``."""

    id: UUID
    secret: str
    previous_until: Instant | None


class DeliveryBody(ApiModel):
    """One event for one webhook. ``webhook_id_header`` is what the receiver knows the message by.

    ``next_attempt_at`` is null once nothing more is sent by itself.
    """

    n: int
    webhook_id_header: str
    event_id: UUID
    event: str
    state: str
    attempts: int
    next_attempt_at: Instant | None
    created_at: Instant
    delivered_at: Instant | None


class AttemptBody(ApiModel):
    """One attempt; ``why`` stands instead where a person asked to send again."""

    at: Instant
    status: int | None
    error: str | None
    milliseconds: int
    why: str | None


class WholeDeliveryBody(DeliveryBody):
    """The same with the body as it is signed and sent, and the log."""

    body: str
    log: list[AttemptBody]


def webhook_body(webhook: Webhook) -> WebhookBody:
    """A webhook without its secrets."""
    return WebhookBody(**_webhook_fields(webhook))


def new_webhook_body(webhook: Webhook) -> NewWebhookBody:
    """A webhook just made."""
    return NewWebhookBody(**_webhook_fields(webhook), secret=webhook.secret)


def new_secret_body(webhook: Webhook) -> NewSecretBody:
    """A secret just made."""
    return NewSecretBody(id=webhook.id, secret=webhook.secret, previous_until=webhook.previous_until)


def delivery_body(delivery: HookDelivery) -> DeliveryBody:
    """A delivery as the log lists it."""
    return DeliveryBody(**_delivery_fields(delivery))


def whole_delivery_body(delivery: HookDelivery, attempts: Sequence[HookAttempt]) -> WholeDeliveryBody:
    """A delivery with everything that was tried."""
    log = [
        AttemptBody(at=one.at, status=one.status, error=one.error, milliseconds=one.milliseconds, why=one.why)
        for one in attempts
    ]
    return WholeDeliveryBody(**_delivery_fields(delivery), body=delivery.body.decode(), log=log)


def _webhook_fields(webhook: Webhook) -> dict[str, object]:
    return {
        "id": webhook.id,
        "organization": webhook.organization,
        "url": webhook.url,
        "events": list(webhook.events),
        "created_at": webhook.created_at,
        "created_by": webhook.created_by,
        "secret_changed_at": webhook.rotated_at,
        "secret_until": webhook.previous_until,
        "deleted_at": webhook.deleted_at,
    }


def _delivery_fields(delivery: HookDelivery) -> dict[str, object]:
    pending = delivery.state.value == "pending"
    return {
        "n": delivery.n,
        "webhook_id_header": f"msg_{delivery.message_id.hex}",
        "event_id": delivery.event_id,
        "event": delivery.event,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at if pending else None,
        "created_at": delivery.created_at,
        "delivered_at": delivery.delivered_at,
    }
