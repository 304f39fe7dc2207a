"""Bring one due webhook delivery to its receiver: claimed and committed first, sent, then settled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

import structlog
from standardwebhooks import Webhook as Signer

from ledger.domain.webhooks import ATTEMPTS_MAX, GONE, HookDeliveryState, HookTiming, Receipt
from ledger.ports.unit_of_work import NewWork
from ledger.ports.webhooks import Courier, HookAttempt, HookDelivery, Webhook
from smena.clock import Clock
from smena.observability.masking import remember_secret
from smena.runtime.failpoints import reach

CLAIM_REQUESTS = 4
"""A claim lasts so many times the deadline of a request; a delivery of a process that died is sent again after it."""

SENDERS_DIED = "процесс завершался при каждой отправке: сообщение больше не отправляется"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SendTools:
    """What sending needs."""

    courier: Courier
    timing: HookTiming
    clock: Clock
    new_work: NewWork


async def send_next(tools: SendTools) -> bool:
    """Send what has been due for longest; False when nothing is due.

    The call is made outside of any transaction. Should the answer be lost, or this process die before it is noted,
    the same message goes out again under the same id: the receiver knows it by that.
    """
    now = tools.clock.now()
    async with tools.new_work() as work:
        until = now + timedelta(seconds=CLAIM_REQUESTS * tools.timing.request)
        delivery = await work.webhooks.claim(now, until)
        webhook = await work.webhooks.get(delivery.webhook) if delivery is not None else None
        deleted = webhook is not None and webhook.deleted_at is not None
        if webhook is not None and deleted:  # it was deleted while the event was being told
            await work.webhooks.drop_pending(webhook.id)
        await work.commit()
    if delivery is None or webhook is None:
        return False
    if deleted:
        return True
    if delivery.attempts > ATTEMPTS_MAX:
        await _settle(delivery, Receipt(None, SENDERS_DIED), 0, tools)
        return True
    reach("webhooks.after-claim")
    begun = monotonic()
    receipt = await tools.courier.send(webhook.url, signed_headers(webhook, delivery, now), delivery.body)
    reach("webhooks.after-send")
    milliseconds = round((monotonic() - begun) * 1000)
    await _settle(delivery, receipt, milliseconds, tools)
    return True


def signed_headers(webhook: Webhook, delivery: HookDelivery, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks 1.0; while a secret changes both sign."""
    message_id = f"msg_{delivery.message_id.hex}"
    secrets = webhook.secrets_at(now)
    for secret in secrets:
        remember_secret(secret)
    body = delivery.body.decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(message_id, now, body) for secret in secrets),
    }


async def _settle(delivery: HookDelivery, receipt: Receipt, milliseconds: int, tools: SendTools) -> None:
    now = tools.clock.now()
    state, following = HookDeliveryState.DELIVERED, now
    if not receipt.taken:
        pause = tools.timing.pause(delivery.attempts, receipt.retry_after_seconds)
        gone = receipt.status == GONE
        state = HookDeliveryState.DEAD if pause is None or gone else HookDeliveryState.PENDING
        following = now + (pause or timedelta())
        _log.warning(
            "webhook.not-taken", webhook=str(delivery.webhook), n=delivery.n, reason=receipt.error, state=state.value
        )
    attempt = HookAttempt(now, receipt.status, receipt.error, milliseconds, None)
    async with tools.new_work() as work:
        await work.webhooks.settle(delivery, state, attempt, following)
        await work.commit()
