"""Documents taken out of the ERP's books, brought back and written over: once, whatever fails or dies on the way."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from integration.ledger.conftest import Bench, config_with
from integration.ledger.desk import Desk
from integration.ledger.memory_erp import Fault, content
from ledger.adapters.tables import MESSAGING
from ledger.domain.shifts import ShiftRevision
from ledger.domain.stored import StoredDocument, erp_form
from ledger.http_api.bodies import document_body
from ledger.use_cases import rewrite_document, withdraw_document
from ledger.use_cases.adjust_document import adjust
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.check_stored import check_stored
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, resend
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.restore_document import restore_ours
from ledger.use_cases.roll_back_period import plan_rollback, result_of, roll_back
from smena.contracts.ledger_events import DOCUMENT_FAILED
from smena.erp.documents import ErpDocumentKind
from smena.erp.errors import ErpError, ErpRefusedError, ErpSetupError
from smena.leases.leases import Leases
from unit.ledger.making import line, payment, revision, shift_key

WHY = Decision("Бухгалтер", "период внесён вручную")
LOST = ("drop-before", "lost", "commit-then-drop", "access", "broken")
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


class Died(BaseException):
    """What a process does at a fail-point: nothing after it runs."""


def dying_at(point: str) -> Callable[[str], None]:
    def reach(name: str) -> None:
        if name == point:
            raise Died(point)

    return reach


def deciding(bench: Bench) -> Deciding:
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    return Deciding(comparing)


def shift(number: int) -> ShiftRevision:
    key = shift_key(number)
    return revision(
        [line("milk", 2000, 500 + number)], [payment("cash", 500 + number)], shift=key, business_date=date(2026, 1, 31)
    )


async def of_shift(bench: Bench, facts: ShiftRevision) -> list[StoredDocument]:
    return await bench.stored(facts.shift.id)


async def posted_shift(bench: Bench, number: int) -> list[StoredDocument]:
    facts = shift(number)
    await bench.publish(facts)
    await bench.deliver()
    return await of_shift(bench, facts)


async def told(_: int, __: int) -> None:
    """Nobody listens to the progress of these runs."""


async def rolled_back(bench: Bench) -> dict[str, Any]:
    plan = [step.as_json() for step in await plan_rollback(["kassa-1"], *JANUARY, deciding(bench), told)]
    outcomes = await roll_back(plan, WHY, deciding(bench), told)
    return result_of(plan, outcomes, reason=WHY.reason, person=WHY.person)


def in_erp(bench: Bench, document: StoredDocument) -> tuple[bool, bool]:
    held = bench.erp.documents[document.status.erp_ref or ""]
    return held.posted, held.marked


async def edited(bench: Bench, document: StoredDocument, change: dict[str, Any]) -> StoredDocument:
    """What the verifier makes of it when the accountant changed it by hand."""
    bench.erp.change(str(document.status.erp_ref), **change)
    bench.clock.advance(3700)
    await bench.base.round(0, "verifier")
    (found,) = [one for one in await bench.stored() if one.id == document.id]
    assert found.status.state == "conflict"
    return found


async def test_a_posted_document_is_unposted_and_marked_once_whatever_answer_is_lost(bench: Bench) -> None:
    """Every fault at unposting and at marking: the decision stands, and is carried out without being asked again."""
    cases = [(step, do) for step in ("unpost", "mark") for do in LOST]
    for number, (step, do) in enumerate(cases, start=1):
        report, cash = await posted_shift(bench, number)
        bench.erp.faults.append(Fault(step, do, nth=bench.erp.calls.count(step) + 1))

        await cancel(report.id, WHY, deciding(bench))
        await bench.deliver()
        for _ in range(4):
            bench.clock.advance(1000)
            await bench.base.round(0, "worker")

        assert [fault.hits for fault in bench.erp.faults] == [1], (step, do)
        assert (in_erp(bench, report), in_erp(bench, cash)) == ((False, True), (True, False)), (step, do)
        assert [one.status.state for one in await of_shift(bench, shift(number))] == ["cancelled", "posted"]
        bench.erp.faults.clear()
    assert len(bench.erp.documents) == 2 * len(cases)


@pytest.mark.parametrize("point", ["before-look", "after-unpost", "after-mark", "before-commit"])
async def test_a_withdrawal_is_finished_wherever_the_process_dies(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    report, _ = await posted_shift(bench, 1)
    monkeypatch.setattr(withdraw_document, "reach", dying_at(f"withdraw.{point}"))
    with pytest.raises(Died):
        await cancel(report.id, WHY, deciding(bench))
    monkeypatch.undo()

    bench.base = bench.another_process()
    await bench.deliver()
    await bench.base.round(0, "worker")

    assert in_erp(bench, report) == (False, True)
    assert await bench.states() == ["cancelled", "posted"]
    async with bench.work() as work:
        history = await work.documents.history(report.id)
    assert [(one.state_after, one.actor) for one in history][-2:] == [("posted", WHY.person), ("cancelled", "smena")]
    assert [said["state"] for said in await bench.said(DOCUMENT_FAILED)] == ["cancelled"]


async def test_what_was_changed_by_hand_is_no_longer_cancelled_unseen(bench: Bench) -> None:
    report, _ = await posted_shift(bench, 1)
    bench.erp.change(str(report.status.erp_ref), edited={"amount": "6.00"})

    with pytest.raises(ImpossibleDecisionError, match="Изменён в 1С"):
        await cancel(report.id, WHY, deciding(bench))
    assert (in_erp(bench, report), (await bench.states())[0]) == ((True, False), "conflict")

    await cancel(report.id, WHY, deciding(bench))
    assert (in_erp(bench, report), (await bench.states())[0]) == ((False, True), "cancelled")


async def test_an_erp_that_refuses_to_unpost_keeps_the_document_posted_and_says_why(bench: Bench) -> None:
    report, _ = await posted_shift(bench, 1)
    bench.erp.refuse_unpost = "Период закрыт (ДатыЗапретаИзменения)"

    with pytest.raises(ImpossibleDecisionError, match="ДатыЗапретаИзменения"):
        await cancel(report.id, WHY, deciding(bench))

    found = (await bench.stored())[0]
    assert (found.status.state, found.status.withdrawing, in_erp(bench, report)) == ("posted", None, (True, False))


async def test_a_period_is_rolled_back_and_what_was_changed_by_hand_is_named_and_left(bench: Bench) -> None:
    first = await posted_shift(bench, 1)
    second = await posted_shift(bench, 2)
    bench.erp.change(str(second[1].status.erp_ref), edited={"amount": "9.99"})

    plan = await plan_rollback(["kassa-1"], *JANUARY, deciding(bench), told)
    assert [step.action for step in plan].count("unpost-and-mark") == 3
    assert not any(held.marked for held in bench.erp.documents.values())
    result = await rolled_back(bench)

    assert result["counts"] == {"cancelled": 3, "conflict": 1}
    assert [one["key"] for one in result["conflicts"]] == [second[1].document.key]
    assert [in_erp(bench, one) for one in (*first, *second)] == [(False, True)] * 3 + [(True, False)]
    await bench.deliver()
    assert len(bench.erp.documents) == 4


async def test_what_is_changed_by_hand_while_a_rollback_waits_is_left_however_often_the_run_is_taken_up(
    bench: Bench,
) -> None:
    """Nobody decided about the change: the plan was made before it, and a second pass is no second decision."""
    report, cash = await posted_shift(bench, 1)
    plan = [step.as_json() for step in await plan_rollback(["kassa-1"], *JANUARY, deciding(bench), told)]
    bench.erp.change(str(report.status.erp_ref), edited={"amount": "6.00"})

    for _ in range(2):
        outcomes = {one.step["key"]: one.outcome for one in await roll_back(plan, WHY, deciding(bench), told)}
        assert outcomes == {cash.document.key: "cancelled", report.document.key: "conflict"}

    assert in_erp(bench, report) == (True, False)
    assert bench.erp.documents[str(report.status.erp_ref)].content["amount"] == "6.00"


async def test_documents_rolled_back_stay_so_until_they_are_sent_again_and_make_no_second(bench: Bench) -> None:
    documents = await posted_shift(bench, 1)
    await rolled_back(bench)
    assert (await rolled_back(bench))["documents"] == 0

    for document in documents:
        await resend(document.id, WHY, deciding(bench))
    await bench.deliver()

    assert (await bench.states(), len(bench.erp.documents)) == (["posted"] * 2, 2)
    assert [in_erp(bench, one) for one in documents] == [(True, False)] * 2


async def test_a_closed_period_is_not_rolled_back_and_is_named(bench: Bench) -> None:
    documents = await posted_shift(bench, 1)
    bench.use(config_with({"closed_until": date(2026, 1, 31)}))

    result = await rolled_back(bench)

    assert result["counts"] == {"closed-period": 2}
    assert "31.01.2026" in result["outcomes"][0]["reason"]
    assert [in_erp(bench, one) for one in documents] == [(True, False)] * 2


async def test_ours_is_written_over_what_was_changed_unposted_or_marked_by_hand(bench: Bench) -> None:
    changes: list[dict[str, Any]] = [
        {"edited": {"amount": "6.00"}},
        {"edited": {"comment": ""}, "posted": False},
        {"marked": True, "posted": False},
        {"posted": False},
    ]
    for number, change in enumerate(changes, start=1):
        report, _ = await posted_shift(bench, number)
        await edited(bench, report, change)

        await restore_ours(report.id, WHY, deciding(bench))
        await bench.deliver()

        held = bench.erp.documents[str(report.status.erp_ref)]
        assert (held.content, held.posted, held.marked) == (content(erp_form(report.document)), True, False), change
    assert set(await bench.states()) == {"posted"}
    assert len(bench.erp.documents) == 2 * len(changes)


async def test_what_changes_after_the_decision_to_restore_is_a_conflict_again(bench: Bench) -> None:
    report, _ = await posted_shift(bench, 1)
    await edited(bench, report, {"edited": {"amount": "6.00"}})
    await restore_ours(report.id, WHY, deciding(bench))
    bench.erp.change(str(report.status.erp_ref), edited={"amount": "7.00"})

    await bench.deliver()

    assert (await bench.states())[0] == "conflict"
    assert bench.erp.documents[str(report.status.erp_ref)].content["amount"] == "7.00"


@pytest.mark.parametrize("point", ["before-look", "after-unpost", "after-write"])
async def test_an_overwriting_is_finished_wherever_the_process_dies(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    report, _ = await posted_shift(bench, 1)
    await edited(bench, report, {"edited": {"amount": "6.00"}})
    await restore_ours(report.id, WHY, deciding(bench))
    monkeypatch.setattr(rewrite_document, "reach", dying_at(f"rewrite.{point}"))
    with pytest.raises(Died):
        await bench.deliver()
    monkeypatch.undo()

    bench.base = bench.another_process()
    await bench.deliver()

    held = bench.erp.documents[str(report.status.erp_ref)]
    assert (held.content, held.posted) == (content(erp_form(report.document)), True)
    assert await bench.states() == ["posted"] * 2


async def test_an_overwriting_survives_every_lost_answer(bench: Bench) -> None:
    for number, (step, do) in enumerate([(step, do) for step in ("unpost", "rewrite") for do in LOST], start=1):
        report, _ = await posted_shift(bench, number)
        await edited(bench, report, {"edited": {"amount": "6.00"}})
        bench.erp.faults.append(Fault(step, do, nth=bench.erp.calls.count(step) + 1))

        await restore_ours(report.id, WHY, deciding(bench))
        await bench.deliver()

        assert [fault.hits for fault in bench.erp.faults] == [1], (step, do)
        held = bench.erp.documents[str(report.status.erp_ref)]
        assert (held.content, held.posted) == (content(erp_form(report.document)), True), (step, do)
        bench.erp.faults.clear()
    assert set(await bench.states()) == {"posted"}


async def test_a_report_that_leaves_postings_is_an_alarm_on_the_document_and_in_an_event(bench: Bench) -> None:
    bench.erp.leaves[ErpDocumentKind.RETAIL_REPORT] = 2
    report, cash = await posted_shift(bench, 1)

    rules = bench.rulebook.delivery_rules("kassa-1")
    shown, other = document_body(report, rules), document_body(cash, rules)
    assert [(one.code, "(2)" in one.detail) for one in shown.erp.alarms] == [("unexpected-postings", True)]
    assert (shown.state, "Есть проводки" in (shown.reason or "")) == ("posted", True)
    assert (other.erp.alarms, other.reason) == ([], None)
    (said,) = await bench.said(DOCUMENT_FAILED)
    assert (said["state"], "Есть проводки" in said["reason"]) == ("posted", True)

    bench.erp.leaves.clear()
    await posted_shift(bench, 2)
    assert bench.erp.calls.count("movements") == 2
    assert len(await bench.said(DOCUMENT_FAILED)) == 1


@pytest.mark.parametrize("error", [ErpSetupError("регистр не опубликован"), ErpRefusedError("400", status=400)])
async def test_postings_that_cannot_be_read_are_said_and_asked_for_again_later_and_not_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: ErpError
) -> None:
    asked: list[object] = []

    async def hidden(*what: object) -> dict[str, int]:
        asked.append(what)
        raise error

    with monkeypatch.context() as unpublished:
        unpublished.setattr(bench.erp, "movements", hidden)
        report, _ = await posted_shift(bench, 1)
        for _ in range(3):
            await bench.base.round(0, "worker")
    assert len(asked) == 1
    rules = bench.rulebook.delivery_rules("kassa-1")
    assert [one.code for one in document_body(report, rules).erp.alarms] == ["postings-not-read"]

    bench.clock.advance(3700)
    await bench.base.round(0, "worker")
    assert document_body((await bench.stored())[0], rules).erp.alarms == []


async def test_nothing_is_asked_where_any_postings_are_expected(bench: Bench) -> None:
    bench.use(config_with({"expected_postings": "any"}))
    bench.erp.leaves[ErpDocumentKind.RETAIL_REPORT] = 2
    report, _ = await posted_shift(bench, 1)

    assert document_body(report, bench.rulebook.delivery_rules("kassa-1")).erp.alarms == []
    assert "movements" not in bench.erp.calls


async def test_a_document_of_a_closed_day_goes_into_an_open_one_on_request(bench: Bench) -> None:
    bench.use(config_with({"closed_until": date(2026, 1, 31)}))
    await bench.publish(shift(1))
    await bench.deliver(2)
    report, cash = await bench.stored()
    assert (await bench.states(), bench.erp.calls.count("create")) == (["planned"] * 2, 0)
    with pytest.raises(ImpossibleDecisionError, match="Период закрыт"):
        await adjust(report.id, date(2026, 1, 31), WHY, deciding(bench))

    rules = bench.rulebook.delivery_rules("kassa-1")
    assert document_body(report, rules).erp.decisions == ["adjust"]
    await adjust(report.id, date(2026, 2, 1), WHY, deciding(bench))
    shown = [document_body(one, rules) for one in await bench.stored()]
    assert [(one.erp.day, one.state) for one in shown] == [(date(2026, 2, 1), "planned")] * 2, "the order goes along"
    async with bench.work() as work:
        assert [one.actor for one in await work.documents.history(cash.id)] == [WHY.person]
    await bench.deliver()

    assert await bench.states() == ["posted"] * 2
    assert {held.content["date"][:10] for held in bench.erp.documents.values()} == {"2026-02-01"}
    assert {one.document.business_date for one in await bench.stored()} == {date(2026, 1, 31)}
    assert await check_stored(bench.work) == (1, 2, [])


async def test_a_document_of_an_open_day_is_not_moved_whether_it_waits_or_was_refused_for_something_else(
    bench: Bench,
) -> None:
    await bench.publish(shift(1))
    tools, rules = deciding(bench), bench.rulebook.delivery_rules("kassa-1")
    for refusal in (None, "Не заполнен счёт учёта"):
        if refusal:
            bench.erp.refuse_post = refusal
            await bench.deliver(2)
        report = (await bench.stored())[0]
        assert document_body(report, rules).erp.decisions == []
        with pytest.raises(ImpossibleDecisionError, match=r"31.01.2026\) открыт.*resend"):
            await adjust(report.id, date(2026, 2, 1), WHY, tools)
    assert report.status.state == "rejected"


async def test_a_document_1c_refused_for_its_day_is_moved_there_and_not_made_twice(bench: Bench) -> None:
    bench.erp.refuse_post = "Период закрыт (ДатыЗапретаИзменения)"
    await bench.publish(shift(1))
    await bench.deliver(2)
    report = (await bench.stored())[0]
    assert report.status.state == "rejected"

    bench.erp.refuse_post = None
    await adjust(report.id, date(2026, 2, 1), WHY, deciding(bench))
    await bench.deliver()

    assert (await bench.states(), bench.erp.calls.count("create")) == (["posted"] * 2, 2)
    assert {held.content["date"][:10] for held in bench.erp.documents.values()} == {"2026-02-01"}
    assert bench.erp.documents[str(report.status.erp_ref)].content["date"][:10] == "2026-02-01"
    assert await check_stored(bench.work) == (1, 2, [])
