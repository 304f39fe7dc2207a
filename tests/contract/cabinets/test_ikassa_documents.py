"""What the adapter makes of a day of iKassa that was typed by hand from wire.md."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contract.cabinets.ikassa_by_hand import DOC, DOCS, REGISTER, IkassaByHand, docs, ikassa_by_hand
from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START
from contract.outside.raw_http import Reply, json_reply
from smena.cabinets.documents import (
    CabinetDocument,
    CabinetLine,
    DocumentKind,
    PaymentKind,
    UnreadableDocument,
    ZReportFigures,
)
from smena.cabinets.port import CabinetRefusedError, CabinetUnavailableError
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate


@pytest.fixture
async def ikassa() -> AsyncIterator[IkassaByHand]:
    async with ikassa_by_hand() as opened:
        yield opened


async def the_day(ikassa: IkassaByHand) -> list[CabinetDocument | UnreadableDocument]:
    pages = ikassa.cabinet.read_documents(REGISTER, DAY_START, DAY_END)
    return [document async for page in pages for document in page.documents]


async def numbered(ikassa: IkassaByHand, number: int) -> CabinetDocument:
    found = next(one for one in await the_day(ikassa) if one.number == number)
    assert isinstance(found, CabinetDocument), found
    return found


async def test_a_sale_with_a_coded_a_weighed_and_a_free_line(ikassa: IkassaByHand) -> None:
    sale = await numbered(ikassa, 102)

    assert (sale.kind, sale.fiscal_id, sale.shift_number) == (DocumentKind.SALE, "000000000000000007cf0002", 31)
    assert sale.at == datetime(2026, 2, 3, 4, 0, tzinfo=UTC)
    assert (sale.gross, sale.discount, sale.markup, sale.payable) == (1235, 35, 10, 1210)
    assert sale.lines == (
        CabinetLine(
            position=1, name="Молоко", quantity=Thousandths(3000), amount=Kopecks(600), markup=Kopecks(10),
            price=Kopecks(200), barcode="4810000000018", vat_rate=VatRate.TEN,
        ),
        CabinetLine(
            position=2, name="Сыр, вес", quantity=Thousandths(355), amount=Kopecks(435), discount=Kopecks(35),
            price=Kopecks(1225), article="S-7", vat_rate=VatRate.TWENTY,
        ),
        CabinetLine(
            position=3, name="Свободная сумма", quantity=Thousandths(1000), amount=Kopecks(200), price=Kopecks(200),
        ),
    )  # fmt: skip


async def test_change_is_taken_off_the_cash_that_was_given(ikassa: IkassaByHand) -> None:
    assert (await numbered(ikassa, 102)).payments == (
        (PaymentKind.CASH, 500),
        (PaymentKind.CASHLESS, 610),
        (PaymentKind.OPLATI, 100),
    )


async def test_a_prepayment_is_an_advance_and_no_revenue(ikassa: IkassaByHand) -> None:
    ikassa.documents[1]["items"][1]["code"] = {"type": "prepayment", "value": None}

    lines = (await numbered(ikassa, 102)).lines

    assert [(line.kind, line.article) for line in lines] == [("goods", None), ("advance", None), ("goods", None)]


async def test_cash_that_is_net_of_change_already_stays(ikassa: IkassaByHand) -> None:
    ikassa.documents[1]["payments"][0]["sum"] = 500

    assert (await numbered(ikassa, 102)).payments[0] == (PaymentKind.CASH, 500)


async def test_an_annulment_names_its_sale_and_movements_have_a_sum(ikassa: IkassaByHand) -> None:
    annulment = await numbered(ikassa, 104)

    assert (annulment.kind, annulment.payable) == (DocumentKind.ANNULMENT, 1210)
    assert annulment.target_fiscal_id == "000000000000000007cf0002"
    assert (await numbered(ikassa, 101)).payable == 5000
    assert (await numbered(ikassa, 110)).payable == 6055
    assert (await numbered(ikassa, 103)).lines[0].kind == "service"


async def test_a_z_report_gives_its_figures_and_bounds_no_numbers(ikassa: IkassaByHand) -> None:
    assert (await numbered(ikassa, 111)).z_report == ZReportFigures(
        opened_at=datetime(2026, 2, 3, 3, 58, tzinfo=UTC),
        closed_at=datetime(2026, 2, 3, 12, 1, tzinfo=UTC),
        sales_count=6,
        sales_sum=Kopecks(3040),
        sales_by_payment={
            PaymentKind.CASH: Kopecks(2330),
            PaymentKind.CASHLESS: Kopecks(610),
            PaymentKind.OTHER: Kopecks(100),
        },
        refunds_count=1,
        refunds_sum=Kopecks(200),
        annulments_count=1,
        annulments_sum=Kopecks(1210),
        deposits_count=1,
        deposits_sum=Kopecks(5000),
        withdrawals_count=1,
        withdrawals_sum=Kopecks(6055),
        corrections_count=0,
        corrections_sum=Kopecks(0),
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (105, "сумма оплат 2.00, а сумма чека 3.00"),
        (106, "неизвестная ставка НДС 18"),
        (107, "неизвестный вид документа «correction»"),
        (108, "валюта USD"),
        (109, "документ не читается"),
    ],
)
async def test_what_is_not_understood_keeps_its_number_and_text(ikassa: IkassaByHand, number: int, reason: str) -> None:
    found = next(one for one in await the_day(ikassa) if one.number == number)

    assert isinstance(found, UnreadableDocument)
    assert reason in found.reason
    assert (found.shift_number, found.register_number) == (31, REGISTER)
    assert found.at is not None
    assert json.loads(found.raw)["number"] == number


async def test_a_receipt_listed_without_lines_is_read_whole_by_its_uid(ikassa: IkassaByHand) -> None:
    whole = await numbered(ikassa, 102)
    ikassa.documents[1] = {**ikassa.documents[1], "items": None}

    found = await numbered(ikassa, 102)

    assert replace(found, raw=whole.raw) == whole
    assert [json.loads(asked.body) for asked in ikassa.server.asked if asked.path == DOC] == [
        {"uid": "000000000000000007cf0002"}
    ]


async def test_pages_of_200_are_read_to_the_end_whatever_their_order(ikassa: IkassaByHand) -> None:
    deposit = docs()[0]
    ikassa.documents = [{**deposit, "uid": f"{n:024x}", "number": n} for n in range(450, 0, -1)]

    found = await the_day(ikassa)

    assert [one.number for one in found] == list(range(1, 451))
    asked = [json.loads(one.body) for one in ikassa.server.asked if one.path == DOCS]
    assert [one["offset"] for one in asked] == [0, 200, 400]
    assert {one["limit"] for one in asked} == {200}
    assert (asked[0]["from"], asked[0]["to"]) == ("2026-02-03T00:00:00+03:00", "2026-02-04T00:00:00+03:00")


async def test_a_document_that_slips_in_between_two_pages_is_not_lost(ikassa: IkassaByHand) -> None:
    deposit = docs()[0]
    ikassa.documents = [{**deposit, "uid": f"{n:024x}", "number": n} for n in range(1, 301)]
    first = json_reply({"docs": ikassa.documents[:200], "total": 300})
    ikassa.server.before(DOCS, first)
    ikassa.documents.insert(0, {**deposit, "uid": f"{999:024x}", "number": 999})

    found = [one.number for one in await the_day(ikassa)]

    assert sorted(found, key=lambda number: number or 0) == [*range(1, 301), 999]


async def test_a_list_that_never_rests_is_unavailable_and_gives_nothing(ikassa: IkassaByHand) -> None:
    ikassa.server.on(DOCS, json_reply({"docs": [docs()[0]], "total": 2}), json_reply({"docs": [], "total": 2}))

    with pytest.raises(CabinetUnavailableError, match="меняется"):
        await the_day(ikassa)


async def test_the_same_document_twice_is_one_and_two_under_one_uid_are_none(ikassa: IkassaByHand) -> None:
    first = docs()[0]
    ikassa.server.on(DOCS, json_reply({"docs": [first, first], "total": 1}))
    assert [one.number for one in await the_day(ikassa)] == [101]

    ikassa.server.on(DOCS, json_reply({"docs": [first, {**first, "number": 102}], "total": 1}))
    (found,) = await the_day(ikassa)
    assert isinstance(found, UnreadableDocument)
    assert "два разных документа" in found.reason


async def test_two_documents_under_one_uid_that_are_counted_as_two_do_not_close_the_register(
    ikassa: IkassaByHand,
) -> None:
    """Read once more they are the same two: the list is at rest, the uid is what is wrong."""
    first, *others = docs()
    ikassa.documents = [first, {**first, "cashier": "Петрова"}, *others]

    found = await the_day(ikassa)

    assert len(found) == len(others) + 1
    assert [one.reason for one in found if isinstance(one, UnreadableDocument) and one.number == 101] == [
        "два разных документа с одним uid"
    ]


async def test_a_refusal_is_told_in_the_cabinets_words(ikassa: IkassaByHand) -> None:
    with pytest.raises(CabinetRefusedError, match=r"workstations\.cashbox\.unknown: Касса не найдена"):
        async for _ in ikassa.cabinet.read_documents("999999999", DAY_START, DAY_END):
            pass


@pytest.mark.parametrize(
    "fault",
    [json_reply({"code": "x", "message": "сбой"}, 500), Reply(b""), Reply(b'{"docs": [', 200), Reply(drop=True),
     json_reply({"docs": "none"}), json_reply({"code": "x"}, 429)],
    ids=["500", "empty", "truncated", "dropped", "other-shape", "429"],
)  # fmt: skip
async def test_an_unusable_answer_is_a_cabinet_that_is_unavailable(ikassa: IkassaByHand, fault: Reply) -> None:
    ikassa.server.on(DOCS, fault)

    with pytest.raises(CabinetUnavailableError):
        await the_day(ikassa)
