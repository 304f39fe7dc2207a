"""Webhooks: subscriptions, the change of their secret, and the log of their deliveries."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field

from ledger.domain.webhooks import URL_LENGTH_MAX, ForbiddenAddressError, HookDeliveryState
from ledger.http_api.doors import BASE, Doors, Reader, ReasonBody, Writer
from ledger.http_api.webhook_bodies import (
    DeliveryBody,
    EventName,
    NewSecretBody,
    NewWebhookBody,
    WebhookBody,
    WholeDeliveryBody,
    delivery_body,
    new_secret_body,
    new_webhook_body,
    webhook_body,
    whole_delivery_body,
)
from ledger.ports.webhooks import Webhook
from ledger.use_cases.change_webhooks import (
    WEBHOOKS_MAX,
    DeletedWebhookError,
    HookTools,
    TooManyWebhooksError,
    create_webhook,
    delete_webhook,
    resend_delivery,
    rotate_secret,
)
from ledger.use_cases.decide_document import Decision
from smena.http.auth import Principal
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words, declare
from smena.http.standard_problems import WRONG_CURSOR, not_found

ADDRESS_REFUSED = declare(
    "webhook-address-refused", 422, ru="На этот адрес сообщения не отправляются", en="No webhook may go there"
)
TOO_MANY = declare("too-many-webhooks", 409, ru="Слишком много подписок", en="Too many webhooks")
DELETED = declare("webhook-deleted", 409, ru="Подписка удалена", en="The webhook was deleted")

EVENTS: tuple[EventName, ...] = ("document-posted", "shift-posted", "document-failed")


class SubscribeBody(ApiModel):
    """Where to, and which events; without ``events`` all of them. Without an organisation the token's only one."""

    url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX)]
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(EVENTS))] | None = None
    organization: Annotated[str | None, Field(min_length=1, max_length=40)] = None


class WebhooksQuery(PageQuery):
    """Webhooks of the organisations the caller sees."""


class DeliveriesQuery(PageQuery):
    """Which deliveries."""

    state: HookDeliveryState | None = None


DeliveryNumber = Annotated[int, Path(ge=1, le=2**53)]


def webhook_router(doors: Doors, tools: HookTools) -> APIRouter:
    """``/webhooks``."""
    router = APIRouter(prefix=f"{BASE}/webhooks", tags=["webhooks"])

    async def seen(webhook_id: UUID, caller: Principal) -> Webhook:
        async with doors.new_work() as work:
            webhook = await work.webhooks.get(webhook_id)
        if webhook is None or not caller.sees(webhook.organization):
            raise not_found("Подписка", "The webhook")
        return webhook

    @router.get("", summary="Webhooks; their secrets are never shown again")
    async def list_webhooks(query: Annotated[WebhooksQuery, Query()], caller: Reader) -> Page[WebhookBody]:
        after = None if query.cursor is None else _place(query.cursor)
        async with doors.new_work() as work:
            found = await work.webhooks.living(doors.organizations(caller), after, query.limit + 1)
        shown = found[: query.limit]
        following = encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None
        return page([webhook_body(one) for one in shown], following)

    @router.post("", status_code=201, summary="Subscribe; the answer shows the secret, this once")
    async def subscribe(body: SubscribeBody, caller: Writer) -> NewWebhookBody:
        organization = doors.organization(caller, body.organization)
        try:
            made = await create_webhook(organization, body.url, body.events or EVENTS, caller.person, tools)
        except ForbiddenAddressError as error:
            raise ADDRESS_REFUSED(Words(f"{error}.", f"This address is refused: {error}.")) from error
        except TooManyWebhooksError as error:
            raise TOO_MANY(
                Words(
                    f"У организации уже {WEBHOOKS_MAX} подписок: удалите ненужную.",
                    f"The organisation has {WEBHOOKS_MAX} webhooks already: delete one that is not needed.",
                )
            ) from error
        return new_webhook_body(made)

    @router.get("/{webhook_id}", summary="One webhook, deleted ones too")
    async def read_webhook(webhook_id: UUID, caller: Reader) -> WebhookBody:
        return webhook_body(await seen(webhook_id, caller))

    @router.delete("/{webhook_id}", status_code=204, summary="Unsubscribe; the log stays")
    async def unsubscribe(webhook_id: UUID, caller: Writer) -> Response:
        await seen(webhook_id, caller)
        await delete_webhook(webhook_id, caller.person, tools)
        return Response(status_code=204)

    @router.post("/{webhook_id}/secret", summary="A new secret; the one before signs beside it for a day")
    async def rotate(webhook_id: UUID, body: ReasonBody, caller: Writer) -> NewSecretBody:
        await seen(webhook_id, caller)
        try:
            return new_secret_body(
                await rotate_secret(webhook_id, Decision(caller.person, body.reason, "webhook.rotate"), tools)
            )
        except DeletedWebhookError as error:
            raise _deleted() from error

    @router.get("/{webhook_id}/deliveries", summary="The delivery log, newest first")
    async def list_deliveries(
        webhook_id: UUID, query: Annotated[DeliveriesQuery, Query()], caller: Reader
    ) -> Page[DeliveryBody]:
        await seen(webhook_id, caller)
        before = decode_cursor(query.cursor, int)[0] if query.cursor else None
        async with doors.new_work() as work:
            found = await work.webhooks.deliveries(
                webhook_id, query.state, None if before is None else int(before), query.limit + 1
            )
        shown = found[: query.limit]
        following = encode_cursor(shown[-1].n) if len(found) > query.limit else None
        return page([delivery_body(one) for one in shown], following)

    @router.get("/{webhook_id}/deliveries/{n}", summary="One delivery: what is sent, and every attempt")
    async def read_delivery(webhook_id: UUID, n: DeliveryNumber, caller: Reader) -> WholeDeliveryBody:
        await seen(webhook_id, caller)
        async with doors.new_work() as work:
            delivery = await work.webhooks.delivery(webhook_id, n)
            attempts = await work.webhooks.attempts(n) if delivery is not None else []
        if delivery is None:
            raise not_found("Доставка", "The delivery")
        return whole_delivery_body(delivery, attempts)

    @router.post("/{webhook_id}/deliveries/{n}/resend", summary="Send it again under the same message id")
    async def resend(webhook_id: UUID, n: DeliveryNumber, body: ReasonBody, caller: Writer) -> DeliveryBody:
        await seen(webhook_id, caller)
        try:
            again = await resend_delivery(webhook_id, n, Decision(caller.person, body.reason, "webhook.resend"), tools)
        except DeletedWebhookError as error:
            raise _deleted() from error
        if again is None:
            raise not_found("Доставка", "The delivery")
        return delivery_body(again)

    return router


def _deleted() -> Exception:
    return DELETED(Words("Эта подписка удалена: создайте новую.", "This webhook was deleted: subscribe anew."))


def _place(cursor: str) -> UUID:
    (place,) = decode_cursor(cursor, str)
    try:
        return UUID(str(place))
    except ValueError as error:
        raise WRONG_CURSOR(Words("Начните без cursor.", "Start without a cursor.")) from error
