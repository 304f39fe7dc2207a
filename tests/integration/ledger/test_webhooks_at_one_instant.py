"""Webhooks when two things happen at one instant: two senders, an event and a deletion, a decision and a change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from integration.ledger.api import Api, api_of, with_people
from integration.ledger.conftest import Bench
from integration.ledger.receiver import Receiver, receiving
from integration.ledger.test_webhooks import FACTS, log, send_all, subscribe, tools
from ledger.use_cases.events import document_posted
from ledger.use_cases.send_webhooks import send_next
from smena.audit.chain import Deed


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench, with_people(webhooks={"private_hosts": ["127.0.0.1"]})) as opened:
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


async def test_two_processes_that_claim_at_one_instant_get_deliveries_of_two_webhooks(
    api: Api, receiver: Receiver
) -> None:
    """Else all senders wait for the one slow receiver, each with another of its messages."""
    hooks = [await subscribe(api, receiver) for _ in range(2)]
    await api.bench.publish(FACTS)
    await api.bench.deliver()
    now = api.bench.clock.now()

    async with api.bench.work() as one, api.bench.work() as other, api.bench.work() as third:
        claimed = [await work.webhooks.claim(now, now + timedelta(seconds=60)) for work in (one, other, third)]
        for work in (one, other):
            await work.commit()

    assert claimed[2] is None
    assert {str(found.webhook) for found in claimed if found} == {hook["id"] for hook in hooks}
    assert not await send_next(tools(api))


async def test_an_event_told_while_its_webhook_is_deleted_does_not_go_out(api: Api, receiver: Receiver) -> None:
    hook = await subscribe(api, receiver)
    await api.bench.publish(FACTS)
    (report, _) = await api.bench.stored()
    async with api.bench.work() as work:
        work.outbox.add(document_posted(report))
        await work.outbox.flush()
        deleting = asyncio.ensure_future(api.delete(f"/webhooks/{hook['id']}", 204))
        await asyncio.wait([deleting], timeout=0.5)
        await work.commit()
    await deleting
    await send_all(api)

    assert receiver.got == []
    assert [one["state"] for one in await log(api, hook)] == ["dropped"]


async def test_a_decision_and_a_change_of_webhooks_at_one_instant_wait_for_each_other_and_both_stand(
    api: Api, receiver: Receiver
) -> None:
    """Both add to the audit, and the decision's event makes a delivery of the webhook that is being changed."""
    hook = await subscribe(api, receiver)
    await api.bench.publish(FACTS)
    (report, _) = await api.bench.stored()
    deed = Deed("romashka", "accountant", "document.decide", "document/1")

    async with api.bench.work() as deciding, api.bench.work() as changing:
        changed = await changing.webhooks.get(UUID(hook["id"]), lock=True)
        assert changed is not None
        await changing.webhooks.save(changed)
        changing.trail.record(deed)
        deciding.outbox.add(document_posted(report))
        deciding.trail.record(deed)
        decided = asyncio.ensure_future(deciding.commit())
        await asyncio.wait([decided], timeout=0.5)
        await changing.commit()
        await decided

    assert [one["what"] for one in (await api.get("/audit"))["data"]].count("document.decide") == 2
