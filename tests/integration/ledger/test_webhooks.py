"""Webhooks: told in the event's own transaction, signed, tried again, given up, sent again by a person."""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import new as hmac_of
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from integration.ledger.api import Api, api_of, with_people
from integration.ledger.conftest import Bench
from integration.ledger.receiver import Got, Receiver, receiving
from ledger.adapters.courier import GuardedCourier
from ledger.adapters.tables import MESSAGING
from ledger.adapters.webhook_tables import HOOK_DELIVERY
from ledger.domain.webhooks import ATTEMPTS_MAX, HookDeliveryState, HookTiming
from ledger.ports.webhooks import HookDelivery, Webhook
from ledger.use_cases import send_webhooks
from ledger.use_cases.events import document_posted
from ledger.use_cases.send_webhooks import SendTools, send_next, signed_headers
from servers.waiting import until
from smena.contracts.ledger_events import DOCUMENT_POSTED
from unit.ledger.making import line, payment, revision, shift_key

FACTS = revision([line("milk", 2000, 500)], [payment("cash", 500)])
WHY = {"reason": "Приёмник починен"}


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench, with_people(webhooks={"private_hosts": ["127.0.0.1"]})) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


def tools(api: Api, seconds: float = 5.0) -> SendTools:
    courier = GuardedCourier(("127.0.0.1",), timeout_seconds=seconds)
    return SendTools(courier, HookTiming(request=seconds), api.bench.clock, api.bench.work)


async def subscribe(api: Api, receiver: Receiver, **changes: Any) -> Any:
    return await api.post("/webhooks", {"url": f"http://127.0.0.1:{receiver.port}/in", **changes}, 201)


async def send_all(api: Api) -> None:
    while await send_next(tools(api)):
        pass


async def log(api: Api, hook: Any, **query: Any) -> list[Any]:
    return list((await api.get(f"/webhooks/{hook['id']}/deliveries", **query))["data"])


def signature(secret: str, got: Got) -> str:
    """By the specification's own words: HMAC-SHA256 of id.timestamp.body, in base64."""
    content = b".".join([got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body])
    return "v1," + b64encode(hmac_of(b64decode(secret.removeprefix("whsec_")), content, sha256).digest()).decode()


def test_a_message_is_signed_as_the_published_example_is() -> None:
    """The example of the reference implementations: same id, time, body and secret, same signature."""
    at = datetime.fromtimestamp(1614265330, UTC)
    hook = Webhook(uuid4(), "romashka", "", (), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at, "")
    message = b'{"test": 2432232314}'
    delivery = HookDelivery(1, hook.id, uuid4(), uuid4(), "", message, HookDeliveryState.PENDING, 1, at, at, None)

    class Example:
        hex = "p5jXN8AQM9LWM0D4loKWxJek"

    object.__setattr__(delivery, "message_id", Example())
    headers = signed_headers(hook, delivery, at)

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


async def test_what_happens_to_documents_is_told_signed_and_logged(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver)
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)

    told = [json.loads(got.body) for got in receiver.got]
    assert [one["type"] for one in told] == ["document-posted", "document-posted", "shift-posted"]
    report = told[0]["data"]["document"]
    assert (report["kind"], report["register"], told[0]["data"]["amount"]) == ("retail-report", "kassa-1", "5.00")
    assert datetime.fromisoformat(told[0]["timestamp"]).tzinfo is not None
    for got in receiver.got:
        assert got.headers["webhook-signature"] == signature(hook["secret"], got)
        assert int(got.headers["webhook-timestamp"]) == int(api.bench.clock.now().timestamp())
    deliveries = await log(api, hook)
    assert [(one["state"], one["attempts"]) for one in deliveries] == [("delivered", 1)] * 3
    assert [one["webhook_id_header"] for one in deliveries][::-1] == [got.headers["webhook-id"] for got in receiver.got]
    whole = await api.get(f"/webhooks/{hook['id']}/deliveries/{deliveries[-1]['n']}")
    assert (whole["body"], whole["log"][0]["status"]) == (receiver.got[0].body.decode(), 200)


async def test_only_the_events_asked_for_and_only_the_own_organisations(api: Api, receiver: Receiver) -> None:
    await subscribe(api, receiver, events=["shift-posted"])
    await api.post("/webhooks", {"url": f"http://127.0.0.1:{receiver.port}/"}, 201, who="stranger")
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)

    assert [json.loads(got.body)["type"] for got in receiver.got] == ["shift-posted"]


async def test_a_rejected_document_is_told_with_its_reason(api: Api, receiver: Receiver) -> None:
    await subscribe(api, receiver, events=["document-failed"])
    await api.bench.publish(revision([line("milk", 2000, 500)], [payment("erip", 500)]))
    await send_all(api)

    (told,) = [json.loads(got.body) for got in receiver.got]
    assert (told["type"], told["data"]["state"]) == ("document-failed", "rejected")
    assert "erip" in told["data"]["reason"]


async def test_nothing_is_told_of_what_was_rolled_back(
    api: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The delivery is a row of the event's own transaction: they stand together, or neither does."""
    await subscribe(api, receiver)
    await api.bench.publish(FACTS)
    (report, _) = await api.bench.stored()
    async with api.bench.work() as work:
        work.outbox.add(document_posted(report))
        await work.outbox.flush()
        await work.session.rollback()
    async with api.bench.work() as work:
        work.outbox.add(document_posted(report))
        await work.commit()

    async with api.bench.database.session() as session:
        outbox = MESSAGING.outbox.c
        posted = select(outbox.id).where(outbox.type == DOCUMENT_POSTED)
        events = list((await session.execute(posted)).scalars())
        told = list((await session.execute(select(HOOK_DELIVERY.c.event_id))).scalars())
    assert told == events
    assert len(told) == 1


async def test_a_failing_receiver_is_tried_with_growing_pauses_then_given_up_and_sent_again_by_a_call(
    api: Api, receiver: Receiver
) -> None:
    hook = await subscribe(api, receiver, events=["shift-posted"])
    receiver.answers = ["500 Broken"]
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    pauses: list[float] = []
    for _ in range(ATTEMPTS_MAX):
        await send_all(api)
        (delivery,) = await log(api, hook)
        if delivery["next_attempt_at"] is not None:
            due = datetime.fromisoformat(delivery["next_attempt_at"])
            pauses.append((due - api.bench.clock.now()).total_seconds())
            assert not await send_next(tools(api))
            api.bench.clock.at = due

    assert pauses == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert (delivery["state"], delivery["attempts"], len(receiver.got)) == ("dead", 10, 10)
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert [one["n"] for one in await log(api, hook, state="dead")] == [delivery["n"]]

    receiver.answers = ["204 No Content"]
    path = f"/webhooks/{hook['id']}/deliveries/{delivery['n']}"
    await api.post(f"{path}/resend", WHY)
    await send_all(api)
    whole = await api.get(path)
    assert (whole["state"], len(whole["log"])) == ("delivered", 12)
    assert whole["log"][10]["why"] == "accountant: Приёмник починен"
    assert receiver.got[-1].headers["webhook-id"] == whole["webhook_id_header"]


async def test_a_receiver_that_is_gone_is_not_asked_again_and_one_that_is_busy_later(
    api: Api, receiver: Receiver
) -> None:
    hook = await subscribe(api, receiver, events=["document-posted"])
    receiver.answers = ["410 Gone", "429 Slow down"]
    receiver.extra = "Retry-After: 600\r\n"
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)

    busy, gone = await log(api, hook)
    assert (gone["state"], busy["state"]) == ("dead", "pending")
    assert datetime.fromisoformat(busy["next_attempt_at"]) == api.bench.clock.now() + timedelta(seconds=600)


async def test_a_lost_answer_is_sent_again_under_the_same_id(api: Api, receiver: Receiver) -> None:
    await subscribe(api, receiver, events=["shift-posted"])
    receiver.answers = ["drop", "200 OK"]
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)
    api.bench.clock.advance(5)
    await send_all(api)

    assert len(receiver.got) == 2
    assert len({(got.headers["webhook-id"], got.body) for got in receiver.got}) == 1
    assert receiver.got[0].headers["webhook-timestamp"] != receiver.got[1].headers["webhook-timestamp"]


class Died(BaseException):
    """What a process does at a fail-point: nothing after it runs."""


@pytest.mark.parametrize("point", ["webhooks.after-claim", "webhooks.after-send"])
async def test_a_message_is_sent_again_under_the_same_id_wherever_the_sender_dies(
    api: Api, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    hook = await subscribe(api, receiver, events=["shift-posted"])
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    reached: list[str] = []

    def die(name: str) -> None:
        reached.append(name)
        if name == point:
            raise Died(name)

    with monkeypatch.context() as patched:
        patched.setattr(send_webhooks, "reach", die)
        with pytest.raises(Died):
            await send_next(tools(api))
    assert not await send_next(tools(api))
    api.bench.clock.advance(4 * 5.0)
    await send_all(api)

    assert point in reached
    (delivery,) = await log(api, hook)
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
    assert {got.headers["webhook-id"] for got in receiver.got} == {delivery["webhook_id_header"]}


async def test_a_message_that_kills_whoever_sends_it_is_given_up_at_last(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver, events=["shift-posted"])
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    for _ in range(ATTEMPTS_MAX):
        now = api.bench.clock.now()
        async with api.bench.work() as work:
            assert await work.webhooks.claim(now, now + timedelta(seconds=1)) is not None
            await work.commit()
        api.bench.clock.advance(1)
    await send_all(api)

    assert (receiver.got, [one["state"] for one in await log(api, hook)]) == ([], ["dead"])


async def test_several_processes_send_each_message_once_and_a_slow_receiver_keeps_only_itself_waiting(
    api: Api, receiver: Receiver
) -> None:
    async with receiving() as slow:
        slow.answers = ["hang"]
        await subscribe(api, slow)
        await subscribe(api, receiver)
        for n in range(6):
            await api.bench.publish(revision([line("milk", 1000, 100)], [payment("cash", 100)], shift=shift_key(n)))
        await api.bench.deliver()

        async def worker() -> None:
            while len(receiver.got) < 18:
                await send_next(tools(api, seconds=2.0))

        async with asyncio.timeout(30):
            await asyncio.gather(*(worker() for _ in range(6)))

        ids = [got.headers["webhook-id"] for got in receiver.got]
        assert (len(ids), len(set(ids))) == (18, 18)
        assert len(slow.got) < 18


async def test_while_its_secret_changes_a_message_carries_both_signatures(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver, events=["shift-posted"])
    changed = await api.post(f"/webhooks/{hook['id']}/secret", {"reason": "Плановая смена"})
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)
    api.bench.clock.advance(24 * 3600)
    await api.bench.publish(revision([line("milk", 1000, 100)], [payment("cash", 100)], shift=shift_key(18)))
    await api.bench.deliver()
    await send_all(api)

    during, after = receiver.got
    assert during.headers["webhook-signature"].split(" ") == [
        signature(changed["secret"], during),
        signature(hook["secret"], during),
    ]
    assert after.headers["webhook-signature"] == signature(changed["secret"], after)


async def test_a_secret_is_shown_once_and_deleting_keeps_the_log(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver)
    receiver.answers = ["500 Broken"]
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    await send_all(api)
    shown = await api.get("/webhooks")
    path = f"/webhooks/{hook['id']}"

    await api.delete(path, 204)
    await api.delete(path, 204)
    api.bench.clock.advance(86_400)
    tried = len(receiver.got)
    await send_all(api)

    assert hook["secret"].startswith("whsec_")
    assert hook["secret"] not in json.dumps([shown, await api.get(path)])
    assert ((await api.get("/webhooks"))["data"], len(receiver.got)) == ([], tried)
    assert {one["state"] for one in await log(api, hook)} == {"dropped"}
    number = (await log(api, hook))[0]["n"]
    for call in (f"{path}/secret", f"{path}/deliveries/{number}/resend"):
        assert (await api.post(call, WHY, 409))["type"].endswith("/webhook-deleted")


async def test_who_changed_a_webhook_stands_in_the_audit_without_its_secret(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver, url=f"http://127.0.0.1:{receiver.port}/in?token=hidden")
    path = f"/webhooks/{hook['id']}"
    await api.bench.publish(revision([line("milk", 2000, 500)], [payment("erip", 500)]))
    (delivery,) = await log(api, hook)
    await api.post(f"{path}/secret", {"reason": "Плановая смена"})
    await api.post(f"{path}/deliveries/{delivery['n']}/resend", WHY)
    await api.delete(path, 204)
    await api.delete(path, 204)

    entries = (await api.get("/audit"))["data"]
    assert [(one["what"], one["who"], one["why"]) for one in entries][::-1] == [
        ("webhook.create", "accountant", None),
        ("webhook.rotate", "accountant", "Плановая смена"),
        ("webhook.resend", "accountant", WHY["reason"]),
        ("webhook.delete", "accountant", None),
    ]
    assert {one["subject"] for one in entries} == {f"webhook/{hook['id']}"}
    assert not [word for word in (hook["secret"], "hidden") if word in json.dumps(entries)]


async def test_addresses_and_numbers_are_limited(api: Api) -> None:
    for url in ("https://" + "a" * 64 + ".by/", "https://a..by/", "https://[::1/", "https://h:x/", "https://.../"):
        await api.post("/webhooks", {"url": url}, 422)
    for url in ("http://hooks.example.by/", "https://127.0.0.9/", "https://localhost/", "http://169.254.169.254/", "x"):
        assert (await api.post("/webhooks", {"url": url}, 422))["type"].endswith("/webhook-address-refused"), url
    await api.post("/webhooks", {"url": "http://127.0.0.1/", "events": ["all"]}, 422)
    for _ in range(20):
        await api.post("/webhooks", {"url": "http://127.0.0.1/"}, 201)
    assert (await api.post("/webhooks", {"url": "http://127.0.0.1/"}, 409))["type"].endswith("/too-many-webhooks")
    first = await api.get("/webhooks", limit=15)
    rest = await api.get("/webhooks", limit=15, cursor=first["next_cursor"])
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (15, 5, None)


async def test_a_stranger_sees_no_webhook(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver)
    path = f"/webhooks/{hook['id']}"
    await api.bench.publish(revision([line("milk", 2000, 500)], [payment("erip", 500)]))
    (delivery,) = await log(api, hook)

    assert (await api.get("/webhooks", who="stranger"))["data"] == []
    for call in (path, f"{path}/deliveries", f"{path}/deliveries/{delivery['n']}"):
        await api.get(call, 404, who="stranger")
    for call in (f"{path}/secret", f"{path}/deliveries/{delivery['n']}/resend"):
        await api.post(call, WHY, 404, who="stranger")
    await api.delete(path, 404, who="stranger")
    await api.post("/webhooks", {"url": "http://127.0.0.1/", "organization": "romashka"}, 404, who="stranger")
    await api.get(f"{path}/deliveries/{delivery['n'] + 1}", 404)
    assert len((await api.get("/webhooks"))["data"]) == 1


async def test_the_loop_sends_what_happens_without_being_asked(api: Api, receiver: Receiver) -> None:
    await subscribe(api, receiver, events=["document-failed"])
    running = asyncio.ensure_future(api.loop("webhooks").run())
    await api.bench.publish(revision([line("milk", 2000, 500)], [payment("erip", 500)]))

    await until(lambda: len(receiver.got) == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
