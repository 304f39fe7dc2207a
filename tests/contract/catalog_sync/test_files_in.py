"""Files in: good rows as if pushed, bad ones by row and column, an unchanged file for nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any, BinaryIO

import httpx
import pytest

from catalog_sync.adapters.files.tables import SpreadsheetReader
from catalog_sync.domain.files.cells import Sheet
from catalog_sync.http_api.file_bodies import FileBody
from integration.catalog_sync.shop import OTHER_TOKEN, READ_TOKEN, TOKEN, Shop, barcode
from smena.http.route_plans import FILE_BODY_BYTES_MAX
from unit.catalog_sync.files.books import cells, error, formula, number, text, workbook

HEAD = ("Код", "Наименование", "Ед. изм.", "Группа", "Штрих-код", "Артикул", "Ставка НДС")
RECEIPT_HEAD = "Номер;Дата;Поставщик;Штрихкод;Количество;Цена;НДС"
XML = "application/xml"
DEADLINE_SECONDS = 30


async def send(
    shop: Shop, path: str, body: bytes, token: str = TOKEN, name: str = "file", **query: Any
) -> httpx.Response:
    return await shop.api.post(
        f"/catalog/v1/{path}",
        files={name: ("прайс.xlsx", body)},
        params=query,
        headers={"Authorization": f"Bearer {token}"},
    )


async def taken(shop: Shop, path: str, body: bytes) -> Any:
    answer = await send(shop, path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refusal(shop: Shop, path: str, body: bytes) -> tuple[str, Any]:
    answer = await send(shop, path, body)
    assert answer.status_code == 422, answer.text
    return answer.json()["type"].rsplit("/", 1)[1], answer.json()


def item_row(n: int, **changes: Any) -> str:
    given = {
        "code": f"item-{n:06d}",
        "name": f"Товар {n}",
        "unit": "шт",
        "group": "Продукты",
        "barcode": barcode(n),
        "article": f"A-{n}",
        "vat": "20%",
    }
    return cells(*{**given, **changes}.values())


async def test_a_workbook_of_items_is_taken_row_by_row_and_an_unchanged_one_for_nothing(shop: Shop) -> None:
    rows = [
        cells("Прайс-лист на 31.01.2026"),
        "",
        cells(*HEAD, "Остаток"),
        item_row(1),
        item_row(2, name="  "),
        item_row(3, vat="18"),
        item_row(1, name="Второй раз"),
        "",
        item_row(4, barcode=4810000000021.0, vat=0.1),
    ]

    first = await taken(shop, "item-files", workbook(rows))
    before = await shop.written()
    second = await taken(shop, "item-files", workbook(rows))

    assert first["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 3}
    assert (first["sheet"], first["header_row"], first["ignored_columns"]) == ("Лист1", 3, ["Остаток"])
    assert [(row["row"], row["ref"]) for row in first["accepted"]] == [(4, "item-000001"), (9, "item-000004")]
    assert [(r["row"], r["column"], r["code"]) for r in first["rejected"]] == [
        (5, "B", "missing"),
        (6, "G", "unknown-vat-rate"),
        (7, "A", "same-ref"),
    ]
    assert second["counts"] == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 3}
    assert await shop.written() == before
    (_, last) = (await shop.get("/items"))["data"]
    assert (last["barcodes"], last["vat_rate"]) == (["4810000000021"], "10")


async def test_formulas_count_by_their_values_and_one_without_a_value_is_named(shop: Shop) -> None:
    rows = [
        cells("ref", "name", "article"),
        text("a") + formula('"Чай"', "Чай").replace("<c>", '<c t="str">') + number("12"),
        text("b") + formula("1+1", None) + text("x"),
        text("c") + text("Сахар") + error("#REF!"),
    ]

    file = await taken(shop, "item-files", workbook(rows))

    assert [row["ref"] for row in file["accepted"]] == ["a"]
    assert [(r["row"], r["column"], r["code"]) for r in file["rejected"]] == [
        (3, "B", "formula-without-value"),
        (4, "C", "error-value"),
    ]
    assert (await shop.get("/items"))["data"][0]["article"] == "12"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
async def test_csv_is_read_in_every_encoding_and_cut_by_every_delimiter(
    shop: Shop, encoding: str, delimiter: str
) -> None:
    lines = [
        delimiter.join(("Наименование", "Ссылка", "Штрихкод")),
        delimiter.join(('"Чай ""Ё"" 3%"', "t", barcode(1))),
    ]

    file = await taken(shop, "item-files", "\r\n".join(lines).encode(encoding))

    assert file["counts"]["created"] == 1
    assert (await shop.get("/items"))["data"][0]["name"] == 'Чай "Ё" 3%'


async def test_a_column_that_is_missing_leaves_its_field_as_it_is(shop: Shop) -> None:
    item = {"ref": "milk", "name": "Молоко", "group": "Молочное", "vat_rate": "10", "barcodes": [barcode(1)]}
    await shop.send("PUT", "/items", {"items": [item]})

    file = await taken(shop, "item-files", "Ссылка;Наименование;Штрихкод\nmilk;Молоко 3,2%;\n".encode())

    (held,) = (await shop.get("/items"))["data"]
    assert file["counts"]["updated"] == 1
    assert (held["name"], held["group"], held["vat_rate"], held["barcodes"]) == ("Молоко 3,2%", "Молочное", "10", [])


async def test_a_row_with_a_known_code_is_that_item_and_no_second_one(shop: Shop) -> None:
    items = [{"ref": "guid-1", "code": "00001", "name": "Чай"}, {"ref": "guid-2", "code": "2", "name": "А"}]
    await shop.send("PUT", "/items", {"items": [*items, {"ref": "guid-3", "code": "2", "name": "Б"}]})

    file = await taken(shop, "item-files", "Код;Наименование\n00001;Чай чёрный\n2;В\n".encode())

    assert [row["ref"] for row in file["accepted"]] == ["guid-1"]
    assert [(r["row"], r["code"]) for r in file["rejected"]] == [(3, "ambiguous-item")]
    assert len((await shop.get("/items"))["data"]) == 3


async def known_items(shop: Shop) -> None:
    rows = [{"ref": f"item-{n}", "name": f"Товар {n}", "barcodes": [barcode(n)]} for n in (1, 2, 3)]
    await shop.send("PUT", "/items", {"items": rows})


async def test_goods_receipts_come_with_their_lines_and_bad_lines_are_named(shop: Shop) -> None:
    await known_items(shop)
    lines = [
        RECEIPT_HEAD,
        f"17;05.01.2026;ООО Свет;{barcode(1)};10;1 234,50 руб.;20%",
        f"17;05.01.2026;ООО Свет;{barcode(2)};2,5;0,99;Без НДС",
        f"17;05.01.2026;ООО Свет;{barcode(3)};1;1,1234;20%",
        f"18;2026-01-06;ООО Свет;{barcode(9)};1;5;20",
        f"18;06/01/2026;ООО Свет;{barcode(1)};0;5;20",
        f"18;2026-01-06;ООО Свет;{barcode(1)};3;5;20",
    ]
    body = "\n".join(lines).encode("cp1251")

    file = await taken(shop, "goods-receipt-files", body)
    before = await shop.written()
    again = await taken(shop, "goods-receipt-files", body)

    assert [(d["row"], d["number"], d["status"], d["lines"], d["lines_rejected"]) for d in file["accepted"]] == [
        (2, "17", "created", 2, 1),
        (5, "18", "created", 1, 2),
    ]
    assert [(r["row"], r["column"], r["code"]) for r in file["rejected"]] == [
        (4, "F", "finer-than-kopeck"),
        (5, "D", "unknown-item"),
        (6, "B", "no-date"),
        (6, "E", "not-positive"),
    ]
    assert again["counts"]["unchanged"] == 2
    assert await shop.written() == before


def waybill(*lines: str, head: str = "", root: str = "BLRWBL") -> bytes:
    goods = "".join(f"<LineItem>{line}</LineItem>" for line in lines)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<{root} version="0.1"><DeliveryNote>'
        "<DeliveryNoteID>001-4810000000000-0000000017</DeliveryNoteID><DeliveryNoteDate>20260105</DeliveryNoteDate>"
        "<Shipper><Name>ООО Свет</Name></Shipper>"
        f"<DespatchAdviceLogisticUnitLineItem>{goods}</DespatchAdviceLogisticUnitLineItem></DeliveryNote></{root}>"
    ).encode()


def good(n: int, quantity: str = "10.000", price: str = "1.5000", rate: str = "20.00") -> str:
    return (
        f"<LineItemID>0{barcode(n)}</LineItemID><QuantityDespatched>{quantity}</QuantityDespatched>"
        f"<TaxRate>{rate}</TaxRate><LineItemPrice>{price}</LineItemPrice>"
    )


async def test_a_waybill_becomes_a_goods_receipt_and_what_matches_nothing_is_named(shop: Shop) -> None:
    await known_items(shop)
    body = waybill(good(1), good(2, rate="10"), good(7), good(3, price="1.2345"))

    file = await taken(shop, "waybill-files", body)
    again = await shop.api.post(
        "/catalog/v1/waybill-files", content=body, headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": XML}
    )

    (document,) = file["accepted"]
    assert (document["number"], document["lines"], document["lines_rejected"]) == ("001-4810000000000-0000000017", 2, 2)
    assert [(r["row"], r["column"], r["code"]) for r in file["rejected"]] == [
        (3, "LineItemID", "unknown-item"),
        (4, "LineItemPrice", "finer-than-kopeck"),
    ]
    assert again.json()["counts"]["unchanged"] == 1


async def test_hostile_and_foreign_xml_is_refused_whole(shop: Shop) -> None:
    entity = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    for head in (entity, outside):
        name, problem = await refusal(shop, "waybill-files", waybill(good(1), head=head))
        assert (name, problem["reason"]) == ("file-refused", "hostile-file")
    for body, reason in (
        (waybill(good(1), root="Invoice"), "other-document"),
        (waybill(good(1))[:-30], "broken-file"),
        (waybill(), "no-goods"),
        (b"", "empty-file"),
        (b"PK\x03\x04", "broken-file"),
    ):
        assert (await refusal(shop, "waybill-files", body))[1]["reason"] == reason


async def test_a_header_that_lacks_columns_names_them(shop: Shop) -> None:
    name, problem = await refusal(shop, "item-files", "Товар;Цена\nЧай;5\n".encode())
    assert (name, problem["missing"]) == ("header-not-found", [["ref", "code"]])
    assert "Ссылка" in problem["detail"] or "ссылка" in problem["detail"]

    _, twice = await refusal(shop, "item-files", "Код;Наименование;Товар\n1;Чай;Чай\n".encode())
    assert twice["twice"] == ["B «Наименование»", "C «Товар»"]


async def test_a_form_without_the_file_or_with_more_is_refused(shop: Shop) -> None:
    assert (await send(shop, "item-files", b"x", name="other")).status_code == 422
    headers = {"Authorization": f"Bearer {TOKEN}"}
    two = [("file", ("a", b"x")), ("file", ("b", b"y"))]
    assert (await shop.api.post("/catalog/v1/item-files", files=two, headers=headers)).status_code == 422
    raw = await shop.api.post("/catalog/v1/item-files", content=b"x", headers={**headers, "Content-Type": "text/csv"})
    assert raw.status_code == 415
    assert (await send(shop, "item-files", b"x", colour="red")).status_code == 422


async def test_files_ask_for_the_right_to_write_in_the_organisation(shop: Shop) -> None:
    body = "Код;Наименование\n1;Чай\n".encode()

    assert (await send(shop, "item-files", body, token=READ_TOKEN)).status_code == 403
    assert (await send(shop, "item-files", body, token=OTHER_TOKEN, organization="romashka")).status_code == 403
    assert (await send(shop, "item-files", body, token=OTHER_TOKEN)).json()["organization"] == "vasilek"
    assert (await shop.get("/items"))["data"] == []


async def test_the_service_answers_while_a_file_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, answered = asyncio.Event(), threading.Event()
    loop, read = asyncio.get_running_loop(), SpreadsheetReader.sheets

    def slow(reader: SpreadsheetReader, body: BinaryIO) -> Iterator[Sheet]:
        loop.call_soon_threadsafe(begun.set)
        assert answered.wait(DEADLINE_SECONDS), "nobody was answered while the file was read"
        return read(reader, body)

    monkeypatch.setattr(SpreadsheetReader, "sheets", slow)
    upload = asyncio.create_task(taken(shop, "item-files", "Код;Наименование\n1;Чай\n".encode()))
    await asyncio.wait_for(begun.wait(), DEADLINE_SECONDS)
    assert (await shop.get("/items"))["data"] == []
    answered.set()

    assert (await upload)["counts"]["created"] == 1


async def test_a_file_over_the_limit_is_refused_while_it_arrives(shop: Shop) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n"
        while True:
            sent += 1
            yield bytes(1 << 20)

    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data; boundary=x"}
    answer = await shop.api.post("/catalog/v1/item-files", content=endless(), headers=headers)

    assert answer.status_code == 413
    assert sent <= FILE_BODY_BYTES_MAX // (1 << 20) + 1


async def test_the_answer_is_described_and_is_what_was_described(shop: Shop) -> None:
    answer = await shop.api.get("/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"})
    operation = answer.json()["paths"]["/catalog/v1/item-files"]["post"]
    file = await taken(shop, "item-files", "Код;Наименование\n1;Чай\n2;\n".encode())

    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert set(answer.json()["components"]["schemas"][schema]["properties"]) == set(file)
    assert FileBody.model_validate(file).counts["rejected"] == 1
