"""Later revisions of a register by ``on_change = "update"``: written in place, once, never over a person's work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from integration.ledger.conftest import Bench, config_with
from integration.ledger.desk import Desk
from integration.ledger.memory_erp import Fault, content
from ledger.adapters.tables import MESSAGING
from ledger.domain.reconciliation import SalesFigures
from ledger.domain.shifts import ShiftRevision
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases import restate_shift, rewrite_document, withdraw_document
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.check_stored import check_stored
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, keep_theirs, resend
from ledger.use_cases.post_shift import ShiftOutcome
from ledger.use_cases.reconcile_shifts import Comparing, reconcile_shifts
from ledger.use_cases.replay_period import replay_period
from ledger.use_cases.restore_document import restore_ours
from smena.contracts.ledger_events import SHIFT_POSTED
from smena.leases.leases import Leases
from unit.ledger.making import line, payment, revision, shift_key

WHY = Decision("Бухгалтер", "решение бухгалтера")
LOST = ("lost", "commit-then-drop")
DAY = date(2026, 1, 31)
UPDATE = {"on_change": "update"}


class Died(BaseException):
    """What a process does at a fail-point: nothing after it runs."""


def dying_at(point: str) -> Callable[[str], None]:
    def reach(name: str) -> None:
        if name == point:
            raise Died(point)

    return reach


@pytest.fixture
def updating(bench: Bench) -> Bench:
    bench.use(config_with(UPDATE))
    return bench


def comparing(bench: Bench, desk: Desk | None = None) -> Comparing:
    return Comparing(
        {"romashka": bench.erp}, bench.rulebook, desk or Desk(), bench.clock, Leases(MESSAGING), bench.work
    )


def sold(number: int, cash: int, card: int = 0, *, shift: int = 1) -> ShiftRevision:
    """A shift that sold milk for so much."""
    lines = [line("milk", 2000, cash + card, key="milk")]
    return revision(lines, [payment("cash", cash), payment("card", card)], number=number, shift=shift_key(shift))


async def posted(bench: Bench, *revisions: ShiftRevision) -> list[StoredDocument]:
    for one in revisions:
        await bench.publish(one)
        await bench.deliver(2)
    return await bench.stored(revisions[0].shift.id)


def standing(bench: Bench) -> dict[str, tuple[str, bool, bool]]:
    """What the ERP holds: sum, posted, marked, by kind and payment kind of the key in the comment."""
    found = {}
    for held in bench.erp.documents.values():
        parts = held.comment.removeprefix("[smena:").removesuffix("]").split("|")
        number = parts[-1].partition("#")[2]
        found[f"{parts[0]}#{number}"] = (held.content["amount"], held.posted, held.marked)
    return found


async def test_a_later_revision_is_written_in_place_under_the_first_keys(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500, 300), sold(2, 400, 300))

    assert standing(bench) == {
        "retail-report#1": ("7.00", True, False),
        "cash-receipt-order#1": ("4.00", True, False),
        "card-payment#1": ("3.00", True, False),
    }
    assert await bench.states() == ["posted"] * 3
    assert (bench.erp.calls.count("create"), bench.erp.calls.count("rewrite")) == (3, 2), "the card did not change"
    for stored in await bench.stored():
        held = bench.erp.documents[str(stored.status.erp_ref)]
        assert held.content == content(erp_form(stored.document))
    assert await check_stored(bench.work) == (1, 3, [])
    said = await bench.said(SHIFT_POSTED)
    assert [(one["revision"], len(one["documents"])) for one in said] == [(1, 3), (2, 3)]


async def test_history_and_audit_say_what_changed(updating: Bench) -> None:
    report, *_ = await posted(updating, sold(1, 500), sold(2, 400))

    async with updating.work() as work:
        history = await work.documents.history(report.id)
        audit = await work.trail.chain("romashka", 0, 100)
    why = "Версия 2 смены: сумма была 5.00, стала 4.00"
    assert [(one.state_before, one.state_after) for one in history if one.reason == why] == [("posted", "planned")]
    assert [(one.deed.what, one.deed.why) for one in audit] == [("document.restate", why)] * 2
    assert audit[0].deed.details["amount_after"] == "4.00"


async def test_a_payment_kind_that_goes_is_taken_out_and_a_new_one_is_a_document_of_its_own(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500), sold(2, 0, 500), sold(3, 200, 300))

    assert standing(bench) == {
        "retail-report#1": ("5.00", True, False),
        "cash-receipt-order#1": ("5.00", False, True),
        "card-payment#2": ("3.00", True, False),
        "cash-receipt-order#3": ("2.00", True, False),
    }
    assert sorted(await bench.states()) == ["cancelled", "posted", "posted", "posted"]
    (gone,) = [one for one in await bench.stored() if one.status.state == "cancelled"]
    with pytest.raises(ImpossibleDecisionError, match="Нет в новой версии"):
        await resend(gone.id, WHY, Deciding(comparing(bench)))
    assert await check_stored(bench.work) == (1, 4, [])
    assert [one["revision"] for one in await bench.said(SHIFT_POSTED)] == [1, 2, 3]


async def test_a_shift_that_becomes_empty_is_taken_out_whole(updating: Bench) -> None:
    await posted(updating, sold(1, 500), revision([], [], number=2, shift=shift_key(1)))

    assert await updating.states() == ["cancelled"] * 2
    assert {one[1:] for one in standing(updating).values()} == {(False, True)}


async def test_revisions_of_a_shift_that_never_left_are_stated_once(updating: Bench) -> None:
    bench = updating
    bench.erp.down = True
    await bench.publish(sold(1, 500))
    await bench.publish(sold(2, 400))
    await bench.publish(sold(3, 300))
    bench.erp.down = False
    await bench.deliver()

    assert standing(bench) == {
        "retail-report#1": ("3.00", True, False),
        "cash-receipt-order#1": ("3.00", True, False),
    }
    assert bench.erp.calls.count("rewrite") == 0
    assert await check_stored(bench.work) == (1, 2, [])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"edited": {"amount": "6.00"}}, "Изменён в 1С"),
        ({"edited": {"comment": ""}}, "Изменён в 1С"),
        ({"posted": False}, "Проведение снято в 1С"),
        ({"posted": False, "marked": True}, "Помечен на удаление в 1С"),
    ],
)
async def test_what_an_accountant_changed_is_a_conflict_and_is_not_written_over(
    updating: Bench, change: dict[str, Any], why: str
) -> None:
    bench = updating
    report, _ = await posted(bench, sold(1, 500))
    bench.erp.change(str(report.status.erp_ref), **change)
    hers = bench.erp.documents[str(report.status.erp_ref)]

    await posted(bench, sold(2, 400))

    (found, _) = await bench.stored()
    assert (found.status.state, found.status.reason) == ("conflict", why)
    assert bench.erp.documents[str(report.status.erp_ref)] == hers

    await restore_ours(report.id, WHY, Deciding(comparing(bench)))
    await bench.deliver()
    assert standing(bench)["retail-report#1"] == ("4.00", True, False)
    assert await bench.states() == ["posted"] * 2


async def test_what_a_person_kept_in_the_erp_is_not_written_over_by_a_later_revision(updating: Bench) -> None:
    bench = updating
    report, _ = await posted(bench, sold(1, 500))
    bench.erp.change(str(report.status.erp_ref), edited={"amount": "6.00"})
    bench.clock.advance(3700)
    await bench.base.round(0, "verifier")
    await bench.publish(sold(2, 400))
    await bench.deliver(2)
    assert (await bench.states(), standing(bench)["cash-receipt-order#1"][0]) == (["conflict", "posted"], "5.00")

    await keep_theirs(report.id, WHY, Deciding(comparing(bench)))
    await bench.deliver(2)

    assert (await bench.stored())[0].status.reason == restate_shift.KEPT_AS_HERS
    assert standing(bench)["retail-report#1"][0] == "6.00"


POINTS = [
    *((restate_shift, f"restate.{point}") for point in ("before-commit", "after-commit")),
    *((rewrite_document, f"rewrite.{point}") for point in ("after-intent", "after-unpost", "after-write")),
    *((withdraw_document, f"withdraw.{point}") for point in ("after-unpost", "after-mark")),
]


async def test_a_later_revision_is_finished_wherever_the_process_dies(
    updating: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = updating
    for shift, (module, point) in enumerate(POINTS, start=1):
        await posted(bench, sold(1, 500, shift=shift))
        await bench.publish(sold(2, 100, 300, shift=shift) if "withdraw" not in point else sold(2, 0, 400, shift=shift))
        with monkeypatch.context() as dying:
            dying.setattr(module, "reach", dying_at(point))
            with pytest.raises(Died):
                await bench.deliver()
        bench.base = bench.another_process()
        await bench.deliver()

        documents = [one for one in await bench.stored(shift_key(shift).id) if one.status.state == "posted"]
        held = [bench.erp.documents[str(one.status.erp_ref)] for one in documents]
        assert [one.content for one in held] == [content(erp_form(one.document)) for one in documents], point
        assert all(one.posted for one in held), point
        assert sum(one.document.money for one in documents if one.document.payment_kind) == 400, point
    assert set(await bench.states()) == {"posted", "cancelled"}
    assert set(bench.erp.creates.values()) == {1}


async def test_a_later_revision_survives_every_lost_answer(updating: Bench) -> None:
    bench = updating
    cases = [*((step, do) for step in ("unpost", "rewrite", "mark") for do in LOST), ("post", "lost")]
    for shift, (step, do) in enumerate(cases, start=1):
        await posted(bench, sold(1, 500, shift=shift))
        bench.erp.faults.append(Fault(step, do, nth=bench.erp.calls.count(step) + 1))
        await bench.publish(sold(2, 0, 400, shift=shift))
        for _ in range(3):
            await bench.base.round(0, "worker")
            bench.clock.advance(1000)

        assert [fault.hits for fault in bench.erp.faults] == [1], (step, do)
        report, cash, card = await bench.stored(shift_key(shift).id)
        assert [one.status.state for one in (report, cash, card)] == ["posted", "cancelled", "posted"], (step, do)
        held = bench.erp.documents[str(report.status.erp_ref)]
        assert (held.content, held.posted) == (content(erp_form(report.document)), True), (step, do)
        gone = bench.erp.documents[str(cash.status.erp_ref)]
        assert (gone.posted, gone.marked) == (False, True), (step, do)
        bench.erp.faults.clear()
    assert set(bench.erp.creates.values()) == {1}


async def test_a_revision_waits_for_a_create_whose_answer_was_lost(updating: Bench) -> None:
    bench = updating
    bench.erp.faults.append(Fault("create", "late"))
    await bench.publish(sold(1, 500))
    await bench.base.round(0, "worker")
    assert (await bench.states())[0] == "unknown"

    assert await bench.publish(sold(2, 400)) is ShiftOutcome.WAITING
    await bench.base.round(0, "worker")
    async with bench.work() as work:
        assert await work.revisions.waiting(shift_key(1).id) == [2]
    await bench.deliver()

    assert {sum_ for sum_, _, _ in standing(bench).values()} == {"4.00"}
    assert set(bench.erp.creates.values()) == {1}


async def test_a_closed_period_is_neither_written_over_nor_taken_out_of_until_she_lets_it_go(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500))
    bench.use(config_with({**UPDATE, "closed_until": DAY}))
    await bench.publish(sold(2, 0, 400))
    await bench.deliver(2)
    before = {"retail-report#1": ("5.00", True, False), "cash-receipt-order#1": ("5.00", True, False)}
    assert standing(bench) == before

    for stored in await bench.stored():
        await resend(stored.id, WHY, Deciding(comparing(bench)))
    await bench.deliver()

    assert standing(bench) == {
        "retail-report#1": ("4.00", True, False),
        "cash-receipt-order#1": ("5.00", False, True),
        "card-payment#2": ("4.00", True, False),
    }


async def test_what_waits_for_a_closed_period_may_stay_as_it_is(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500))
    bench.use(config_with({**UPDATE, "closed_until": DAY}))
    await bench.publish(sold(2, 0, 400))
    await bench.base.round(0, "worker")
    report, cash, _ = await bench.stored()

    for one in (report, cash):
        await keep_theirs(one.id, WHY, Deciding(comparing(bench)))
    await bench.deliver(2)

    assert standing(bench) == {
        "retail-report#1": ("5.00", True, False), "cash-receipt-order#1": ("5.00", True, False)
    }  # fmt: skip
    assert (await bench.states())[:2] == ["posted", "posted"]


async def test_an_erp_that_refuses_to_take_a_document_out_makes_a_conflict(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500))
    await bench.publish(sold(2, 0, 500))
    bench.erp.refuse_unpost = "Период закрыт (ДатыЗапретаИзменения)"
    await bench.deliver(2)

    cash = next(one for one in await bench.stored() if one.document.payment_kind == "cash")
    assert (cash.status.state, "ДатыЗапретаИзменения" in (cash.status.reason or "")) == ("conflict", True)

    bench.erp.refuse_unpost = None
    await cancel(cash.id, WHY, Deciding(comparing(bench)))
    await bench.deliver()
    assert sorted(await bench.states()) == ["cancelled", "posted", "posted"]


async def test_a_replay_of_restated_documents_writes_nothing(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500, 300), sold(2, 0, 700), sold(3, 100, 700))
    calls = len([one for one in bench.erp.calls if one in {"create", "post", "rewrite", "unpost", "mark"}])

    async def told(_: int, __: int) -> None: ...

    outcome = await replay_period(["kassa-1"], DAY, DAY, dry_run=False, tools=comparing(bench), progress=told)

    assert (outcome.changes, outcome.drifted, outcome.written) == ([], [], 0)
    assert len([one for one in bench.erp.calls if one in {"create", "post", "rewrite", "unpost", "mark"}]) == calls


async def test_a_reconciliation_follows_what_is_in_force(updating: Bench) -> None:
    bench, facts = updating, sold(2, 0, 700)
    await posted(bench, sold(1, 500, 300), facts)
    receipts = {"sales_sum": "7.00", "annulments_sum": "0.00", "refunds_sum": "0.00"}
    desk = Desk({facts.shift.id: SalesFigures(receipts, receipts)})

    (compared,) = await reconcile_shifts([facts.shift.id], "", comparing(bench, desk))

    assert (compared.result.balanced, compared.result.sums()["erp"]) == (True, "7.00")


async def test_adjusting_documents_are_taken_out_when_the_register_turns_to_update(bench: Bench) -> None:
    await posted(bench, sold(1, 500), sold(2, 400))
    assert len(bench.erp.documents) == 4
    bench.use(config_with(UPDATE))
    await posted(bench, sold(3, 300))
    bench.use(config_with())
    await posted(bench, sold(4, 350))

    assert standing(bench) == {
        "retail-report#1": ("3.00", True, False),
        "cash-receipt-order#1": ("3.00", True, False),
        "retail-report#2": ("-1.00", False, True),
        "cash-expense-order#2": ("1.00", False, True),
        "retail-report#4": ("0.50", True, False),
        "cash-receipt-order#4": ("0.50", True, False),
    }
    assert await check_stored(bench.work) == (1, 6, [])


async def test_after_a_cancellation_a_later_revision_restates_the_whole_once_it_is_sent_again(updating: Bench) -> None:
    bench = updating
    documents = await posted(bench, sold(1, 500))
    for one in documents:
        await cancel(one.id, WHY, Deciding(comparing(bench)))
    await posted(bench, sold(2, 300, 100))
    assert {one[1:] for one in standing(bench).values()} == {(False, True)}
    assert await bench.states() == ["cancelled", "cancelled", "planned"]

    for one in documents:
        await resend(one.id, WHY, Deciding(comparing(bench)))
    await bench.deliver()

    assert standing(bench) == {
        "retail-report#1": ("4.00", True, False),
        "cash-receipt-order#1": ("3.00", True, False),
        "card-payment#2": ("1.00", True, False),
    }
    assert await check_stored(bench.work) == (1, 3, [])


async def test_a_later_revision_that_moves_the_day_is_for_a_person(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500), replace(sold(2, 500), business_date=date(2026, 2, 1)))

    assert {one.status.reason for one in await bench.stored()} == {restate_shift.DAY_MOVED}
    assert {held.content["date"][:10] for held in bench.erp.documents.values()} == {"2026-01-31"}
