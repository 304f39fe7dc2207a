"""From a published shift to posted, verified documents."""

from integration.ledger.conftest import Bench
from smena.contracts.ledger_events import DOCUMENT_FAILED, DOCUMENT_POSTED, SHIFT_POSTED
from unit.ledger.making import line, payment, revision

FACTS = revision([line("milk", 2000, 500), line("bread", 1000, 150)], [payment("cash", 400), payment("card", 250)])


async def test_a_published_shift_becomes_posted_documents_in_the_order_report_cash_card(bench: Bench) -> None:
    await bench.publish(FACTS)
    assert await bench.states() == ["planned"] * 3

    await bench.deliver()

    documents = await bench.stored()
    assert [found.status.state for found in documents] == ["posted"] * 3
    assert [str(found.id) for found in documents] == [found.status.erp_ref for found in documents]
    assert list(bench.erp.documents) == [str(found.id) for found in documents]
    assert all(held.posted for held in bench.erp.documents.values())
    assert {bench.clock.now()} == {found.status.verified_at for found in documents}


async def test_the_straight_path_takes_four_requests_per_document(bench: Bench) -> None:
    await bench.publish(FACTS)

    await bench.deliver()

    path = ["find", "create", "post", "read"] * 3
    assert ["fingerprint", *path, "movements"] == bench.erp.calls


async def test_posting_is_told_once_per_document_and_once_per_shift(bench: Bench) -> None:
    await bench.publish(FACTS)

    await bench.deliver()

    documents = await bench.stored()
    assert [str(found.id) for found in documents] == [
        said["document"]["id"] for said in await bench.said(DOCUMENT_POSTED)
    ]
    assert [[str(found.id) for found in documents]] == [said["documents"] for said in await bench.said(SHIFT_POSTED)]
    assert await bench.said(DOCUMENT_FAILED) == []
