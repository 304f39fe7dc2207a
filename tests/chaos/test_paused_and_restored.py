"""What only a real base shows: a worker paused at the worst moment, a backup put back, a copy at the same address."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import func, update

from chaos.delivery_bench import ACCOUNTANT, KINDS, DeliveryBench
from integration.ledger.desk import Desk
from ledger.adapters.tables import MESSAGING
from ledger.domain.documents import DocumentState
from ledger.use_cases.contact_base import OtherBaseError
from ledger.use_cases.decide_document import ImpossibleDecisionError, resend
from ledger.use_cases.deliver_shift import deliver_shift
from ledger.use_cases.known_base import KnownBase
from ledger.use_cases.restore_document import restore_ours
from ledger.use_cases.verify_documents import look_at
from smena.erp.documents import ErpDocument, ErpSnapshot
from smena.leases.leases import LeaseLostError
from smena_sandbox.faults.rule import FaultRequest, When

REPORT = KINDS["retail-report"]
REFS = {"refs-kept": {}, "refs-ignored": {"client_ref": "ignored"}}


async def states(bench: DeliveryBench) -> list[str]:
    return [one.status.state.value for one in await bench.stored()]


async def all_leases_run_out(bench: DeliveryBench) -> None:
    async with bench.database.session() as session:
        await session.execute(update(MESSAGING.lease).values(expires_at=func.clock_timestamp()))
        await session.commit()


async def sleep_before_sending(bench: DeliveryBench, monkeypatch: pytest.MonkeyPatch, *, fenced: bool) -> None:
    """A worker stands still just before its create leaves; a peer takes over and finishes; then it wakes."""
    facts = bench.shift(1)
    await bench.publish(facts)
    sleeper = bench.another_erp()
    tools = bench.another_process(sleeper).tools
    create = sleeper.create

    async def sleepy(document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        await all_leases_run_out(bench)
        await bench.deliver(facts)
        assert await states(bench) == ["posted"] * 3
        asleep = (lambda: _refuse(permit)) if fenced else None
        return await create(document, permit=asleep)

    monkeypatch.setattr(sleeper, "create", sleepy)
    with pytest.raises(LeaseLostError):
        await deliver_shift(facts.shift.id, str(uuid4()), tools)
    await sleeper.close()


def _refuse(permit: Callable[[], None] | None) -> None:
    """The lease's own clock says how long it slept; here it says so at once."""
    assert permit is not None
    raise LeaseLostError("slept too long")


@pytest.mark.parametrize("base", REFS)
async def test_a_worker_that_slept_too_long_sends_no_create(
    base: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with DeliveryBench.open(database_url, **REFS[base]) as bench:
        await sleep_before_sending(bench, monkeypatch, fenced=True)

        assert [len(held) for held in bench.in_onec().values()] == [1, 1, 1]
        creates = [one for one in bench.requests() if one.method == "POST" and "/Post" not in one.path]
        assert len(creates) == 3


async def test_a_create_that_still_breaks_through_makes_no_second_document_where_references_are_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with DeliveryBench.open(database_url) as bench:
        await sleep_before_sending(bench, monkeypatch, fenced=False)

        assert [len(held) for held in bench.in_onec().values()] == [1, 1, 1]
        assert await states(bench) == ["posted"] * 3


async def test_a_twin_is_found_by_its_marker_shown_and_gone_once_one_is_marked(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reference is kept and no fence held: the twin can't be avoided, but it can't hide."""
    async with DeliveryBench.open(database_url, client_ref="ignored") as bench:
        await sleep_before_sending(bench, monkeypatch, fenced=False)
        assert sorted(len(held) for held in bench.in_onec().values()) == [1, 1, 2]

        bench.clock.advance(3700)
        await bench.base.round(0, "verifier")
        report = (await bench.stored())[0]
        assert (report.status.state, "два наших" in (report.status.reason or "")) == (DocumentState.CONFLICT, True)
        with pytest.raises(ImpossibleDecisionError, match="два наших"):
            await restore_ours(report.id, ACCOUNTANT, bench.deciding(Desk()))

        twin = next(row for row in bench.sandbox.onec.context.store.table(REPORT) if not row["Posted"])
        await bench.control("edits", do="mark", kind=REPORT, ref=twin["Ref_Key"])
        await resend(report.id, ACCOUNTANT, bench.deciding(Desk()))
        await bench.deliver()
        bench.clock.advance(3700)
        await bench.base.round(0, "verifier")

        assert await states(bench) == ["posted"] * 3


@pytest.mark.parametrize("base", REFS)
async def test_what_a_restored_backup_lost_is_noticed_and_made_once_more_on_a_decision(
    base: str, database_url: str
) -> None:
    async with DeliveryBench.open(database_url, **REFS[base]) as bench:
        store = bench.sandbox.onec.context.store
        store.back_up("morning")
        await bench.publish(bench.shift(1))
        await bench.deliver()
        expected = bench.in_onec()
        store.restore("morning")
        assert bench.in_onec() == {}

        bench.clock.advance(3700)
        await bench.base.round(0, "verifier")
        lost = await bench.stored()
        assert [one.status.state.value for one in lost] == ["conflict"] * 3
        assert bench.in_onec() == {}
        for one in lost:
            await restore_ours(one.id, ACCOUNTANT, bench.deciding(Desk()))
        await bench.deliver()

        assert await states(bench) == ["posted"] * 3
        assert bench.in_onec() == expected


async def test_an_unposted_document_is_posted_again_on_a_decision(database_url: str) -> None:
    async with DeliveryBench.open(database_url) as bench:
        await bench.publish(bench.shift(1))
        await bench.deliver()
        report = (await bench.stored())[0]
        await bench.control("edits", do="unpost", kind=REPORT, ref=str(report.id))
        bench.clock.advance(3700)
        await bench.base.round(0, "verifier")

        await restore_ours(report.id, ACCOUNTANT, bench.deciding(Desk()))
        await bench.deliver()

        assert await states(bench) == ["posted"] * 3
        assert all(row["Posted"] for rows in bench.in_onec().values() for row in rows)


async def test_a_copy_that_comes_to_stand_at_the_address_gets_nothing_and_spoils_nothing(database_url: str) -> None:
    """The same process, the same address, another base: nothing is written there and nothing becomes a conflict."""
    async with DeliveryBench.open(database_url) as bench:
        await bench.publish(bench.shift(1))
        await bench.deliver()
        before = bench.requests()[-1].number
        await bench.control("switches", base_name="Копия для проверки")
        await bench.publish(bench.shift(2))
        bench.clock.advance(61)

        for _ in range(4):
            await bench.base.round(0, "owner")
            bench.clock.advance(3700)
        known = KnownBase("romashka", bench.erp, bench.clock, bench.work)
        with pytest.raises(OtherBaseError):
            await look_at(await bench.stored(bench.shift(1)), known)

        assert [one for one in bench.requests(before) if one.method == "POST"] == []
        waiting = await bench.stored(bench.shift(2))
        assert all("другая база" in (one.status.reason or "") for one in waiting)
        assert await states(bench) == ["posted"] * 3 + ["planned"] * 3


@pytest.mark.parametrize("refused", ["Ref_Key", "create"])
async def test_one_document_1c_answers_badly_holds_up_no_other_shift(database_url: str, refused: str) -> None:
    """A search or a create of one kind fails for ever with 1C's own words; reports of all shifts go on."""
    async with DeliveryBench.open(database_url) as bench:
        method = "GET" if refused == "Ref_Key" else "POST"
        no_rights = {"odata.error": {"code": "20", "message": {"lang": "ru", "value": "Нет прав"}}}
        asked = FaultRequest(
            target="onec",
            do="status",
            code=401,
            body=no_rights,
            when=When(method=method, path=rf"{KINDS['cash-receipt-order']}\?"),
        )
        bench.sandbox.faults.add(asked)
        for number in range(12):
            await bench.publish(bench.shift(number))

        while await bench.base.round(0, "owner"):
            pass

        kinds = {one.document.kind.value: set[str]() for one in await bench.stored()}
        for one in await bench.stored():
            kinds[one.document.kind.value].add(one.status.state.value)
        assert kinds == {"retail-report": {"posted"}, "cash-receipt-order": {"planned"}, "card-payment": {"planned"}}
        bench.sandbox.faults.clear()
        await bench.deliver()
        assert set(await states(bench)) == {"posted"}


async def test_a_peer_on_the_shift_is_waited_for_and_not_asked_about_without_end(database_url: str) -> None:
    async with DeliveryBench.open(database_url) as bench:
        facts = bench.shift(1)
        await bench.publish(facts)
        leases = bench.base.tools.leases
        async with bench.work() as work:
            await leases.take(work.session, f"shift:{facts.shift.id}", "peer", 60)
            await work.commit()

        assert not await bench.base.round(0, "owner")
        assert await states(bench) == ["planned"] * 3
