"""Webhooks and their deliveries, as protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.domain.webhooks import HookDeliveryState, Receipt

HOOK_CHANNEL = "ledger_webhooks"
"""The notification that wakes whoever sends webhooks."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. ``previous_secret`` signs beside the new one until ``previous_until``."""

    id: UUID
    organization: str
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: datetime
    created_by: str
    previous_secret: str | None = None
    previous_until: datetime | None = None
    rotated_at: datetime | None = None
    rotated_by: str | None = None
    rotated_why: str | None = None
    deleted_at: datetime | None = None
    deleted_by: str | None = None

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """The secrets that sign now, the newest first."""
        if self.previous_secret is None or self.previous_until is None or now >= self.previous_until:
            return (self.secret,)
        return (self.secret, self.previous_secret)


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One event on its way to one webhook; ``attempts`` since it was made, or since it was sent again by a person."""

    n: int
    webhook: UUID
    message_id: UUID
    event_id: UUID
    event: str
    body: bytes
    state: HookDeliveryState
    attempts: int
    next_attempt_at: datetime
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class HookAttempt:
    """One attempt in the log of a delivery."""

    at: datetime
    status: int | None
    error: str | None
    milliseconds: int
    why: str | None


class Webhooks(Protocol):
    """Webhooks and deliveries of one transaction."""

    async def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        ...

    async def get(self, webhook_id: UUID, *, lock: bool = False) -> Webhook | None:
        """One webhook, deleted ones too."""
        ...

    async def lock_organization(self, organization: str) -> None:
        """Keep others from adding a webhook of this organisation until the transaction ends."""
        ...

    async def living(self, organizations: Sequence[str], after: UUID | None, limit: int) -> list[Webhook]:
        """Webhooks that were not deleted, by id."""
        ...

    async def save(self, webhook: Webhook) -> None:
        """Store its secrets and its end."""
        ...

    async def drop_pending(self, webhook_id: UUID) -> None:
        """What did not go out yet does not any more."""
        ...

    async def claim(self, now: datetime, until: datetime) -> HookDelivery | None:
        """Take the delivery that has been due for longest, its attempt counted; None when nothing is due.

        Others leave it alone until ``until``: what its taker did not settle by then is sent again. A webhook that is
        being sent to is passed over, so that a slow one keeps nobody waiting but itself.
        """
        ...

    async def settle(
        self, delivery: HookDelivery, state: HookDeliveryState, attempt: HookAttempt, next_attempt_at: datetime
    ) -> None:
        """Note an attempt. A success always counts; a failure only while nobody else has taken the delivery since."""
        ...

    async def delivery(self, webhook_id: UUID, n: int, *, lock: bool = False) -> HookDelivery | None:
        """One delivery of a webhook."""
        ...

    async def deliveries(
        self, webhook_id: UUID, state: HookDeliveryState | None, before: int | None, limit: int
    ) -> list[HookDelivery]:
        """Deliveries of a webhook, newest first."""
        ...

    async def attempts(self, n: int) -> list[HookAttempt]:
        """The log of a delivery in order."""
        ...

    async def send_again(self, n: int, attempt: HookAttempt) -> None:
        """Make it due now, with all attempts before it; the log tells who asked and why."""
        ...


class Courier(Protocol):
    """Brings a message to an address, and nowhere else."""

    async def check(self, url: str) -> None:
        """Look at an address before anything is sent there; a name that leads nowhere yet is no mistake.

        Raises:
            ForbiddenAddressError: nothing may be sent there.
        """
        ...

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Receipt:
        """One attempt within its deadline; whatever happens is a receipt."""
        ...
