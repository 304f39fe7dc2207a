"""A wrong setting found when half a shift stands in 1C: named, mended, sent; and nobody else waits meanwhile."""

from dataclasses import replace
from typing import Any

import pytest

from integration.ledger.conftest import CONFIG, Bench, config_with
from integration.ledger.desk import Desk
from integration.ledger.memory_erp import Fault
from ledger.adapters.tables import MESSAGING
from ledger.use_cases.decide_document import Deciding, Decision, resend
from ledger.use_cases.reconcile_shifts import Comparing
from smena.erp.documents import ErpDocument, ErpDocumentKind, Found
from smena.erp.errors import ErpRefusedError, ErpUnavailableError
from smena.leases.leases import Leases
from unit.ledger.making import line, payment, revision, shift_key

FACTS = revision([line("milk", 2000, 500)], [payment("cash", 500)])
WHY = Decision("Бухгалтер", "исправлена касса")


def _with_desk(desk: str) -> dict[str, Any]:
    payments = CONFIG["registers"][0]["documents"]["payments"]
    return {"payments": {**payments, "cash": {**payments["cash"], "cash_desk": desk}}}


async def test_a_wrong_reference_is_rejected_and_the_mended_one_goes_though_the_report_is_posted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = bench.erp.find

    async def strict(document: ErpDocument, *, ref: str | None) -> Found:
        if document.refs.get("cash_desk") == "wrong":
            raise ErpRefusedError("cash_desk: «wrong» не ссылка 1С")
        return await find(document, ref=ref)

    monkeypatch.setattr(bench.erp, "find", strict)
    bench.use(config_with(_with_desk("wrong")))
    await bench.publish(FACTS)
    await bench.deliver()
    report, cash = await bench.stored()
    assert (report.status.state, cash.status.state) == ("posted", "rejected")
    assert "wrong" in (cash.status.reason or "")

    bench.use(config_with(_with_desk("desk-1")))
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    await resend(cash.id, WHY, Deciding(comparing))
    await bench.deliver()

    report_after, cash_after = await bench.stored()
    assert (report_after.status.state, cash_after.status.state) == ("posted", "posted")
    assert (report.content, "desk-1") == (report_after.content, cash_after.document.form.refs["cash_desk"])
    assert {1} == set(bench.erp.creates.values())


async def test_a_defect_over_one_document_never_pauses_the_base(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    find = bench.erp.find
    bad = shift_key(0)

    async def broken(document: ErpDocument, *, ref: str | None) -> Found:
        if f"|{bad.number}|" in document.marker:
            raise KeyError("a defect of ours")
        return await find(document, ref=ref)

    monkeypatch.setattr(bench.erp, "find", broken)
    for number in range(6):
        await bench.publish(replace(FACTS, shift=shift_key(number)))
    while await bench.base.round(0, "owner"):
        pass

    assert [one.status.state for one in await bench.stored(bad.id)] == ["planned", "planned"]
    assert bench.base.breaker.failures == 0
    assert (await bench.states()).count("posted") == 10
    assert bench.erp.calls.count("create") == 10


async def test_a_read_back_that_is_refused_leaves_the_document_to_be_read_again_not_rejected(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, refused = bench.erp.read, [True]

    async def refusing(kind: ErpDocumentKind, ref: str) -> Any:
        if refused.pop() if refused else False:
            raise ErpRefusedError("Конфликт блокировок", code="-1", status=500)
        return await read(kind, ref)

    monkeypatch.setattr(bench.erp, "read", refusing)
    await bench.publish(FACTS)

    await bench.deliver()

    assert await bench.states() == ["posted", "posted"]
    assert bench.erp.calls.count("post") == 2


async def test_a_base_that_asks_for_a_pause_gets_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    create, busy = bench.erp.create, [True]

    async def asking(document: ErpDocument, **more: Any) -> Any:
        if busy.pop() if busy else False:
            raise ErpUnavailableError("429", retry_after_seconds=100)
        return await create(document, **more)

    monkeypatch.setattr(bench.erp, "create", asking)
    await bench.publish(FACTS)
    await bench.base.round(0, "owner")
    calls = len(bench.erp.calls)

    bench.clock.advance(99)
    assert not await bench.base.round(0, "owner")
    assert calls == len(bench.erp.calls)
    bench.clock.advance(1)
    await bench.deliver()

    assert await bench.states() == ["posted", "posted"]


async def test_the_verifier_that_can_not_read_holds_up_no_delivery(bench: Bench) -> None:
    await bench.publish(FACTS)
    await bench.deliver()
    bench.clock.advance(3601)
    bench.erp.faults.append(Fault("read_many", "access", nth=1))
    await bench.publish(replace(FACTS, shift=shift_key(18)))

    await bench.deliver()

    assert await bench.states() == ["posted"] * 4
