"""States × calls: what each call makes of a document in each state, and that from every state one leads out."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from integration.ledger.conftest import CONFIG, Bench, config_with
from integration.ledger.desk import Desk
from integration.ledger.memory_erp import Fault
from ledger.adapters.tables import MESSAGING
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.adjust_document import adjust
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import (
    Deciding,
    Decision,
    ImpossibleDecisionError,
    create_anyway,
    keep_theirs,
    link,
    resend,
)
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.restore_document import restore_ours
from smena.leases.leases import Leases
from unit.ledger.making import DAY, line, payment, revision, shift_key

WHY = Decision("Бухгалтер", "проверено")
REFUSED = "refused"
ROUNDS = 6
"""Turns of the clock: enough for an unknown outcome to be certain."""
OUT = frozenset({"posted", "cancelled"})
Situation = Callable[[Bench, int], Awaitable[UUID]]


async def _published(bench: Bench, number: int, kind: str = "cash") -> StoredDocument:
    """The money document of a shift of its own, with a sum of its own."""
    sum_ = 500 + number
    facts = revision([line("milk", 1000, sum_)], [payment(kind, sum_)])
    await bench.publish(replace(facts, shift=shift_key(number)))
    return (await bench.stored(shift_key(number).id))[-1]


async def planned(bench: Bench, number: int) -> UUID:
    return (await _published(bench, number)).id


async def unknown(bench: Bench, number: int) -> UUID:
    """The answer to its create is lost; 1C has it."""
    money = await _published(bench, number)
    bench.erp.faults = [Fault("create", "commit-then-drop", bench.erp.calls.count("create") + 2)]
    await bench.base.round(0, str(uuid4()))
    return money.id


async def refused_by_the_base(bench: Bench, number: int) -> UUID:
    """1C refused to post it; what was wrong there is mended since."""
    money = await _published(bench, number)
    bench.erp.refuse_post = "Период закрыт"
    bench.erp.calls.clear()
    await bench.deliver(2)
    bench.erp.refuse_post = None
    return next(one.id for one in await bench.stored(money.document.shift) if one.status.state.value == "rejected")


async def of_an_unmapped_kind(bench: Bench, number: int) -> UUID:
    """Its payment kind was mapped to nothing; it is mapped since."""
    bench.use(config_with())
    money = await _published(bench, number, "oplati")
    payments = CONFIG["registers"][0]["documents"]["payments"]
    bench.use(config_with({"payments": {**payments, "oplati": {"document": "card-payment", "type": "type-9"}}}))
    return money.id


async def of_a_kind_still_unmapped(bench: Bench, number: int) -> UUID:
    return (await _published(bench, number, "oplati")).id


async def like_one_entered_by_hand(bench: Bench, number: int) -> UUID:
    money = await _published(bench, number)
    bench.erp.enter_by_hand(erp_form(money.document))
    await bench.deliver(2)
    return money.id


async def posted(bench: Bench, number: int) -> UUID:
    money = await _published(bench, number)
    await bench.deliver(2)
    return money.id


async def changed_by_hand(bench: Bench, number: int) -> UUID:
    money = await posted(bench, number)
    bench.erp.change(str(money), edited={"amount": "0.01"})
    await _seen(bench)
    return money


async def erased(bench: Bench, number: int) -> UUID:
    money = await posted(bench, number)
    del bench.erp.documents[str(money)]
    await _seen(bench)
    return money


async def cancelled(bench: Bench, number: int) -> UUID:
    money = await posted(bench, number)
    await cancel(money, WHY, _deciding(bench))
    return money


async def _seen(bench: Bench) -> None:
    bench.clock.advance(timedelta(hours=2).total_seconds())
    while await bench.base.round(0, "verifier"):
        pass


def _deciding(bench: Bench) -> Deciding:
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    return Deciding(comparing)


CALLS: dict[str, Callable[[UUID, Deciding], Awaitable[StoredDocument]]] = {
    "resend": lambda one, tools: resend(one, WHY, tools),
    "cancel": lambda one, tools: cancel(one, WHY, tools),
    "link": lambda one, tools: link(one, None, WHY, tools),
    "create-anyway": lambda one, tools: create_anyway(one, WHY, tools),
    "keep-theirs": lambda one, tools: keep_theirs(one, WHY, tools),
    "restore-ours": lambda one, tools: restore_ours(one, WHY, tools),
    "adjust": lambda one, tools: adjust(one, DAY + timedelta(days=1), WHY, tools),
}
NO = dict.fromkeys(CALLS, REFUSED)
STATES: dict[Situation, tuple[str, dict[str, str]]] = {
    planned: ("planned", {**NO, "resend": "posted", "cancel": "cancelled"}),  # its day is open
    unknown: ("unknown", {**NO, "resend": "posted"}),
    refused_by_the_base: ("rejected", {**NO, "resend": "posted", "cancel": "cancelled", "adjust": "posted"}),
    of_an_unmapped_kind: ("rejected", {**NO, "resend": "posted", "cancel": "cancelled"}),
    of_a_kind_still_unmapped: ("rejected", {**NO, "resend": "rejected", "cancel": "cancelled"}),
    like_one_entered_by_hand: (
        "conflict",
        {**NO, "resend": "conflict", "cancel": "cancelled", "link": "posted", "create-anyway": "posted"},
    ),
    changed_by_hand: (
        "conflict",
        {**NO, "resend": "conflict", "cancel": "cancelled", "keep-theirs": "posted", "restore-ours": "posted"},
    ),
    erased: (
        "conflict",
        {**NO, "resend": "conflict", "cancel": "cancelled", "keep-theirs": "cancelled", "restore-ours": "posted"},
    ),
    posted: ("posted", {**NO, "resend": "posted", "cancel": "cancelled"}),
    cancelled: ("cancelled", {**NO, "resend": "posted", "cancel": "cancelled"}),
}
"""What becomes of the document after the call, once the delivery has come to rest."""


@pytest.mark.parametrize("situation", STATES, ids=lambda one: one.__name__.replace("_", "-"))
async def test_every_call_does_what_the_table_says_and_one_of_them_leads_out(
    bench: Bench, situation: Situation
) -> None:
    state, expected = STATES[situation]
    found: dict[str, str] = {}
    for number, (name, call) in enumerate(CALLS.items(), start=1):
        document = await situation(bench, number)
        before = await _read(bench, document)
        assert before.status.state.value == state, before.status
        refused = await _refused(call, document, bench)
        if refused is None:
            await bench.deliver(ROUNDS)
        else:
            assert await _read(bench, document) == before, "what is refused changes nothing"
            assert (bool(refused.ru), refused.en.replace("Похоже, уже введено", "").isascii()) == (True, True)
        found[name] = (await _read(bench, document)).status.state.value if refused is None else REFUSED
        await bench.deliver(ROUNDS)
        held = bench.erp.of_marker(before.document.marker)
        assert len([one for one in held if not one.marked]) <= 1, "never two of one document"

    assert found == expected
    assert OUT & set(found.values())


async def _refused(
    call: Callable[[UUID, Deciding], Awaitable[StoredDocument]], document: UUID, bench: Bench
) -> ImpossibleDecisionError | None:
    try:
        await call(document, _deciding(bench))
    except ImpossibleDecisionError as error:
        return error
    return None


async def _read(bench: Bench, document: UUID) -> StoredDocument:
    async with bench.work() as work:
        stored = await work.documents.get(document)
    assert stored is not None
    return stored


async def test_what_an_unmapped_kind_waits_for_names_the_line_that_is_missing_and_the_other_way_out(
    bench: Bench,
) -> None:
    money = await _published(bench, 1, "oplati")

    reason = money.status.reason or ""

    assert "[registers.documents.payments] кассы kassa-1" in reason
    assert 'oplati = { document = "card-payment"' in reason
    assert ("(resend)" in reason, "(cancel)" in reason) == (True, True)
