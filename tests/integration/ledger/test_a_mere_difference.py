"""After documents were cancelled a later revision never states its difference alone unless a person says so."""

import pytest

from integration.ledger.conftest import Bench
from integration.ledger.desk import Desk
from ledger.adapters.tables import MESSAGING
from ledger.domain.shifts import ShiftRevision
from ledger.domain.stored import StoredDocument
from ledger.http_api.bodies import document_body
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import Deciding, Decision, resend
from ledger.use_cases.reconcile_shifts import Comparing
from smena.leases.leases import Leases
from unit.ledger.making import line, payment, revision

WHY = Decision("Бухгалтер", "период внесён вручную")


def sold(number: int, cash: int) -> ShiftRevision:
    return revision([line("milk", 2000, cash)], [payment("cash", cash)], number=number)


def deciding(bench: Bench) -> Deciding:
    comparing = Comparing({"romashka": bench.erp}, bench.rulebook, Desk(), bench.clock, Leases(MESSAGING), bench.work)
    return Deciding(comparing)


@pytest.fixture
async def cancelled(bench: Bench) -> list[StoredDocument]:
    """The documents of a first revision, taken out of the books, and a second one that came after."""
    await bench.publish(sold(1, 501))
    await bench.deliver(2)
    documents = await bench.stored()
    for one in reversed(documents):
        await cancel(one.id, WHY, deciding(bench))
    await bench.publish(sold(2, 601))
    await bench.deliver(2)
    return documents


async def test_it_waits_says_why_and_follows_when_the_first_documents_are_sent_again(
    bench: Bench, cancelled: list[StoredDocument]
) -> None:
    assert (await bench.states(), bench.erp.calls.count("create")) == (["cancelled"] * 2 + ["planned"] * 2, 2)
    assert await bench.base._due() == [], "what waits takes no place from others"
    stored = await bench.stored()
    shown = document_body(stored[2], bench.rulebook.delivery_rules("kassa-1"), stored[:2])
    assert shown.reason is not None
    assert "разница с версией 1" in shown.reason

    for document in cancelled:
        await resend(document.id, WHY, deciding(bench))
    await bench.deliver(4)

    assert await bench.states() == ["posted"] * 4
    assert [held.content["amount"] for held in bench.erp.documents.values()] == ["5.01", "5.01", "1.00", "1.00"]


@pytest.mark.usefixtures("cancelled")
async def test_it_goes_alone_when_a_person_sends_it(bench: Bench) -> None:
    for document in (await bench.stored())[2:]:
        await resend(document.id, WHY, deciding(bench))
    await bench.deliver(2)

    assert await bench.states() == ["cancelled"] * 2 + ["posted"] * 2
