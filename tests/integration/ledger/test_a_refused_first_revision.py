"""A first revision that 1C refuses, mended by a later one, traps no shift: what never left gives its place up."""

import asyncio
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from integration.ledger.conftest import Bench, config_with
from integration.ledger.desk import Desk
from ledger.adapters.tables import MESSAGING
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import SUPERSEDED
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.check_stored import check_stored
from ledger.use_cases.decide_document import Deciding, Decision, ImpossibleDecisionError, resend
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.replay_period import ReplayOutcome, replay_period
from smena.erp.documents import ErpDocument, ErpDocumentKind, Found
from smena.erp.errors import ErpRefusedError
from smena.leases.leases import Leases
from unit.ledger.making import DAY, line, payment, revision

WHY = Decision("Бухгалтер", "номенклатура исправлена")


def sold(number: int, item: str, cash: int = 300, card: int = 200) -> ShiftRevision:
    lines = [line("bread", 1000, 100), line(item, 1000, cash + card - 100)]
    return revision(lines, [payment("cash", cash), payment("card", card)], number=number)


def deciding(bench: Bench) -> Deciding:
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    return Deciding(comparing)


async def replayed(bench: Bench, *, dry_run: bool = False) -> ReplayOutcome:
    async def progress(_done: int, _total: int) -> None:
        return None

    tools = deciding(bench).comparing
    return await replay_period(["kassa-1"], DAY, DAY, dry_run=dry_run, tools=tools, progress=progress)


Refuse = Callable[[Callable[[ErpDocument], bool]], None]


@pytest.fixture
def refuse(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Refuse:
    """Makes 1C take no document of which this is true."""
    find = bench.erp.find

    def refusing(wrong: Callable[[ErpDocument], bool]) -> None:
        async def strict(document: ErpDocument, *, ref: str | None) -> Found:
            if wrong(document):
                raise ErpRefusedError("такой номенклатуры нет")
            return await find(document, ref=ref)

        monkeypatch.setattr(bench.erp, "find", strict)

    return refusing


def of_item(item: str) -> Callable[[ErpDocument], bool]:
    return lambda document: any(one.item_ref == item for one in document.lines)


async def in_force(bench: Bench) -> dict[str, tuple[str, str]]:
    """State and sum of what takes part in the books, by kind and revision."""
    return {
        f"{one.document.kind.value}#{one.document.revision}": (one.status.state.value, str(one.document.amount))
        for one in await bench.stored()
        if one.status.state.value != "cancelled"
    }


async def check(bench: Bench) -> list[str]:
    return (await check_stored(bench.work))[2]


WHOLE = {
    "retail-report#2": ("posted", "600"),
    "cash-receipt-order#2": ("posted", "350"),
    "card-payment#2": ("posted", "250"),
}


async def test_the_mended_revision_takes_the_whole_place_of_the_refused_one(bench: Bench, refuse: Refuse) -> None:
    refuse(of_item("wrong"))
    await bench.publish(sold(1, "wrong"))
    await bench.deliver()
    assert await bench.states() == ["rejected", "planned", "planned"]

    await bench.publish(sold(2, "milk", 350, 250))
    await bench.deliver()

    assert await in_force(bench) == WHOLE
    first = [one for one in await bench.stored() if one.document.revision == 1]
    assert {(one.status.state.value, one.status.reason) for one in first} == {("cancelled", SUPERSEDED)}
    assert all(one.document.adjusts is None for one in await bench.stored())
    assert sorted(held.content["amount"] for held in bench.erp.documents.values()) == ["2.50", "3.50", "6.00"]
    assert await check(bench) == []
    before = [(one.content, one.status) for one in await bench.stored()]
    outcome = await replayed(bench)
    assert (outcome.changes, outcome.written, outcome.looked_at) == ([], 0, 3)
    assert [(one.content, one.status) for one in await bench.stored()] == before
    with pytest.raises(ImpossibleDecisionError, match="Заменён"):
        await resend(first[0].id, WHY, deciding(bench))

    await bench.publish(sold(3, "milk", 350, 350))
    await bench.deliver()

    assert await in_force(bench) == {
        **WHOLE,
        "retail-report#3": ("posted", "100"),
        "card-payment#3": ("posted", "100"),
    }, "a revision after it adjusts what stands in 1C"
    by_name = {f"{one.document.kind.value}#{one.document.revision}": one for one in await bench.stored()}
    assert by_name["card-payment#3"].document.adjusts == by_name["card-payment#2"].id
    assert await check(bench) == []


async def test_what_reached_the_base_is_adjusted_and_only_what_never_left_is_said_anew(
    bench: Bench, refuse: Refuse
) -> None:
    refuse(lambda document: document.kind is ErpDocumentKind.CARD_PAYMENT)
    await bench.publish(sold(1, "milk"))
    await bench.deliver()
    assert await bench.states() == ["posted", "posted", "rejected"]

    refuse(lambda _document: False)
    await bench.publish(sold(2, "milk", 350, 250))
    await bench.deliver()

    assert await in_force(bench) == {
        "retail-report#1": ("posted", "500"),
        "cash-receipt-order#1": ("posted", "300"),
        "retail-report#2": ("posted", "100"),
        "cash-receipt-order#2": ("posted", "50"),
        "card-payment#2": ("posted", "250"),
    }
    assert await check(bench) == []


async def test_a_difference_made_before_the_refusal_gives_way_by_itself(bench: Bench, refuse: Refuse) -> None:
    """1C was away while both revisions came; it refuses the first one only then."""
    refuse(of_item("wrong"))
    await bench.publish(sold(1, "wrong"))
    await bench.publish(sold(2, "milk", 350, 250))
    assert await bench.states() == ["planned"] * 6

    await bench.deliver()

    assert await in_force(bench) == WHOLE
    assert await check(bench) == []


async def test_a_shift_trapped_before_is_led_out_by_a_replay_or_a_resend(bench: Bench, refuse: Refuse) -> None:
    refuse(of_item("wrong"))
    await bench.publish(sold(1, "wrong"))
    await bench.publish(sold(2, "milk", 350, 250))
    async with bench.database.session() as session:  # as an earlier release left it
        await session.execute(
            text("update ledger.document set state = 'rejected', reason = 'нет' where key like 'retail-report%#1'")
        )
        await session.execute(
            text(
                "insert into ledger.document_history (document, at, state_before, state_after, actor)"
                " select id, now(), 'planned', 'rejected', 'smena' from ledger.document where state = 'rejected'"
            )
        )
        await session.commit()
    dry = await replayed(bench, dry_run=True)
    assert (len(dry.changes), dry.written) == (6, 0)
    assert await bench.states() == ["rejected", *["planned"] * 5]

    refused = (await bench.stored())[0]
    after = await resend(refused.id, WHY, deciding(bench))
    await bench.deliver()

    assert (after.status.state.value, after.status.reason) == ("cancelled", SUPERSEDED)
    assert await in_force(bench) == WHOLE
    assert await check(bench) == []


async def test_an_unknown_outcome_is_never_superseded(bench: Bench) -> None:
    await bench.publish(sold(1, "wrong"))
    async with bench.database.session() as session:
        await session.execute(text("update ledger.document set state = 'unknown' where kind = 'retail-report'"))
        await session.execute(text("update ledger.document set state = 'rejected' where kind = 'card-payment'"))
        await session.commit()

    await bench.publish(sold(2, "milk", 350, 250))

    found = await in_force(bench)
    assert found["retail-report#1"] == ("unknown", "500")
    assert found["retail-report#2"] == ("planned", "100"), "it may stand there, so only the difference is added"
    assert found["card-payment#2"] == ("planned", "250")
    assert "card-payment#1" not in found


async def test_a_worker_that_had_read_the_refused_revision_sends_nothing_of_it(
    bench: Bench, refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document is found planned, a later revision supersedes it meanwhile: its intent can't be stored any more."""
    refuse(lambda document: document.kind is ErpDocumentKind.CARD_PAYMENT)
    await bench.publish(sold(1, "milk"))
    await bench.deliver()
    card = (await bench.stored())[2]
    await resend(card.id, WHY, deciding(bench))
    looking, go_on = asyncio.Event(), asyncio.Event()
    find = bench.erp.find

    async def slow(document: ErpDocument, *, ref: str | None) -> Found:
        looking.set()
        await go_on.wait()
        return await find(document, ref=ref)

    monkeypatch.setattr(bench.erp, "find", slow)  # holds the worker between its look and its intent
    worker = asyncio.create_task(bench.base.round(0, str(uuid4())))
    async with asyncio.timeout(10):
        await looking.wait()
    async with bench.database.session() as session:
        await session.execute(
            text("update ledger.document set state = 'rejected', released = false where id = :id"), {"id": card.id}
        )
        await session.commit()
    await bench.publish(sold(2, "milk", 350, 250))
    go_on.set()
    await worker
    refuse(lambda _document: False)
    await bench.deliver()

    assert (await in_force(bench))["card-payment#2"] == ("posted", "250")
    cards = [one.content["amount"] for one in bench.erp.documents.values() if one.kind is ErpDocumentKind.CARD_PAYMENT]
    assert cards == ["2.50"]


async def test_a_payment_corrected_by_a_later_revision_leaves_no_two_opposite_documents_of_its_unmapped_kind(
    bench: Bench,
) -> None:
    lines = list(sold(1, "milk").lines)
    await bench.publish(revision(lines, [payment("oplati", 400), payment("cash", 100)]))
    assert "rejected" in await bench.states()

    await bench.publish(revision(lines, [payment("cash", 500)], number=2))
    await bench.deliver()

    assert await in_force(bench) == {
        "retail-report#2": ("posted", "500"),
        "cash-receipt-order#2": ("posted", "500"),
    }
    assert await check(bench) == []


async def test_two_opposite_documents_an_earlier_release_left_are_led_out_by_a_resend(bench: Bench) -> None:
    """A sale and its refund, both of an unmapped kind: mapped or not, the shift says the rest of itself."""
    lines = list(sold(1, "milk").lines)
    await bench.publish(revision(lines, [payment("oplati", 400), payment("cash", 100)]))
    async with bench.database.session() as session:  # nothing seems refused while the second one comes
        await session.execute(text("update ledger.document set state = 'planned' where state = 'rejected'"))
        await session.commit()
    await bench.publish(revision(lines, [payment("cash", 500)], number=2))
    async with bench.database.session() as session:
        await session.execute(text("update ledger.document set state = 'rejected' where payment_kind = 'oplati'"))
        await session.commit()
    opposite = [one for one in await bench.stored() if one.document.payment_kind == "oplati"]
    assert sum(one.document.money for one in opposite) == 0
    assert {one.status.state.value for one in opposite} == {"rejected"}

    await resend(opposite[0].id, WHY, deciding(bench))
    await bench.deliver()

    assert await in_force(bench) == {
        "retail-report#2": ("posted", "500"),
        "cash-receipt-order#2": ("posted", "500"),
    }
    assert await check(bench) == []


async def test_where_a_register_makes_no_documents_of_the_day_nothing_gives_way(bench: Bench, refuse: Refuse) -> None:
    """A register whose documents begin later makes none, so nothing gives way to nothing."""
    refuse(of_item("wrong"))
    await bench.publish(sold(1, "wrong"))
    await bench.deliver()
    bench.use(config_with({"documents_from": date(2026, 3, 1)}))

    await bench.publish(sold(2, "milk"))

    assert await bench.states() == ["rejected", "planned", "planned"]
    for one in reversed(await bench.stored()):
        await cancel(one.id, WHY, deciding(bench))
    assert await bench.states() == ["cancelled"] * 3
