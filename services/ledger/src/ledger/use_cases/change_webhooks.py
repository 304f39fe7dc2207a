"""Subscribe, unsubscribe, and change the secret a webhook signs with."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_bytes
from uuid import UUID, uuid4

from ledger.domain.webhooks import HookDeliveryState
from ledger.ports.unit_of_work import NewWork
from ledger.ports.webhooks import HOOK_CHANNEL, Courier, HookAttempt, HookDelivery, Webhook
from ledger.use_cases.decide_document import Decision
from smena.audit.chain import Deed
from smena.clock import Clock
from smena.db.notifications import notify

WEBHOOKS_MAX = 20
"""Webhooks of one organisation: each gets every event, so each costs a message per event."""
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - Standard Webhooks' mark of a secret, not one
ROTATION = timedelta(hours=24)
"""How long the secret before still signs beside the new one."""


class TooManyWebhooksError(Exception):
    """The organisation has as many as it may have."""


class DeletedWebhookError(Exception):
    """The webhook was deleted: nothing is sent there any more."""


@dataclass(frozen=True, slots=True)
class HookTools:
    """What a change of webhooks needs."""

    courier: Courier
    clock: Clock
    new_work: NewWork


async def create_webhook(organization: str, url: str, events: Sequence[str], person: str, tools: HookTools) -> Webhook:
    """Subscribe; the secret is made here and shown once.

    Raises:
        ForbiddenAddressError: nothing may be sent to this address.
        TooManyWebhooksError: the organisation has as many as it may have.
    """
    await tools.courier.check(url)
    webhook = Webhook(
        id=uuid4(),
        organization=organization,
        url=url,
        events=tuple(sorted(set(events))),
        secret=new_secret(),
        created_at=tools.clock.now(),
        created_by=person,
    )
    async with tools.new_work() as work:
        await work.webhooks.lock_organization(organization)
        if len(await work.webhooks.living([organization], None, WEBHOOKS_MAX)) >= WEBHOOKS_MAX:
            raise TooManyWebhooksError
        await work.webhooks.add(webhook)
        details = {"address": url.partition("?")[0], "events": ", ".join(webhook.events)}
        work.trail.record(Deed(organization, person, "webhook.create", f"webhook/{webhook.id}", details=details))
        await work.commit()
    return webhook


async def delete_webhook(webhook_id: UUID, person: str, tools: HookTools) -> None:
    """Unsubscribe; the webhook and its log stay, what had not gone out does not any more. Told again: nothing."""
    async with tools.new_work() as work:
        webhook = await work.webhooks.get(webhook_id, lock=True)
        if webhook is None or webhook.deleted_at is not None:
            return
        ended = replace(webhook, deleted_at=tools.clock.now(), deleted_by=person)
        await work.webhooks.save(ended)
        await work.webhooks.drop_pending(webhook_id)
        work.trail.record(Deed(webhook.organization, person, "webhook.delete", f"webhook/{webhook_id}"))
        await work.commit()


async def rotate_secret(webhook_id: UUID, decision: Decision, tools: HookTools) -> Webhook:
    """Make a new secret; the one before signs beside it for a day, so that the receiver loses no message.

    Raises:
        DeletedWebhookError: the webhook was deleted.
    """
    now = tools.clock.now()
    async with tools.new_work() as work:
        webhook = await work.webhooks.get(webhook_id, lock=True)
        if webhook is None or webhook.deleted_at is not None:
            raise DeletedWebhookError
        rotated = replace(
            webhook,
            secret=new_secret(),
            previous_secret=webhook.secret,
            previous_until=now + ROTATION,
            rotated_at=now,
            rotated_by=decision.person,
            rotated_why=decision.reason,
        )
        await work.webhooks.save(rotated)
        work.trail.record(decision.deed(webhook.organization, f"webhook/{webhook_id}"))
        await work.commit()
    return rotated


async def resend_delivery(webhook_id: UUID, n: int, decision: Decision, tools: HookTools) -> HookDelivery | None:
    """Send a delivery again, whatever became of it, under the same message id; None when there is none.

    Raises:
        DeletedWebhookError: the webhook was deleted.
    """
    async with tools.new_work() as work:
        webhook = await work.webhooks.get(webhook_id, lock=True)
        if webhook is None or webhook.deleted_at is not None:
            raise DeletedWebhookError
        delivery = await work.webhooks.delivery(webhook_id, n, lock=True)
        if delivery is None:
            return None
        told = HookAttempt(tools.clock.now(), None, None, 0, f"{decision.person}: {decision.reason}")
        await work.webhooks.send_again(n, told)
        work.trail.record(decision.deed(webhook.organization, f"webhook/{webhook_id}", delivery=str(n)))
        again = await work.webhooks.delivery(webhook_id, n)
        await notify(work.session, HOOK_CHANNEL)
        await work.commit()
    assert again is None or again.state is HookDeliveryState.PENDING, "it was just made due"
    return again


def new_secret() -> str:
    """A secret as Standard Webhooks 1.0 writes it: 32 random bytes in base64."""
    return SECRET_PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()
