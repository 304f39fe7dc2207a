"""What the accountant meets when something is not as it should be, and the way out of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from integration.ledger.conftest import Bench, config_with
from integration.ledger.desk import Desk
from integration.ledger.memory_erp import Fault, content
from ledger.adapters.tables import MESSAGING
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import (
    BusyDocumentError,
    Deciding,
    Decision,
    create_anyway,
    keep_theirs,
    link,
    resend,
)
from ledger.use_cases.lease import take_lease
from ledger.use_cases.post_shift import ShiftOutcome
from ledger.use_cases.read_shift import UnreadableShiftError
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.restore_document import restore_ours
from smena.contracts.ledger_events import DOCUMENT_FAILED, SHIFT_POSTED
from smena.leases.leases import Leases
from unit.ledger.making import line, payment, revision, shift_key

FACTS = revision([line("milk", 2000, 500)], [payment("cash", 500)])
WHY = Decision("Бухгалтер", "проверено")


def _deciding(bench: Bench) -> Deciding:
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    return Deciding(comparing)


async def _of_kind(bench: Bench, kind: str) -> StoredDocument:
    return next(found for found in await bench.stored() if found.document.kind == kind)


async def _report(bench: Bench) -> StoredDocument:
    return await _of_kind(bench, "retail-report")


async def _conflicting(bench: Bench) -> UUID:
    """A report was entered by hand beforehand: ours stops before anything is created."""
    await bench.publish(FACTS)
    report = await _report(bench)
    bench.erp.enter_by_hand(erp_form(report.document))
    await bench.deliver(3)
    return report.id


async def test_a_report_entered_by_hand_stops_ours_and_nothing_is_created(bench: Bench) -> None:
    await _conflicting(bench)

    report = await _report(bench)
    assert (report.status.state, (report.status.reason or "").startswith("Похоже, уже введено")) == ("conflict", True)
    assert sorted(await bench.states(), reverse=True) == ["planned", "conflict"]
    assert bench.erp.calls.count("create") == 0
    assert [said["state"] for said in await bench.said(DOCUMENT_FAILED)] == ["conflict"]


async def test_create_anyway_makes_ours_beside_the_lookalike(bench: Bench) -> None:
    await create_anyway(await _conflicting(bench), WHY, _deciding(bench))

    await bench.deliver()

    assert await bench.states() == ["posted", "posted"]
    assert len(bench.erp.documents) == 3


async def test_link_takes_hers_for_ours_and_it_stays_so_when_verified(bench: Bench) -> None:
    report_id = await _conflicting(bench)
    (hers,) = bench.erp.documents
    bench.erp.change(hers, posted=True)

    await link(report_id, None, WHY, _deciding(bench))
    await bench.deliver()
    bench.clock.advance(7200)
    await bench.base.round(0, "verifier")

    assert (hers, ["posted", "posted"]) == ((await _report(bench)).status.erp_ref, await bench.states())
    assert len(bench.erp.documents) == 2
    async with bench.work() as work:
        (decided,) = [one for one in await work.documents.history(report_id) if one.actor == WHY.person]
    assert ("conflict", "posted", WHY.reason) == (decided.state_before, decided.state_after, decided.reason)


async def test_a_linked_draft_is_posted_once_the_register_posts_and_stays_linked(bench: Bench) -> None:
    bench.use(config_with({"delivery": "draft"}))
    report_id = await _conflicting(bench)
    (hers,) = bench.erp.documents
    await link(report_id, None, WHY, _deciding(bench))
    await bench.deliver(3)
    assert await bench.states() == ["created", "created"]
    assert not await bench.base.round(0, "worker"), "there is nothing to do until the register posts"

    bench.use(config_with())
    await bench.deliver()
    bench.clock.advance(7200)
    await bench.base.round(0, "verifier")

    assert (await bench.states(), bench.erp.documents[hers].posted) == (["posted", "posted"], True)
    assert len(bench.erp.documents) == 2


async def test_hers_that_says_something_else_is_linked_and_then_decided(bench: Bench) -> None:
    report_id = await _conflicting(bench)
    (hers,) = bench.erp.documents
    bench.erp.change(hers, posted=True, edited={"goods[1].vat_amount": "0.01"})

    await link(report_id, None, WHY, _deciding(bench))
    linked = (await _report(bench)).status

    assert (linked.state, linked.erp_ref, linked.verified_at) == ("conflict", hers, None)
    assert [(one.field, one.found) for one in linked.differences] == [("goods[1].vat_amount", "0.01")]
    await restore_ours(report_id, WHY, _deciding(bench))
    await bench.deliver()
    assert (await bench.states(), len(bench.erp.documents)) == (["posted", "posted"], 2)
    assert bench.erp.documents[hers].content == content(erp_form((await _report(bench)).document))


async def test_a_refusal_by_a_closed_period_keeps_the_reference_and_a_resend_makes_no_second(bench: Bench) -> None:
    bench.erp.refuse_post = "Период закрыт для изменений (ДатыЗапретаИзменения)"
    await bench.publish(FACTS)
    await bench.deliver(3)
    refused = await _report(bench)
    assert ("rejected", bench.erp.refuse_post) == (refused.status.state, refused.status.reason)
    assert refused.status.erp_ref in bench.erp.documents

    bench.erp.refuse_post = None
    await resend(refused.id, WHY, _deciding(bench))
    await bench.deliver()

    assert (await bench.states(), bench.erp.calls.count("create")) == (["posted", "posted"], 2)
    assert refused.status.erp_ref == (await _report(bench)).status.erp_ref


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"posted": False}, "Проведение снято в 1С"),
        ({"marked": True}, "Помечен на удаление в 1С"),
        ({"edited": {"amount": "6.00"}}, "Изменён в 1С"),
        ({"edited": {"comment": ""}}, "Изменён в 1С"),
        (None, "Документа больше нет в 1С"),
    ],
)
async def test_the_verifier_finds_what_was_done_in_the_erp(bench: Bench, change: dict | None, reason: str) -> None:  # type: ignore[type-arg]
    await bench.publish(FACTS)
    await bench.deliver()
    ref = str((await _report(bench)).id)
    if change is None:
        del bench.erp.documents[ref]
    else:
        bench.erp.change(ref, **change)

    bench.clock.advance(3599)
    assert not await bench.base.round(0, "verifier")
    bench.clock.advance(2)
    await bench.base.round(0, "verifier")

    report, cash = await bench.stored()
    assert ("conflict", reason) == (report.status.state, report.status.reason)
    assert ("posted", bench.clock.now()) == (cash.status.state, cash.status.verified_at)


async def test_keep_theirs_accepts_the_edit_until_the_next_one(bench: Bench) -> None:
    await bench.publish(FACTS)
    await bench.deliver()
    ref = str((await _report(bench)).id)
    for amount, expected in (("6.00", "posted"), ("7.00", "conflict")):
        bench.erp.change(ref, edited={"amount": amount})
        bench.clock.advance(3601)
        await bench.base.round(0, "verifier")
        assert (await _report(bench)).status.state == "conflict"
        if expected == "posted":
            await keep_theirs(UUID(ref), WHY, _deciding(bench))
            bench.clock.advance(3601)
            await bench.base.round(0, "verifier")
        assert expected == (await _report(bench)).status.state


async def test_two_of_ours_by_marker_are_shown_and_never_hidden(bench: Bench) -> None:
    await bench.publish(FACTS)
    document = erp_form((await _report(bench)).document)
    for _ in range(2):
        ref = bench.erp.enter_by_hand(document)
        bench.erp.documents[ref] = replace(bench.erp.documents[ref], comment=document.marker, content=content(document))

    await bench.deliver(3)

    report = await _report(bench)
    assert (report.status.state, "два наших" in (report.status.reason or "")) == ("conflict", True)


async def test_a_field_the_erp_did_not_keep_is_a_conflict_before_posting(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = bench.erp._keep
    monkeypatch.setattr(
        bench.erp, "_keep", lambda document: replace(keep(document), content={**content(document), "outlet": ""})
    )
    await bench.publish(FACTS)

    await bench.deliver(3)

    report = await _report(bench)
    assert (report.status.state, [one.field for one in report.status.differences]) == ("conflict", ["outlet"])
    assert bench.erp.calls.count("post") == 0


async def test_a_draft_is_created_read_back_and_left_unposted(bench: Bench) -> None:
    bench.use(config_with({"delivery": "draft"}))
    await bench.publish(FACTS)

    await bench.deliver()

    assert await bench.states() == ["created", "created"]
    assert all(found.status.verified_at for found in await bench.stored())
    assert bench.erp.calls.count("post") == 0
    assert await bench.said(SHIFT_POSTED) == []
    bench.use(config_with())
    await bench.deliver()
    while await bench.base.round(0, "owner"):
        pass
    assert await bench.states() == ["posted", "posted"]


@pytest.mark.parametrize("mode", ["off", "compare"])
async def test_nothing_is_asked_or_written_where_delivery_does_not_write(bench: Bench, mode: str) -> None:
    bench.use(config_with({"delivery": mode}))
    await bench.publish(FACTS)

    assert not await bench.base.round(0, "owner")

    assert (await bench.states(), bench.erp.calls) == (["planned", "planned"], [])


async def test_kinds_set_to_stay_unposted_are_created_only(bench: Bench) -> None:
    bench.use(config_with({"post": False}))
    await bench.publish(FACTS)

    await bench.deliver()

    assert await bench.states() == ["created", "posted"]


async def test_a_closed_period_waits_for_the_accountant_and_goes_when_she_says_so(bench: Bench) -> None:
    bench.use(config_with({"closed_until": date(2026, 1, 31)}))
    await bench.publish(FACTS)
    assert not await bench.base.round(0, "owner")

    for stored in await bench.stored():
        await resend(stored.id, WHY, _deciding(bench))
    await bench.deliver()

    assert await bench.states() == ["posted", "posted"]


async def test_days_before_the_first_one_make_no_documents(bench: Bench) -> None:
    bench.use(config_with({"documents_from": date(2026, 2, 1)}))

    assert await bench.publish(FACTS) == ShiftOutcome.APPLIED

    assert await bench.stored() == []


async def test_a_base_that_is_down_is_left_alone_and_catches_up_when_it_answers(bench: Bench) -> None:
    for number in range(8):
        await bench.publish(replace(FACTS, shift=shift_key(number)))
    await bench.base.round(0, "owner")
    bench.erp.down = True
    bench.base = bench.another_process()
    bench.base.recognised_at = bench.clock.now()
    calls = len(bench.erp.calls)
    for _ in range(20):
        await bench.base.round(0, "owner")
    assert len(bench.erp.calls) - calls <= 3

    bench.erp.down = False
    bench.clock.advance(16)
    await bench.deliver(4)

    assert {"posted"} == set(await bench.states())


async def test_another_base_at_the_same_address_gets_nothing(bench: Bench) -> None:
    await bench.publish(FACTS)
    await bench.deliver()
    bench.erp.name = "copy for tests"
    bench.base = bench.another_process()
    await bench.publish(replace(FACTS, shift=shift_key(18)))
    calls = len(bench.erp.calls)

    for _ in range(5):
        await bench.base.round(0, "owner")

    assert {"fingerprint"} == set(bench.erp.calls[calls:])
    waiting = await bench.stored(shift_key(18).id)
    assert all("другая база" in (found.status.reason or "") for found in waiting)


async def test_an_early_revision_waits_for_its_predecessor(bench: Bench) -> None:
    second = revision([line("milk", 3000, 750, price=250)], [payment("cash", 750)], number=2)
    third = revision([line("milk", 1000, 250)], [payment("cash", 250)], number=3)

    assert await bench.publish(third) == ShiftOutcome.WAITING
    assert await bench.publish(second) == ShiftOutcome.WAITING
    assert await bench.stored() == []
    assert await bench.publish(FACTS) == ShiftOutcome.APPLIED

    assert [(found.document.revision, found.document.amount) for found in await bench.stored()] == [
        (1, 500),
        (1, 500),
        (2, 250),
        (2, 250),
        (3, -500),
        (3, 500),
    ]
    await bench.deliver()
    assert {"posted"} == set(await bench.states())
    first = {found.document.kind.value: found.id for found in await bench.stored() if found.document.revision == 1}
    assert first["retail-report"] == (await bench.stored())[2].document.adjusts
    assert [said["revision"] for said in await bench.said(SHIFT_POSTED)] == [1, 2, 3]


async def test_a_revision_already_applied_is_noted_and_one_with_other_content_is_refused(bench: Bench) -> None:
    await bench.publish(FACTS)

    assert await bench.publish(FACTS) == ShiftOutcome.NOTED
    with pytest.raises(UnreadableShiftError, match="другим содержанием"):
        await bench.publish(revision([line("milk", 2000, 501)], [payment("cash", 501)]))

    assert len(await bench.stored()) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"register": "kassa-9"}, "не настроена"),
        ({"organization": "other"}, "принадлежит"),
        ({"register_number": "1"}, "имеет номер"),
    ],
)
async def test_a_shift_of_a_register_that_is_not_ours_is_refused_by_name(
    bench: Bench, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(UnreadableShiftError, match=said):
        await bench.publish(replace(FACTS, shift=replace(FACTS.shift, **changes)))  # type: ignore[arg-type]


async def test_a_document_that_never_left_is_cancelled_here_alone_and_sent_again_on_a_resend(bench: Bench) -> None:
    report_id = await _conflicting(bench)
    (hers,) = bench.erp.documents

    await cancel(report_id, WHY, _deciding(bench))
    await bench.deliver()

    assert await bench.states() == ["cancelled", "posted"]
    assert not bench.erp.documents[hers].marked
    bench.erp.change(hers, marked=True)
    await resend(report_id, WHY, _deciding(bench))
    await bench.deliver()
    assert await bench.states() == ["posted", "posted"]


async def test_no_decision_is_taken_while_a_worker_is_on_the_shift(bench: Bench) -> None:
    report_id = await _conflicting(bench)
    lease = await take_lease(bench.work, Leases(MESSAGING), f"shift:{shift_key().id}", str(uuid4()), 60)
    assert lease is not None

    with pytest.raises(BusyDocumentError):
        await create_anyway(report_id, WHY, _deciding(bench))


async def test_missing_rights_leave_everything_planned_with_the_reason(bench: Bench) -> None:
    bench.erp.faults.append(Fault("create", "access"))
    await bench.publish(FACTS)

    await bench.base.round(0, "owner")

    report = await _report(bench)
    assert (report.status.state, report.status.reason) == ("planned", "401")
    assert report.status.next_attempt_at is not None
    assert (report.status.next_attempt_at - bench.clock.now()).total_seconds() == 15
