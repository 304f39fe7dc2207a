"""What goes to 1C, byte for byte where it matters, and how often."""

import json
from base64 import b64decode
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest

from contract.erp.bases import CARD_KEY, EVENING, REPORT_KEY, card_payment, line, report
from contract.erp.onec_by_hand import POST, REF, REPORT, REPORTS, created, refusal
from contract.outside.raw_http import RawServer, Reply, json_reply
from contract.sandbox_onec.wire import BREAD, MILK, OUTLET, PIECE, ROMASHKA
from smena.erp.documents import ErpDocument, ErpDocumentKind
from smena.erp.errors import ErpRefusedError, ErpSetupError
from smena.erp.onec.documents import LearnedCapabilities, OneCDocuments
from smena.kinds.identity import document_id
from smena.kinds.vat import VatRate

ByHand = tuple[RawServer, OneCDocuments]
ROW_TYPE = "Collection(StandardODATA.Document_ОтчетОРозничныхПродажах_Товары_RowType)"


async def create(by_hand: ByHand, document: ErpDocument) -> dict[str, Any]:
    server, documents = by_hand
    server.on(REPORTS, Reply(created(), 201))
    await documents.create(document)
    sent = server.asked[-1]
    assert (sent.method, sent.target) == ("POST", f"{REPORTS}?$format=json")
    body: dict[str, Any] = json.loads(sent.body, parse_float=Decimal)
    return body


async def test_a_report_is_sent_unposted_numbered_by_lines_with_json_numbers_of_their_scale(by_hand: ByHand) -> None:
    body = await create(by_hand, report())

    sale = {"Номенклатура_Key": BREAD, "ЕдиницаИзмерения_Key": PIECE, "Цена": Decimal("8.20")}
    assert body == {
        "Ref_Key": str(document_id(REPORT_KEY)),
        "Date": "2026-01-31T21:30:00",
        "Posted": False,
        "ВидОперации": "ОтчетНТТОПродажах",
        "Организация_Key": ROMASHKA,
        "Склад_Key": OUTLET,
        "СуммаВключаетНДС": True,
        "СуммаДокумента": Decimal("12.30"),
        "Комментарий": f"[smena:{REPORT_KEY}]",
        "Товары@odata.type": ROW_TYPE,
        "Товары": [
            {**sale, "LineNumber": 1, "Количество": Decimal("1.500"), "Сумма": Decimal("12.30"),
             "СтавкаНДС": "НДС10", "СуммаНДС": Decimal("1.12")},
            {**sale, "Номенклатура_Key": MILK, "LineNumber": 2, "Количество": Decimal("1.500"),
             "Сумма": Decimal("12.30"), "СтавкаНДС": "БезНДС", "СуммаНДС": Decimal("0.00")},
            {**sale, "LineNumber": 3, "Количество": Decimal("-1.500"), "Сумма": Decimal("-12.30"),
             "СтавкаНДС": "НДС10", "СуммаНДС": Decimal("-1.12")},
        ],
    }  # fmt: skip
    sent = by_hand[0].asked[-1].body
    assert b'"\xd0\xa1\xd1\x83\xd0\xbc\xd0\xbc\xd0\xb0":12.30,' in sent
    assert b":1.500," in sent


async def test_an_answer_typed_by_hand_holds_exactly_what_was_sent(by_hand: ByHand) -> None:
    server, documents = by_hand
    server.on(REPORTS, Reply(created(), 201))

    snapshot = await documents.create(report())

    assert documents.differences(report(), snapshot) == ()
    assert (snapshot.ref, snapshot.number, snapshot.version) == (REF, "РМ00-000031", "AAAAAAAAAAA=")
    assert snapshot.content["goods[3].quantity"] == "-1.500"


@pytest.mark.parametrize(
    ("was", "now", "field", "found"),
    [
        ('"Сумма": 12.3, "СтавкаНДС": "БезНДС"', '"Сумма": 12.299999999999999, "СтавкаНДС": "БезНДС"',
         "goods[2].amount", "12.299999999999999"),
        ('"СуммаДокумента": 12.3', '"СуммаДокумента": 0', "amount", "0.00"),
        ('"СтавкаНДС": "БезНДС"', '"СтавкаНДС": "НДС18"', "goods[2].vat_rate", "НДС18"),
        ('"ВидОперации": "ОтчетНТТОПродажах"', '"ВидОперации": ""', "operation", ""),
        ('"Количество": 1.5, "Цена": 8.2, "Сумма": 12.3, "СтавкаНДС": "НДС10"',
         '"Количество": 2, "Цена": 8.2, "Сумма": 12.3, "СтавкаНДС": "НДС10"', "goods[1].quantity", "2.000"),
        ('"СуммаВключаетНДС": true', '"СуммаВключаетНДС": false', "vat_included", "false"),
        ('"Склад_Key": "60000000-0000-4000-8000-000000000001"',
         '"Склад_Key": "00000000-0000-0000-0000-000000000000"', "outlet", ""),
        ('"LineNumber": "3"', '"LineNumber": "4"', "goods[3].item", ""),
    ],
)  # fmt: skip
async def test_a_field_silently_lost_is_a_difference(
    by_hand: ByHand, was: str, now: str, field: str, found: str
) -> None:
    server, documents = by_hand
    text = created().decode()
    assert was in text
    server.on(REPORTS, Reply(text.replace(was, now, 1).encode(), 201))

    differences = documents.differences(report(), await documents.create(report()))

    assert field in {difference.field for difference in differences}
    assert found in {difference.found for difference in differences if difference.field == field}


async def test_four_requests_on_the_straight_path(by_hand: ByHand) -> None:
    server, documents = by_hand
    await documents.find(report(), ref=None)
    server.asked.clear()
    server.on(REPORTS, json_reply({"value": []}), Reply(created(), 201))
    server.on(POST, Reply(b""))
    server.on(REPORT, Reply(created().replace(b'"Posted": false', b'"Posted": true')))

    assert (await documents.find(report(), ref=None)).ours == ()
    snapshot = await documents.create(report())
    await documents.post(snapshot.kind, snapshot.ref)
    read = await documents.read(snapshot.kind, snapshot.ref)

    assert read is not None
    assert read.posted
    assert [(asked.method, asked.path) for asked in server.asked] == [
        ("GET", REPORTS),
        ("POST", REPORTS),
        ("POST", POST),
        ("GET", REPORT),
    ]
    assert server.asked[2].target.endswith("/Post?PostingModeOperational=false")


async def test_a_search_is_one_readable_condition(by_hand: ByHand) -> None:
    server, documents = by_hand

    await documents.find(report(), ref=REF)

    target = server.asked[-1].target
    assert "+" not in target
    query = dict(part.split("=", 1) for part in target.partition("?")[2].split("&"))
    assert unquote(query["$filter"]) == (
        f"Ref_Key eq guid'{REF}' or Ref_Key eq guid'{document_id(REPORT_KEY)}' or "
        "(Date ge datetime'2026-01-31T00:00:00' and Date le datetime'2026-01-31T23:59:59' and "
        f"(substringof('smena:{REPORT_KEY}',Комментарий) or "
        f"(Склад_Key eq guid'{OUTLET}' and СуммаДокумента eq 12.30)))"
    )
    assert query["$format"] == "json"
    assert len(target.partition("?")[2]) < 2_048


async def test_no_address_is_longer_than_web_servers_take(by_hand: ByHand) -> None:
    server, documents = by_hand

    refs = [str(uuid4()) for _ in range(100)]
    await documents.read_many(ErpDocumentKind.RETAIL_REPORT, refs, first=EVENING, last=EVENING)

    asked = [one for one in server.asked if one.path == REPORTS]
    assert all(len(one.target.partition("?")[2]) <= 2_048 for one in asked)
    assert len(asked) <= 5
    assert {ref for ref in refs if any(ref in one.target for one in asked)} == set(refs)


async def test_the_user_travels_in_utf_8(by_hand: ByHand) -> None:
    server, documents = by_hand

    await documents.find(report(), ref=None)

    scheme, _, secret = server.asked[-1].headers["authorization"].partition(" ")
    assert (scheme, b64decode(secret).decode()) == ("Basic", "Смена:пароль")


async def test_metadata_and_units_are_read_once(by_hand: ByHand) -> None:
    server, documents = by_hand

    for _ in range(3):
        await documents.find(report(), ref=None)

    assert [one.path.rpartition("/")[2] for one in server.asked].count("$metadata") == 1
    assert len(server.asked) == 5


async def test_everything_a_base_lacks_is_named_at_once_and_nothing_is_sent(by_hand: ByHand) -> None:
    server, documents = by_hand

    with pytest.raises(ErpSetupError) as caught:
        await documents.create(card_payment())

    named = {name.strip() for name in str(caught.value).partition(":")[2].split(",")}
    assert named == {
        f"Document_ОплатаПлатежнойКартой.{name}"
        for name in ("ВидОплаты_Key", "Контрагент_Key", "ДоговорКонтрагента_Key", "Комментарий")
    }
    assert not any(one.method == "POST" for one in server.asked)


async def test_an_unpublished_document_is_named(by_hand: ByHand) -> None:
    with pytest.raises(ErpSetupError, match="Document_ПриходныйКассовыйОрдер"):
        await by_hand[1].find(card_payment(CARD_KEY, kind=ErpDocumentKind.CASH_RECEIPT_ORDER), ref=None)


async def test_a_section_of_refunds_the_base_does_not_have_is_named(by_hand: ByHand) -> None:
    with pytest.raises(ErpRefusedError, match=r"Возвраты.*separate-document"):
        await by_hand[1].create(report(refunds="separate-section"))


async def test_a_rate_unit_or_reference_the_base_cannot_hold_is_named(by_hand: ByHand) -> None:
    _, documents = by_hand

    with pytest.raises(ErpSetupError, match="ставки НДС «25»"):
        await documents.create(report(lines=(line(rate=VatRate.TWENTY_FIVE),)))
    sold = replace(line("milk"), name="Молоко")
    with pytest.raises(ErpRefusedError, match=r"Строка 2 «Молоко»: номенклатура «milk» не ссылка 1С .*сопоставление"):
        await documents.create(report(lines=(line(), sold)))
    with pytest.raises(ErpRefusedError, match=r"«desk» не ссылка 1С .*исправьте outlet в smena.toml"):
        await documents.create(report(refs={"organization": str(uuid4()), "outlet": "desk"}))


async def test_what_an_administrator_publishes_later_is_seen(by_hand: ByHand) -> None:
    server, documents = by_hand
    with pytest.raises(ErpSetupError):
        await documents.create(card_payment())
    text = server.replies["/base/odata/standard.odata/$metadata"][0].body.decode()
    extra = "".join(
        f'<Property Name="{name}" Type="Edm.String" Nullable="true"/>'
        for name in ("ВидОплаты_Key", "Контрагент_Key", "ДоговорКонтрагента_Key", "Комментарий")
    )
    head = '<EntityType Name="Document_ОплатаПлатежнойКартой">'
    server.on("/base/odata/standard.odata/$metadata", Reply(text.replace(head, head + extra).encode()))
    server.on(
        "/base/odata/standard.odata/Document_%D0%9E%D0%BF%D0%BB%D0%B0%D1%82%D0%B0%D0%9F%D0%BB%D0%B0%D1%82%D0%B5%D0%B6"
        "%D0%BD%D0%BE%D0%B9%D0%9A%D0%B0%D1%80%D1%82%D0%BE%D0%B9",
        refusal("-1", "ещё нет", 500),
    )

    with pytest.raises(ErpRefusedError, match="ещё нет"):
        await documents.create(card_payment())


async def test_the_first_answer_teaches_whether_a_wished_reference_is_kept(by_hand: ByHand) -> None:
    server, documents = by_hand
    server.on(REPORTS, Reply(created(), 201))
    before = replace(documents.learned)

    await documents.create(report())

    assert before == LearnedCapabilities()
    assert documents.learned == LearnedCapabilities(
        client_ref_kept=False, vat_by_catalogue=False, refunds_section=False
    )
