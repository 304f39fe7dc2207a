"""Goods typed by hand from wire.md, read and written."""

import json

from contract.outside.raw_http import RawServer, json_reply
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

ByHand = tuple[RawServer, WebkassaCabinet]


async def test_goods_in_use_and_not_in_our_words(by_hand: ByHand) -> None:
    items = [item async for page in by_hand[1].list_items() for item in page]

    assert items == [
        CabinetItem(
            id="5",
            name="Молоко",
            article="A-5",
            unit="шт",
            group="Продукты/Молочные",
            barcodes=("4810000000018", "4810000000025"),
            vat_rate=VatRate.TEN,
            purchase_price=Kopecks(150),
            retail_price=Kopecks(200),
        ),
        CabinetItem(id="7", name="Сыр, вес", unit="кг", retail_price=Kopecks(1225)),
        CabinetItem(
            id="9", name="Старый товар", article="A-9", retail_price=Kopecks(100), kind="service", active=False
        ),
        CabinetItem(id="10", name="", vat_rate=VatRate.TWENTY, active=False),
    ]


async def test_what_is_to_be_emptied_is_sent_as_null_and_a_unit_nobody_named_is_left_alone(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    clear = frozenset({"article", "purchase_price", "barcodes"})
    item = ItemWrite("5", "Молоко", None, "", None, (), VatRate.TEN, None, Kopecks(200), clear=clear)

    await cabinet.save_items([item, item, item])

    assert json.loads(server.asked[0].body)["goods"][0] == {
        "goodName": "Молоко",
        "goodType": 0,
        "isOpen": 1,
        "sellVat": 1,
        "goodId": 5,
        "sellPrice": 2,
        "vendorCode": None,
        "buyPrice": None,
        "gtin": None,
        "gtinAdditional": None,
    }


async def test_a_batch_is_sent_with_codes_and_json_numbers(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    made = ItemWrite(
        None,
        "Хлеб",
        "A-1",
        "шт",
        "Продукты",
        ("4810000000018", "22"),
        VatRate.TEN,
        Kopecks(100),
        Kopecks(1234),
        "goods",
    )
    held = ItemWrite("5", "Молоко", None, "л", None, (), VatRate.NONE, None, None, "service", active=False)

    results = await cabinet.save_items([made, held, made])

    assert server.asked[0].body.decode() == (
        '{"goods":[{"goodName":"Хлеб","unit":0,"goodType":0,"isOpen":1,"sellVat":1,"vendorCode":"A-1",'
        '"groupName":"Продукты","buyPrice":1.00,"sellPrice":12.34,"gtin":"4810000000018","gtinAdditional":["22"]},'
        '{"goodName":"Молоко","unit":2,"goodType":1,"isOpen":0,"sellVat":3,"goodId":5},'
        '{"goodName":"Хлеб","unit":0,"goodType":0,"isOpen":1,"sellVat":1,"vendorCode":"A-1",'
        '"groupName":"Продукты","buyPrice":1.00,"sellPrice":12.34,"gtin":"4810000000018","gtinAdditional":["22"]}]}'
    )
    assert results == (
        ItemWriteResult(0, ItemWriteStatus.CREATED, "40"),
        ItemWriteResult(1, ItemWriteStatus.UPDATED, "5"),
        ItemWriteResult(2, ItemWriteStatus.REJECTED, None, "Артикул занят"),
    )


async def test_an_item_without_a_code_is_rejected_alone(by_hand: ByHand) -> None:
    server, cabinet = by_hand
    server.on("/api/warehouse/save", json_reply({"results": [{"index": 0, "status": "created", "goodId": 41}]}))
    strange = ItemWrite(None, "Бочка", "A-2", "бочка", None, (), VatRate.TEN, None, Kopecks(100))
    plain = ItemWrite(None, "Хлеб", "A-1", "шт", None, (), VatRate.TWENTY_FIVE, None, Kopecks(100))
    good = ItemWrite(None, "Соль", "A-3", "шт", None, (), VatRate.TWENTY, None, Kopecks(100))

    results = await cabinet.save_items([strange, plain, good])

    assert [(result.index, result.status, result.id) for result in results] == [
        (0, ItemWriteStatus.REJECTED, None),
        (1, ItemWriteStatus.REJECTED, None),
        (2, ItemWriteStatus.CREATED, "41"),
    ]
    assert "«бочка»" in (results[0].message or "")
    assert "ставка НДС «25»" in (results[1].message or "")
    assert len(json.loads(server.asked[0].body)["goods"]) == 1
