"""What every cabinet promises, whoever stands behind the port."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from contract.cabinets.doors import Door, door
from smena.cabinets.documents import CabinetDocument, DocumentKind, DocumentPage
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteStatus
from smena.cabinets.port import CabinetRefusedError, PortOperation, Provenance
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

READABLE = ("webkassa-by-hand", "ikassa-by-hand")
WRITABLE = ("webkassa-sandbox", "ikassa-sandbox", "manifest-sandbox", "titan-retail-local", "k5-mag", "memory")


@pytest.fixture(params=[*READABLE, *WRITABLE])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    async with door(request.param) as found:
        yield found


@pytest.fixture(params=[name for name in WRITABLE if name != "memory"])
async def sold_at(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A cabinet of a shop whose tills go on ringing."""
    async with door(request.param) as found:
        yield found


@pytest.fixture(params=WRITABLE)
async def writable(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    async with door(request.param) as found:
        yield found


async def read(opened: Door, start: datetime | None = None, end: datetime | None = None) -> list[DocumentPage]:
    pages = opened.cabinet.read_documents(opened.register, start or opened.start, end or opened.end)
    return [page async for page in pages]


async def items_of(opened: Door) -> dict[str, CabinetItem]:
    return {item.id: item async for page in opened.cabinet.list_items() for item in page}


async def test_every_document_comes_once_in_order(opened: Door) -> None:
    documents = [document for page in await read(opened) for document in page.documents]

    assert sorted(document.number or 0 for document in documents) == opened.numbers
    assert [(d.at, d.number) for d in documents] == sorted((d.at, d.number) for d in documents)


async def test_pages_cover_the_period_without_gap_or_overlap(opened: Door) -> None:
    pages = await read(opened)

    complete = [page for page in pages if page.complete]
    assert complete[0].start == opened.start
    assert complete[-1].end == opened.end
    assert [page.end for page in complete[:-1]] == [page.start for page in complete[1:]]
    assert all(page.start <= d.at < page.end for page in pages for d in page.documents if d.at is not None)


async def test_two_halves_of_a_period_hold_what_the_whole_holds(opened: Door) -> None:
    middle = next(d.at for page in await read(opened) for d in page.documents[5:] if d.at is not None)

    halves = [*await read(opened, end=middle), *await read(opened, start=middle)]

    assert sorted(d.number or 0 for page in halves for d in page.documents) == opened.numbers


async def test_a_second_read_gives_the_same_documents(opened: Door) -> None:
    assert [page.documents for page in await read(opened)] == [page.documents for page in await read(opened)]


async def test_a_quiet_period_is_covered_by_empty_pages(opened: Door) -> None:
    start, end = opened.start - timedelta(days=90), opened.start - timedelta(days=89)

    pages = await read(opened, start, end)

    assert pages[-1].end == end
    assert not any(page.documents for page in pages)


async def test_an_unknown_register_is_refused(opened: Door) -> None:
    with pytest.raises(CabinetRefusedError):
        async for _ in opened.cabinet.read_documents("999999999", opened.start, opened.end):
            pass


async def test_every_kind_of_document_is_told_apart_and_receipts_are_paid_to_the_kopeck(sold_at: Door) -> None:
    documents = [document for page in await read(sold_at) for document in page.documents]
    receipts = [one for one in documents if isinstance(one, CabinetDocument)]

    assert len(receipts) == len(documents)
    assert {one.kind for one in receipts} == set(DocumentKind) - {DocumentKind.CORRECTION, DocumentKind.UNKNOWN}
    for one in receipts:
        if one.kind in {DocumentKind.SALE, DocumentKind.REFUND}:
            assert one.lines
            assert sum(amount for _, amount in one.payments) == one.payable
        if one.kind is DocumentKind.ANNULMENT:
            assert one.target_fiscal_id in {other.fiscal_id for other in receipts if other.kind is DocumentKind.SALE}
        if one.kind is DocumentKind.Z_REPORT:
            assert one.z_report is not None
            assert one.z_report.sales_sum == sum(one.z_report.sales_by_payment.values())


async def test_a_document_that_arrives_late_is_found_and_the_others_stay(sold_at: Door) -> None:
    before = {one.fiscal_id: one for page in await read(sold_at) for one in page.documents}
    assert sold_at.ring_late is not None
    amount = sold_at.ring_late()

    after = {one.fiscal_id: one for page in await read(sold_at) for one in page.documents}

    (late,) = [one for fiscal_id, one in after.items() if fiscal_id not in before]
    assert isinstance(late, CabinetDocument)
    assert (late.kind, late.payable) == (DocumentKind.DEPOSIT, amount)
    assert {fiscal_id: after[fiscal_id] for fiscal_id in before} == before


async def test_what_it_can_do_is_known_without_asking(opened: Door) -> None:
    can = opened.cabinet.capabilities()

    assert can.operator in {"webkassa", "ikassa", "rest-template", "titan-retail-local", "k5-mag", "memory"}
    assert all(
        operation.provenance in Provenance and operation.call and operation.source for operation in can.operations
    )
    assert {PortOperation.LIST_ITEMS, PortOperation.SAVE_ITEMS, PortOperation.READ_DOCUMENTS} <= {
        operation.operation for operation in can.operations
    }
    assert {"name", "unit", "barcodes", "article", "vat_rate", "retail_price"} <= can.writable_fields
    assert "шт" in can.units


async def test_a_new_item_is_there_afterwards_and_an_update_keeps_what_is_not_given(writable: Door) -> None:
    made = ItemWrite(
        None, "Новый товар", "N-1", "кг", "Группа/Под", ("4810000999993",), VatRate.TWENTY, Kopecks(100), Kopecks(250)
    )
    created = (await writable.cabinet.save_items([made]))[0]
    assert created.status is ItemWriteStatus.CREATED
    assert created.id is not None

    renamed = ItemWrite(created.id, "Другое имя", None, "кг", None, (), VatRate.TEN, None, None, active=False)
    updated = (await writable.cabinet.save_items([renamed]))[0]

    assert (updated.status, updated.id) == (ItemWriteStatus.UPDATED, created.id)
    archives = "active" in writable.cabinet.capabilities().writable_fields
    assert (await items_of(writable))[created.id] == CabinetItem(
        id=created.id, name="Другое имя", article="N-1", unit="кг", group="Группа/Под", barcodes=("4810000999993",),
        vat_rate=VatRate.TEN, purchase_price=Kopecks(100), retail_price=Kopecks(250), active=not archives,
    )  # fmt: skip


async def test_one_bad_item_fails_alone(writable: Door) -> None:
    good = ItemWrite(None, "Соль", "S-1", "шт", "Группа", ("4810000999986",), VatRate.TEN, Kopecks(10), Kopecks(20))
    gone = ItemWrite("123456789", "Нет такого", "S-2", "шт", "Группа", (), VatRate.TEN, Kopecks(10), Kopecks(20))

    results = await writable.cabinet.save_items([gone, good])

    assert [result.index for result in results] == [0, 1]
    assert [result.status for result in results] == [ItemWriteStatus.REJECTED, ItemWriteStatus.CREATED]
    assert results[0].message


async def test_a_batch_beyond_the_limit_is_refused_before_it_is_sent(writable: Door) -> None:
    many = writable.cabinet.capabilities().items_per_write_max + 1
    item = ItemWrite(None, "Соль", "S-1", "шт", "Группа", (), VatRate.TEN, Kopecks(10), Kopecks(20))
    before = await items_of(writable)

    with pytest.raises(CabinetRefusedError):
        await writable.cabinet.save_items([item] * many)

    assert await items_of(writable) == before
