"""Invariants 1, 2, 11 and 14: stored once, no cursor too far, nothing defaulted, nothing deleted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.use_cases import store_page
from sales_ingest.use_cases.pull_receipts import RegistersFailedError
from smena.cabinets.documents import DocumentKind, UnreadableDocument
from smena.cabinets.port import CabinetUnavailableError
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import NUMBER, Till, line


def ten_sales() -> Till:
    till = Till()
    for _ in range(10):
        till.sale(line("4.10"), line("0.99", item="good-2", name="Спички"))
    till.close()
    return till


def written(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows(
        """select r.id, r.xmin::text, r.version, l.position, l.xmin::text from sales_ingest.receipt r
        left join sales_ingest.receipt_line l on l.receipt_id = r.id order by 1, 4"""
    )


async def test_invariant_1_a_receipt_is_stored_once_however_many_workers_read_it(shop: Shop) -> None:
    till = ten_sales()
    shop.cabinet.documents.extend([*till.documents, *till.documents[:3]])

    pulled = await asyncio.gather(*(shop.pull() for _ in range(4)))

    assert sum(one[0].counts.new for one in pulled) == 11
    assert shop.rows("select count(*), count(distinct fiscal_id) from sales_ingest.receipt") == [(11, 11)]
    assert shop.rows("select count(*) from sales_ingest.receipt_identity") == [(11,)]
    assert shop.rows("select count(*) from sales_ingest.receipt_line") == [(20,)]


async def test_pulling_what_is_known_writes_no_receipt_no_shift_and_no_event(shop: Shop) -> None:
    shop.cabinet.documents.extend(ten_sales().documents)
    await shop.pull()
    before = written(shop), shop.rows("select seq, xmin::text from sales_ingest.shift")
    events = shop.rows("select count(*) from sales_ingest.outbox")

    again = await shop.pull()

    assert (again[0].counts.unchanged, again[0].counts.new) == (11, 0)
    assert before == (written(shop), shop.rows("select seq, xmin::text from sales_ingest.shift"))
    assert events == shop.rows("select count(*) from sales_ingest.outbox")


async def test_invariant_2_a_cursor_never_passes_a_page_that_was_not_stored(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.at = datetime(2026, 1, 20, 6, tzinfo=UTC)
    till.sale(line("4.10"))
    shop.cabinet.documents.extend(till.documents)
    run, calls = uuid4(), 0

    def die(point: str) -> None:
        nonlocal calls
        calls += point == "pull.before-commit"
        if calls == 18:  # the page of 20 January is rolled back
            raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(store_page, "reach", die)
        with pytest.raises(ConnectionResetError):
            await shop.pull(run=run)
    (until,) = shop.rows("select read_until from sales_ingest.pull_cursor")[0]
    stored = shop.rows("select at from sales_ingest.receipt")
    assert until < till.at
    assert len(stored) == sum(one.at < until for one in till.documents)

    pulled = await shop.pull(run=run)

    assert shop.rows("select count(*) from sales_ingest.receipt") == [(2,)]
    assert pulled[0].counts.new == 2


async def test_a_pull_that_failed_goes_on_where_it_stood(shop: Shop) -> None:
    shop.cabinet.documents.extend(ten_sales().documents)
    shop.cabinet.fail_next(CabinetUnavailableError("503"))
    run = uuid4()
    with pytest.raises(RegistersFailedError):
        await shop.pull(run=run)

    assert (await shop.pull(run=run))[0].counts.new == 11
    reads = shop.cabinet.calls.count("read_documents")
    assert (await shop.pull(run=run))[0].counts.new == 11
    assert shop.cabinet.calls.count("read_documents") == reads


async def test_a_changed_document_keeps_its_versions(shop: Shop) -> None:
    till = ten_sales()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    sale = till.documents[0]
    other = replace(sale, cashier="2", lines=(replace(sale.lines[0], name="Молоко 2"), sale.lines[1]), raw=b"{}")
    shop.cabinet.documents[0] = other

    pulled = await shop.pull()

    assert (pulled[0].counts.changed, pulled[0].counts.new) == (1, 0)
    texts = shop.rows(
        "select v.version, convert_from(v.raw, 'utf8') from sales_ingest.receipt_version v "
        "join sales_ingest.receipt_identity i using (receipt_id) where i.fiscal_id = %s order by 1",
        [sale.fiscal_id],
    )
    assert texts == [(1, sale.raw.decode()), (2, "{}")]
    assert shop.rows("select count(*) from sales_ingest.receipt where fiscal_id = %s", [sale.fiscal_id]) == [(1,)]


async def test_a_good_renamed_in_the_cabinet_changes_no_receipt_of_the_past(shop: Shop) -> None:
    till = ten_sales()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    shop.cabinet.documents[:] = [
        replace(one, lines=tuple(replace(each, article="new", barcode="4810000000016") for each in one.lines))
        for one in till.documents
    ]

    assert (await shop.pull())[0].counts.changed == 0


async def test_invariant_11_what_is_not_understood_is_quarantined_with_its_text_and_holds_its_shift(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    strange = till.sale(line("9.99"))
    wrong = till.sale(line("1.00"))
    till.sale(line("5.00"))
    till.close()
    documents = shop.cabinet.documents
    documents.extend(till.documents)
    documents[1] = replace(strange, kind=DocumentKind.UNKNOWN, lines=(), payments=())
    documents[2] = UnreadableDocument(
        reason="sum is no number",
        raw=b'{"sum": "x"}',
        register_number=NUMBER,
        fiscal_id=wrong.fiscal_id,
        number=wrong.number,
        at=wrong.at,
        shift_number=1,
        shift_external_id=wrong.shift_external_id,
    )
    await shop.bind(binding())

    await shop.pull()
    again = await shop.pull()

    assert again[0].counts.quarantined == 0
    assert sorted(row[0] for row in shop.rows("select reason from sales_ingest.quarantine")) == [
        "sum is no number",
        "неизвестный вид документа",
    ]
    assert shop.states() == {1: "incomplete"}  # the Z-report counts four sales
    reasons = shop.reasons(1)
    assert reasons.count("quarantined-document") == 2
    assert "missing-number" not in reasons

    documents[1], documents[2] = strange, wrong
    await shop.pull()

    assert shop.states() == {1: "ready"}
    assert shop.rows("select count(*) from sales_ingest.quarantine where resolved_at is null") == [(0,)]


async def test_a_document_that_names_no_shift_holds_the_shift_of_its_time(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    lost = till.sale(line("5.00"))
    till.close(sales_count=1, sales_sum=Kopecks(410), sales_by_payment={})
    documents = shop.cabinet.documents
    documents.extend(till.documents)
    documents[1] = UnreadableDocument("torn", b"{", NUMBER, number=lost.number, at=lost.at)
    await shop.bind(binding())

    await shop.pull()

    assert shop.states() == {1: "unreconciled"}
    assert shop.reasons(1) == ["quarantined-document"]


async def test_two_texts_under_one_id_in_one_answer_are_not_understood(shop: Shop) -> None:
    till = ten_sales()
    twin = replace(till.documents[0], payable=Kopecks(1), raw=b"twin")
    shop.cabinet.documents.extend([*till.documents, twin])

    counts = [(await shop.pull())[0].counts for _ in range(3)]

    assert [(one.new, one.changed, one.quarantined) for one in counts] == [(11, 0, 1), (0, 0, 0), (0, 0, 0)]
    assert "quarantined-document" in shop.reasons(1)
