"""Webhooks and their deliveries in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, insert, not_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.adapters.webhook_tables import HOOK_ATTEMPT, HOOK_DELIVERY, WEBHOOK
from ledger.domain.webhooks import HookDeliveryState
from ledger.ports.webhooks import HookAttempt, HookDelivery, Webhook

PENDING = HookDeliveryState.PENDING.value
ROTATING = ("secret", "previous_secret", "previous_until", "rotated_at", "rotated_by", "rotated_why")
CHANGING = (*ROTATING, "deleted_at", "deleted_by")


class SqlWebhooks:
    """Webhooks and deliveries of one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, webhook: Webhook) -> None:
        """Keep a new webhook."""
        values = {name: getattr(webhook, name) for name in Webhook.__dataclass_fields__}
        await self._session.execute(insert(WEBHOOK).values({**values, "events": list(webhook.events)}))

    async def get(self, webhook_id: UUID, *, lock: bool = False) -> Webhook | None:
        """One webhook, deleted ones too."""
        query = select(WEBHOOK).where(WEBHOOK.c.id == webhook_id)
        if lock:  # not the key: who adds a delivery refers to the row, and may hold the lock of the audit meanwhile
            query = query.with_for_update(key_share=True)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _webhook(row)

    async def lock_organization(self, organization: str) -> None:
        """Keep others from adding a webhook of this organisation until the transaction ends."""
        name = f"smena webhooks {organization}"
        await self._session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})

    async def living(self, organizations: Sequence[str], after: UUID | None, limit: int) -> list[Webhook]:
        """Webhooks that were not deleted, by id."""
        query = select(WEBHOOK).where(WEBHOOK.c.organization.in_(organizations), WEBHOOK.c.deleted_at.is_(None))
        if after is not None:
            query = query.where(WEBHOOK.c.id > after)
        rows = await self._session.execute(query.order_by(WEBHOOK.c.id).limit(limit))
        return [_webhook(row) for row in rows]

    async def save(self, webhook: Webhook) -> None:
        """Store its secrets and its end."""
        values = {name: getattr(webhook, name) for name in CHANGING}
        await self._session.execute(update(WEBHOOK).where(WEBHOOK.c.id == webhook.id).values(values))

    async def drop_pending(self, webhook_id: UUID) -> None:
        """What did not go out yet does not any more."""
        d = HOOK_DELIVERY.c
        values = {"state": HookDeliveryState.DROPPED.value}
        await self._session.execute(
            update(HOOK_DELIVERY).where(d.webhook == webhook_id, d.state == PENDING).values(values)
        )

    async def claim(self, now: datetime, until: datetime) -> HookDelivery | None:
        """Take the delivery that has been due for longest, its attempt counted; None when nothing is due.

        The webhook is locked with it: a peer that claims at the same instant does not see ``claimed_until`` yet.
        """
        d, other = HOOK_DELIVERY.c, HOOK_DELIVERY.alias("other")
        busy = exists().where(other.c.webhook == d.webhook, other.c.state == PENDING, other.c.claimed_until > now)
        due = (
            select(d.n)
            .join(WEBHOOK, WEBHOOK.c.id == d.webhook)
            .where(
                d.state == PENDING,
                d.next_attempt_at <= now,
                or_(d.claimed_until.is_(None), d.claimed_until <= now),
                not_(busy),
            )
            .order_by(d.next_attempt_at, d.n)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True, of=[HOOK_DELIVERY, WEBHOOK])
            .scalar_subquery()
        )
        taken = (
            update(HOOK_DELIVERY)
            .where(d.n == due)
            .values(claimed_until=until, attempts=d.attempts + 1)
            .returning(HOOK_DELIVERY)
        )
        row = (await self._session.execute(taken)).one_or_none()
        return None if row is None else _delivery(row)

    async def settle(
        self, delivery: HookDelivery, state: HookDeliveryState, attempt: HookAttempt, next_attempt_at: datetime
    ) -> None:
        """Note an attempt. A success always counts; a failure only while nobody else has taken the delivery since."""
        d, delivered = HOOK_DELIVERY.c, state is HookDeliveryState.DELIVERED
        mine = update(HOOK_DELIVERY).where(d.n == delivery.n, d.state == PENDING)
        if not delivered:
            mine = mine.where(d.attempts == delivery.attempts)
        await self._session.execute(
            mine.values(
                state=state.value,
                claimed_until=None,
                next_attempt_at=next_attempt_at,
                delivered_at=attempt.at if delivered else None,
            )
        )
        await self._note(delivery.n, attempt)

    async def delivery(self, webhook_id: UUID, n: int, *, lock: bool = False) -> HookDelivery | None:
        """One delivery of a webhook."""
        query = select(HOOK_DELIVERY).where(HOOK_DELIVERY.c.webhook == webhook_id, HOOK_DELIVERY.c.n == n)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _delivery(row)

    async def deliveries(
        self, webhook_id: UUID, state: HookDeliveryState | None, before: int | None, limit: int
    ) -> list[HookDelivery]:
        """Deliveries of a webhook, newest first."""
        query = select(HOOK_DELIVERY).where(HOOK_DELIVERY.c.webhook == webhook_id)
        if state is not None:
            query = query.where(HOOK_DELIVERY.c.state == state.value)
        if before is not None:
            query = query.where(HOOK_DELIVERY.c.n < before)
        rows = await self._session.execute(query.order_by(HOOK_DELIVERY.c.n.desc()).limit(limit))
        return [_delivery(row) for row in rows]

    async def attempts(self, n: int) -> list[HookAttempt]:
        """The log of a delivery in order."""
        a = HOOK_ATTEMPT.c
        query = select(a.at, a.status, a.error, a.milliseconds, a.why).where(a.delivery == n).order_by(a.position)
        return [HookAttempt(*row) for row in await self._session.execute(query)]

    async def send_again(self, n: int, attempt: HookAttempt) -> None:
        """Make it due now, with all attempts before it; the log tells who asked and why."""
        values = {"state": PENDING, "attempts": 0, "next_attempt_at": attempt.at, "delivered_at": None}
        await self._session.execute(
            update(HOOK_DELIVERY).where(HOOK_DELIVERY.c.n == n).values(claimed_until=None, **values)
        )
        await self._note(n, attempt)

    async def _note(self, n: int, attempt: HookAttempt) -> None:
        values = {name: getattr(attempt, name) for name in HookAttempt.__dataclass_fields__}
        await self._session.execute(insert(HOOK_ATTEMPT).values(delivery=n, **values))


def _webhook(row: Row[Any]) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__dataclass_fields__}
    return Webhook(**{**values, "events": tuple(row.events)})


def _delivery(row: Row[Any]) -> HookDelivery:
    values = {name: getattr(row, name) for name in HookDelivery.__dataclass_fields__}
    return HookDelivery(**{**values, "body": bytes(row.body), "state": HookDeliveryState(row.state)})
