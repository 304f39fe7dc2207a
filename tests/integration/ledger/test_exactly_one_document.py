"""Exactly one document in the ledger and in the ERP, under every fault at every step, and under every death."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, update

from integration.ledger.conftest import Bench
from integration.ledger.memory_erp import FAULTS, Fault
from ledger.adapters.tables import MESSAGING
from ledger.use_cases import deliver_document, delivery_steps, post_shift
from ledger.use_cases.deliver_shift import deliver_shift
from smena.contracts.ledger_events import DOCUMENT_POSTED, SHIFT_POSTED
from smena.erp.documents import ErpDocument, Found
from smena.leases.leases import LeaseLostError
from unit.ledger.making import line, payment, revision, shift_key

FACTS = revision([line("milk", 2000, 500), line("bread", 1000, 150)], [payment("cash", 400), payment("card", 250)])
POINTS = ["before-find", "after-find", "after-intent", "after-create", "after-post", "before-commit"]


class Died(BaseException):
    """What a process does at a fail-point: nothing after it runs."""


async def _is_as_undisturbed(bench: Bench) -> None:
    documents = await bench.stored()
    assert [found.status.state.value for found in documents] == ["posted"] * 3
    assert len(bench.erp.documents) == 3
    for found in documents:
        (held,) = bench.erp.of_marker(found.document.marker)
        assert (held.ref, True, found.document.amount) == (found.status.erp_ref, held.posted, held.amount)
    assert {1} == set(bench.erp.creates.values())
    assert sorted(str(found.id) for found in documents) == sorted(
        said["document"]["id"] for said in await bench.said(DOCUMENT_POSTED)
    )
    assert len(await bench.said(SHIFT_POSTED)) == 1


@pytest.mark.parametrize("keeps_ref", [True, False], ids=["client-ref-kept", "client-ref-ignored"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("do", FAULTS)
@pytest.mark.parametrize("step", ["find", "create", "post", "read"])
async def test_one_document_each_whatever_fails(bench: Bench, step: str, do: str, nth: int, keeps_ref: bool) -> None:
    fault = Fault(step, do, nth)
    bench.erp.faults.append(fault)
    bench.erp.keeps_ref = keeps_ref
    await bench.publish(FACTS)

    await bench.deliver()

    assert fault.hits == 1
    await _is_as_undisturbed(bench)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
async def test_one_document_each_wherever_the_process_dies(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, point: str, nth: int
) -> None:
    die = _dying_at(f"deliver.{point}", nth)
    monkeypatch.setattr(deliver_document, "reach", die)
    monkeypatch.setattr(delivery_steps, "reach", die)
    await bench.publish(FACTS)
    with pytest.raises(Died):
        await bench.deliver()

    bench.base = bench.another_process()
    await bench.deliver()

    await _is_as_undisturbed(bench)


@pytest.mark.parametrize("point", ["post_shift.before-commit", "post_shift.after-commit"])
async def test_a_shift_is_stored_once_wherever_the_consumer_dies(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setattr(post_shift, "reach", _dying_at(point, 1))
    event_id = uuid4()
    with pytest.raises(Died):
        await bench.publish(FACTS, event_id)

    await bench.publish(FACTS, event_id)
    await bench.deliver()

    await _is_as_undisturbed(bench)


async def test_every_event_three_times_reordered_by_four_consumers_makes_the_same_documents(bench: Bench) -> None:
    shifts = [revision([line("milk", 1000, 100 + n)], [payment("cash", 100 + n)], shift=shift_key(n)) for n in range(6)]
    deliveries: list[tuple[UUID, int]] = [(uuid4(), n) for n in range(6)] * 3
    queue = [*deliveries[::2], *deliveries[1::2][::-1]]

    async def consumer() -> None:
        while queue:
            event_id, n = queue.pop()
            await bench.publish(shifts[n], event_id)

    await asyncio.gather(*(consumer() for _ in range(4)))

    documents = await bench.stored()
    assert sorted([100 + n for n in range(6)] * 2) == sorted(found.document.amount for found in documents)
    assert len({found.id for found in documents}) == 12


async def test_two_workers_at_once_create_each_document_once(bench: Bench) -> None:
    for n in range(6):
        await bench.publish(
            revision([line("milk", 1000, 100 + n)], [payment("cash", 100 + n)], shift=shift_key(n)),
        )
    workers = [bench.another_process() for _ in range(3)]

    async def work(slot: int) -> None:
        owner = str(uuid4())
        for _ in range(40):
            await workers[slot].round(slot % 2, owner)

    await asyncio.gather(*(work(slot) for slot in range(3)))
    await bench.deliver()

    assert await bench.states() == ["posted"] * 12
    assert ({1}, 12) == (set(bench.erp.creates.values()), len(bench.erp.documents))


async def test_a_create_that_commits_after_the_answer_was_lost_is_found_and_not_repeated(bench: Bench) -> None:
    bench.erp.faults.append(Fault("create", "late"))
    await bench.publish(FACTS)

    await bench.base.round(0, "first")
    assert (await bench.states())[0] == "unknown"
    assert bench.erp.documents == {}
    await bench.deliver()

    await _is_as_undisturbed(bench)


async def test_absence_is_certain_only_after_three_looks_over_the_horizon(bench: Bench) -> None:
    bench.erp.faults.append(Fault("create", "lost"))
    await bench.publish(FACTS)
    while await bench.base.round(0, "owner"):
        pass
    finds = bench.erp.calls.count("find")

    bench.clock.advance(59)
    assert not await bench.base.round(0, "owner")
    bench.clock.advance(1)
    await bench.base.round(0, "owner")
    bench.clock.advance(59)
    assert not await bench.base.round(0, "owner")
    assert (1, finds + 1) == (bench.erp.calls.count("create"), bench.erp.calls.count("find"))
    bench.clock.advance(1)
    await bench.deliver()

    await _is_as_undisturbed(bench)


async def test_a_worker_that_lost_its_lease_writes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paused between find and intent until its lease ran out, it wakes when a peer has finished: it is refused."""
    await bench.publish(FACTS)
    sleeper, peer = bench.base, bench.another_process()
    find = bench.erp.find
    slept: list[ErpDocument] = []

    async def slow_find(document: ErpDocument, *, ref: str | None) -> Found:
        found = await find(document, ref=ref)
        if not slept:
            slept.append(document)
            async with bench.database.session() as session:
                await session.execute(update(MESSAGING.lease).values(expires_at=func.clock_timestamp()))
                await session.commit()
            bench.base = peer
            await bench.deliver()
        return found

    monkeypatch.setattr(bench.erp, "find", slow_find)
    with pytest.raises(LeaseLostError):
        await deliver_shift(shift_key().id, "sleeper", sleeper.tools)

    assert slept
    await _is_as_undisturbed(bench)


def _dying_at(wanted: str, nth: int) -> Callable[[str], None]:
    reached: list[str] = []

    def reach(name: str) -> None:
        reached.append(name)
        if name == wanted and reached.count(wanted) == nth:
            raise Died(name)

    return reach
