"""Bindings arrive before, after, twice and out of order; what waits is resolved, what is ambiguous stays empty."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.use_cases.keep_documents import keep_document
from smena.contracts.ledger_events import DocumentIdentity, DocumentPosted
from unit.sales_ingest.till import Till, line


async def pulled(shop: Shop, *lines: object) -> None:
    till = Till()
    for one in lines:
        till.sale(one)  # type: ignore[arg-type]
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()


def items(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows(
        "select item_ref, resolution, price, price_source from sales_ingest.receipt_line l "
        "join sales_ingest.receipt r on r.id = l.receipt_id order by r.number"
    )


async def test_a_binding_that_arrives_later_resolves_what_waits_and_its_price(shop: Shop) -> None:
    await pulled(shop, line("12.31", quantity="3"))
    assert (shop.states(), items(shop)) == ({1: "unresolved"}, [(None, "none", 410, "derived")])

    assert await shop.bind(binding(price=410)) == 1

    assert (shop.states(), items(shop)) == ({1: "ready"}, [("ref-1", "binding", 410, "list")])


async def test_the_same_event_twice_has_one_effect(shop: Shop) -> None:
    event = uuid4()
    await pulled(shop, line("4.10"))

    found = await asyncio.gather(*(shop.bind(binding(), event=event) for _ in range(3)))

    assert sorted(found) == [0, 0, 1]
    assert shop.rows("select count(*) from sales_ingest.inbox") == [(1,)]


async def test_an_older_event_does_not_undo_a_newer_one(shop: Shop) -> None:
    now = shop.clock.now()
    await shop.bind(binding(ref="new"), told_at=now)
    await shop.bind(binding(ref="old"), told_at=now - timedelta(seconds=1))

    await pulled(shop, line("4.10"))

    assert items(shop)[0][:2] == ("new", "binding")


async def test_a_barcode_or_article_of_two_items_decides_nothing(shop: Shop) -> None:
    await shop.bind(
        binding("a", "ref-a", barcodes=("4810000000016",), article="X"),
        binding("b", "ref-b", barcodes=("4810000000016",), article="X"),
        binding("c", "ref-c", barcodes=("4810000000023",), article="Y"),
    )
    await pulled(
        shop,
        line("1.00", item="new", barcode="4810000000016"),
        line("1.00", item=None, article="X"),
        line("1.00", item=None, barcode="4810000000023"),
        line("1.00", item=None, article="Y"),
    )

    assert [one[:2] for one in items(shop)] == [
        (None, "none"),
        (None, "none"),
        ("ref-c", "barcode"),
        ("ref-c", "article"),
    ]


async def test_an_item_that_was_unbound_is_not_found_any_more_and_the_past_stays(shop: Shop) -> None:
    await shop.bind(binding(barcodes=("4810000000016",)))
    await pulled(shop, line("4.10"))
    later = shop.clock.now() + timedelta(seconds=1)
    await shop.bind(binding(bound=False), told_at=later)
    shop.cabinet.documents[0] = replace(shop.cabinet.documents[0], fiscal_id="another", number=9)

    await shop.pull()

    assert [one[0] for one in items(shop)] == ["ref-1", None]


async def test_an_item_that_went_over_to_another_stays_the_others_in_whatever_order_both_are_told(shop: Shop) -> None:
    now = shop.clock.now()
    for order in ("ended first", "ended last"):
        await shop.bind(binding(item=order, ref="old", article=order), told_at=now)
        over = [binding(item=order, ref="old", bound=False), binding(item=order, ref="new", article=order)]
        for one in over if order == "ended first" else reversed(over):
            await shop.bind(one, told_at=now + timedelta(seconds=1))

    await pulled(shop, line("4.10", item="ended first"), line("4.10", item="ended last"))

    assert [one[:2] for one in items(shop)] == [("new", "binding"), ("new", "binding")]


async def test_a_match_that_was_taken_back_is_forgotten_by_barcode_and_article_too(shop: Shop) -> None:
    await shop.bind(binding(barcodes=("4810000000016",), article="X"))
    await shop.bind(binding(bound=False), told_at=shop.clock.now() + timedelta(seconds=1))

    await pulled(shop, line("1.00", item="new", barcode="4810000000016"), line("1.00", item=None, article="X"))

    assert [one[0] for one in items(shop)] == [None, None]


async def test_bindings_and_receipts_that_arrive_at_once_never_miss_each_other(shop: Shop) -> None:
    till = Till()
    for good in range(40):
        till.sale(line("1.00", item=f"good-{good}"))
    till.close()
    shop.cabinet.documents.extend(till.documents)

    await asyncio.gather(
        shop.pull(),
        *(
            shop.bind(*(binding(f"good-{good}", f"ref-{good}") for good in range(start, start + 10)))
            for start in range(0, 40, 10)
        ),
    )

    assert shop.states() == {1: "ready"}


async def test_a_posted_document_is_kept_once_by_its_shift(shop: Shop) -> None:
    identity = DocumentIdentity(
        id=str(UUID(int=1)), key="retail-report|…#1", kind="retail-report", organization="romashka", register="kassa-1",
        shift=str(UUID(int=2)), revision=1, business_date=shop.clock.now().date(),
    )  # fmt: skip
    posted = DocumentPosted(document=identity, erp_ref="ref", erp_number="000001", amount="12.30")
    now, event = shop.clock.now(), uuid4()
    await keep_document(event, now, posted, open_work=shop.open_work)
    await keep_document(event, now, replace_number(posted, "twice"), open_work=shop.open_work)
    await keep_document(uuid4(), now - timedelta(hours=1), replace_number(posted, "older"), open_work=shop.open_work)

    assert shop.rows("select erp_number, amount from sales_ingest.shift_document") == [("000001", 1230)]


def replace_number(posted: DocumentPosted, number: str) -> DocumentPosted:
    return DocumentPosted(document=posted.document, erp_ref="ref", erp_number=number, amount="12.30")


async def test_a_barcode_left_to_one_item_by_the_end_of_another_match_decides_what_waits(shop: Shop) -> None:
    shared = ("4810000000016",)
    await shop.bind(binding("a", "ref-a", barcodes=shared), binding("b", "ref-b", barcodes=shared))
    await pulled(shop, line("1.00", item="new", barcode="4810000000016"))
    assert items(shop)[0][:2] == (None, "none")

    later = shop.clock.now() + timedelta(seconds=1)
    assert await shop.bind(binding("b", "ref-b", barcodes=shared, bound=False), told_at=later) == 1

    assert (shop.states(), items(shop)[0][:2]) == ({1: "ready"}, ("ref-a", "barcode"))
