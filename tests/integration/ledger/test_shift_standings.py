"""The ledger tells how each shift stands in the books, with the change itself, once, and numbered in its order."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from integration.ledger.conftest import Bench
from integration.ledger.test_taken_back import deciding
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import Decision, resend
from ledger.use_cases.tell_standings import tell_standings
from smena.contracts.ledger_events import SHIFT_STANDING
from unit.ledger.making import line, payment, revision, shift_key

FACTS = revision([line("milk", 2000, 500)], [payment("cash", 500)])
WHY = Decision("Бухгалтер", "Дубль")


async def _told(bench: Bench) -> list[tuple[int, str, int]]:
    return [(one["number"], one["state"], one["revision"]) for one in await bench.said(SHIFT_STANDING)]


async def _last(bench: Bench) -> dict[str, Any]:
    return (await bench.said(SHIFT_STANDING))[-1]


async def test_a_shift_is_told_when_its_word_changes_and_not_with_every_document(bench: Bench) -> None:
    await bench.publish(FACTS)
    assert await _told(bench) == [(1, "waiting", 1)]

    await bench.deliver()

    assert len(await bench.stored()) > 1
    assert await _told(bench) == [(1, "waiting", 1), (2, "created", 1), (3, "posted", 1)]


async def test_a_document_taken_back_by_hand_and_sent_again_is_told_both_times(bench: Bench) -> None:
    await bench.publish(FACTS)
    await bench.deliver()
    report = (await bench.stored())[0]

    await cancel(report.id, WHY, deciding(bench))
    taken = await _last(bench)
    assert (taken["state"], [one["id"] for one in taken["documents"]]) == ("taken-back", [str(report.id)])
    assert (taken["documents"][0]["state"], taken["documents"][0]["reason"]) == ("cancelled", WHY.reason)

    await resend(report.id, WHY, deciding(bench))
    await bench.deliver()

    told = await _told(bench)
    assert (told[-1][1], [number for number, _, _ in told]) == ("posted", list(range(1, len(told) + 1)))


async def test_a_shift_without_documents_and_a_revision_without_a_difference_are_told_too(bench: Bench) -> None:
    """Nothing of them ever reaches the delivery: who waits for a posted document would wait for ever."""
    await bench.publish(revision([], []))
    assert await _told(bench) == [(1, "without-documents", 1)]

    await bench.publish(revision([], [], number=2))

    assert await _told(bench) == [(1, "without-documents", 1), (2, "without-documents", 2)]


async def test_a_transaction_that_is_rolled_back_tells_nothing(bench: Bench) -> None:
    await bench.publish(FACTS)
    (first, *_) = await bench.stored()
    async with bench.work() as work:
        await work.documents.save(first, first.status.rejected("нет"), at=bench.clock.now())

    assert await _told(bench) == [(1, "waiting", 1)]


async def test_documents_that_change_at_once_leave_the_word_that_is_true_of_all_of_them(bench: Bench) -> None:
    """Each transaction sees its own change alone until it may tell: the last to tell has seen the others'."""
    await bench.publish(FACTS)
    documents = await bench.stored()

    async def reject(n: int) -> None:
        async with bench.work() as work:
            one = documents[n]
            await work.documents.save(one, one.status.rejected(f"причина {n}"), at=bench.clock.now())
            await work.commit()

    await asyncio.gather(*(reject(n) for n in range(len(documents))))

    last = await _last(bench)
    assert len(documents) > 1
    assert {UUID(one["id"]) for one in last["documents"]} == {one.id for one in documents}
    numbers = [number for number, _, _ in await _told(bench)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


async def test_shifts_kept_by_an_earlier_release_are_told_once(bench: Bench) -> None:
    await bench.publish(FACTS)
    await bench.publish(revision([line(amount=300)], [payment("cash", 300)], shift=shift_key(number=8)))
    async with bench.database.session() as session:
        await session.execute(text("delete from ledger.shift_standing"))
        await session.execute(text("delete from ledger.outbox"))
        await session.commit()

    assert [await tell_standings(bench.work), await tell_standings(bench.work)] == [2, 0]
    assert await _told(bench) == [(1, "waiting", 1)] * 2
