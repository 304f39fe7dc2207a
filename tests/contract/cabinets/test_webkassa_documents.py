"""What the adapter makes of a day that was typed by hand from wire.md."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START, REGISTER, period, text
from contract.outside.raw_http import RawServer, Reply, huge_reply, json_reply
from smena.cabinets.documents import (
    CabinetDocument,
    CabinetLine,
    DocumentKind,
    DocumentPage,
    PaymentKind,
    UnreadableDocument,
    ZReportFigures,
)
from smena.cabinets.port import CabinetRefusedError
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate

ByHand = tuple[RawServer, WebkassaCabinet]
Documents = dict[str | None, CabinetDocument | UnreadableDocument]
MIB = 1024 * 1024


async def pages(cabinet: WebkassaCabinet, start: datetime = DAY_START, end: datetime = DAY_END) -> list[DocumentPage]:
    return [page async for page in cabinet.read_documents(REGISTER, start, end)]


async def the_day(cabinet: WebkassaCabinet) -> Documents:
    return {document.fiscal_id: document for page in await pages(cabinet) for document in page.documents}


def readable(documents: Documents, uid: str) -> CabinetDocument:
    found = documents[uid]
    assert isinstance(found, CabinetDocument), found
    return found


def unreadable(documents: Documents, uid: str) -> UnreadableDocument:
    found = documents[uid]
    assert isinstance(found, UnreadableDocument), found
    return found


def test_the_fixture_window_is_the_minsk_day() -> None:
    assert DAY_START.timestamp() * 1000 == 1770066000000


async def test_every_document_of_either_answer_comes_out_once(by_hand: ByHand) -> None:
    found = [document.fiscal_id for page in await pages(by_hand[1]) for document in page.documents]

    assert found == [f"AA{number:02}" for number in range(1, 12)]


async def test_a_sale_with_a_weighed_a_marked_and_a_free_line(by_hand: ByHand) -> None:
    sale = readable(await the_day(by_hand[1]), "AA02")

    assert (sale.kind, sale.number, sale.shift_number, sale.shift_external_id) == (DocumentKind.SALE, 102, 31, "900")
    assert sale.at == datetime(2026, 2, 3, 4, 0, tzinfo=UTC)
    assert sale.shift_opened_at == datetime(2026, 2, 3, 3, 58, tzinfo=UTC)
    assert (sale.gross, sale.discount, sale.markup, sale.payable) == (1235, 35, 10, 1210)
    assert sale.payments == ((PaymentKind.CASH, 500), (PaymentKind.CASHLESS, 610), (PaymentKind.OTHER, 100))
    assert (sale.cashier, sale.register_number) == ("Иванова", REGISTER)
    assert sale.lines == (
        CabinetLine(
            position=1,
            name="Молоко",
            quantity=Thousandths(3000),
            amount=Kopecks(600),
            markup=Kopecks(10),
            price=Kopecks(200),
            cabinet_item_id="5",
            article="A-5",
            barcode="4810000000018",
            unit="шт",
            vat_rate=VatRate.TEN,
            mark="0104810000000018",
            vat_looked_up=True,
        ),
        CabinetLine(
            position=2,
            name="Сыр, вес",
            quantity=Thousandths(355),
            amount=Kopecks(435),
            discount=Kopecks(35),
            price=Kopecks(1225),
            cabinet_item_id="7",
            unit="кг",
            vat_rate=VatRate.TWENTY,
        ),
        CabinetLine(
            position=3, name="Свободная сумма", quantity=Thousandths(1000), amount=Kopecks(200), vat_rate=VatRate.NONE
        ),
    )


async def test_a_refund_is_read_like_a_sale(by_hand: ByHand) -> None:
    refund = readable(await the_day(by_hand[1]), "AA03")

    assert (refund.kind, refund.payable, refund.payments) == (DocumentKind.REFUND, 200, ((PaymentKind.CASH, 200),))
    assert [(line.amount, line.vat_rate) for line in refund.lines] == [(200, VatRate.TEN)]


async def test_an_annulment_names_its_target_and_leaves_its_payments_to_it(by_hand: ByHand) -> None:
    annulment = readable(await the_day(by_hand[1]), "AA04")

    assert (annulment.kind, annulment.payable) == (DocumentKind.ANNULMENT, 1210)
    assert (annulment.target_fiscal_id, annulment.payments, annulment.lines) == ("AA02", (), ())


async def test_deposits_and_withdrawals_have_a_sum_only(by_hand: ByHand) -> None:
    documents = await the_day(by_hand[1])

    assert readable(documents, "AA01").payable == 5000
    assert readable(documents, "AA09").payable == 6055


async def test_a_z_report_gives_what_it_gives_and_none_for_the_rest(by_hand: ByHand) -> None:
    z_report = readable(await the_day(by_hand[1]), "AA10")

    assert z_report.kind is DocumentKind.Z_REPORT
    assert z_report.z_report == ZReportFigures(
        opened_at=datetime(2026, 2, 3, 3, 58, tzinfo=UTC),
        closed_at=datetime(2026, 2, 3, 12, 1, tzinfo=UTC),
        first_number=101,
        last_number=109,
        sales_count=6,
        sales_sum=Kopecks(3040),
        sales_by_payment={PaymentKind.CASH: Kopecks(2330), PaymentKind.CASHLESS: Kopecks(610)},
        refunds_count=1,
        refunds_sum=Kopecks(200),
        annulments_count=1,
        annulments_sum=Kopecks(1210),
        deposits_count=1,
        deposits_sum=Kopecks(5000),
        withdrawals_count=1,
        withdrawals_sum=Kopecks(6055),
    )


@pytest.mark.parametrize(
    ("uid", "number", "reason"),
    [
        ("AA05", 105, "12.2999 не сумма в рублях и копейках"),
        ("AA06", 106, "сумма оплат 2.00, а сумма чека 3.00"),
        ("AA07", 107, "subTotalSum"),
        ("AA08", 108, "нет заголовка"),
        ("AA11", 111, "неизвестный вид документа «Коррекция прихода»"),
    ],
)
async def test_what_is_not_understood_is_kept_with_its_number_and_text(
    by_hand: ByHand, uid: str, number: int, reason: str
) -> None:
    found = unreadable(await the_day(by_hand[1]), uid)

    assert reason in found.reason
    assert (found.number, found.register_number) == (number, REGISTER)
    assert found.at is not None
    raw = json.loads(found.raw)
    assert uid in {(raw[part] or {}).get("uid") for part in ("contents", "header")}


async def test_the_archived_text_is_the_cabinets_own(by_hand: ByHand) -> None:
    sale = readable(await the_day(by_hand[1]), "AA02")

    assert b'"totalSumNoCash": 6.1, "totalSumOther": 1.00' in sale.raw
    assert json.loads(sale.raw)["contents"] == period()["sales"][0]


async def test_closing_the_shift_does_not_change_its_documents(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    closed = await the_day(cabinet)
    still_open = text("headers.json").replace(b'"endDate": 1770120060000', b'"endDate": null')
    server.on("/api/get-check-history", Reply(still_open))

    assert {uid: document.raw for uid, document in closed.items()} == {
        uid: document.raw for uid, document in (await the_day(cabinet)).items()
    }


async def test_reordered_and_repeated_answers_give_the_same_documents(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    plain = await the_day(cabinet)
    shuffled = {name: [*reversed(found), *found] for name, found in reversed(period().items())}
    for sale in shuffled["sales"]:
        sale["sale"]["saleProducts"].reverse()
    server.on("/api/get-cashdocs-for-period", json_reply(shuffled))
    server.on("/api/get-check-history", json_reply(json.loads(text("headers.json"))[::-1]))

    again = await the_day(cabinet)

    assert list(again) == list(plain)
    assert [getattr(one, "lines", None) for one in again.values()] == [
        getattr(one, "lines", None) for one in plain.values()
    ]


async def test_two_different_documents_under_one_uid_are_quarantined_together(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    doubled = period()
    doubled["deposits"].append({**doubled["deposits"][0], "deposit": {"sum": 51.00}})
    server.on("/api/get-cashdocs-for-period", json_reply(doubled))

    found = unreadable(await the_day(cabinet), "AA01")

    assert "два разных документа" in found.reason
    assert b"50.0" in found.raw
    assert b"51.0" in found.raw


async def test_a_document_rung_between_the_two_requests_is_read_again(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    whole = text("headers.json")
    early = json_reply([header for header in json.loads(whole) if header["uid"] != "AA02"])
    server.on("/api/get-check-history", early, Reply(whole))

    assert readable(await the_day(cabinet), "AA02").number == 102


async def test_a_header_of_another_register_or_number_is_no_match(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    headers = json.loads(text("headers.json"))
    headers[1]["docNumber"] = 999
    headers[2]["cashRegisterId"] = "131010799"
    headers[3]["docTypeName"] = "Продажа"
    server.on("/api/get-check-history", json_reply(headers))

    documents = await the_day(cabinet)

    assert "docNumber: в содержании 102, в заголовке 999" in unreadable(documents, "AA02").reason
    assert "документ кассы 131010799" in unreadable(documents, "AA03").reason
    assert "по заголовку это sale, а содержание стоит среди annulment" in unreadable(documents, "AA04").reason


async def test_windows_follow_the_minsk_day_and_ask_for_midnights(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    start, end = DAY_START - timedelta(hours=5), DAY_START + timedelta(hours=30)

    found = await pages(cabinet, start, end)

    assert [(page.start, page.end) for page in found] == [
        (start, DAY_START),
        (DAY_START, DAY_END),
        (DAY_END, end),
    ]
    days = [
        int(parse_qs(asked.target.partition("?")[2])["date"][0])
        for asked in server.asked
        if asked.path == "/api/get-check-history"
    ]
    assert days[0] == 1770066000000 - 86_400_000
    assert {day % 86_400_000 for day in days} == {21 * 3_600_000}


async def test_an_answer_beyond_16_mib_halves_the_window(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.before("/api/get-cashdocs-for-period", huge_reply(17 * MIB), huge_reply(17 * MIB))

    found = await pages(cabinet)

    assert [(page.end - page.start) for page in found] == [timedelta(hours=6)] * 4
    assert found[0].start == DAY_START
    assert found[-1].end == DAY_END
    assert sorted(d.fiscal_id or "" for page in found for d in page.documents) == [f"AA{n:02}" for n in range(1, 12)]
    assert server.paths().count("/api/get-check-history") == 4


async def test_an_unknown_register_is_refused_in_the_cabinets_words(by_hand: ByHand) -> None:
    with pytest.raises(CabinetRefusedError, match="Касса не найдена"):
        async for _ in by_hand[1].read_documents("131010999", DAY_START, DAY_END):
            pass


async def test_goods_are_read_once_for_many_windows_and_sold_rows_only_where_vat_is_missing(by_hand: ByHand) -> None:
    server, cabinet = by_hand

    await the_day(cabinet)
    await the_day(cabinet)

    paths = server.paths()
    assert paths.count("/api/warehouse/list") == 2
    assert paths.count("/api/get-sales") == 2


async def test_the_token_is_sent_and_shown_nowhere_else(by_hand: ByHand) -> None:
    server, cabinet = by_hand

    await the_day(cabinet)

    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer head.claims.signature"}
    assert not any("signature" in asked.target for asked in server.asked)
