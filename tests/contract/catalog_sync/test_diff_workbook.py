"""A diff as a workbook says what the API says, and nothing in it is ever computed."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import httpx
from python_calamine import load_workbook

from integration.catalog_sync.shop import OTHER_TOKEN, TOKEN, Shop, item, price, receipt

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil")', "http://evil.example", "007")


async def workbook(shop: Shop, diff: Any, token: str = TOKEN, **headers: str) -> httpx.Response:
    return await shop.api.get(
        f"/catalog/v1/diffs/{diff['id']}.xlsx", headers={"Authorization": f"Bearer {token}", **headers}
    )


def sheets(answer: httpx.Response) -> dict[str, list[list[Any]]]:
    assert answer.status_code == 200, answer.text
    book = load_workbook(BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


async def filled(shop: Shop) -> Any:
    shop.catalogue.all_items = [item(n, name=name) for n, name in enumerate(FORMULAS, start=1)]
    shop.catalogue.all_items += [item(20, article=None), item(21, kind="service"), item(22)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 30)]
    shop.catalogue.all_goods_receipts = [receipt("1", date(2026, 1, 5), (22, 50))]
    await shop.pull()
    return await shop.diff()


async def test_every_row_and_count_of_the_diff_stands_in_it(shop: Shop) -> None:
    diff = await filled(shop)

    found = sheets(await workbook(shop, diff))

    counts = dict(found["Итоги"])
    assert (counts["Нет соответствия"], counts["Не заполнено"]) == (9.0, 1.0)
    assert counts["Не вошло (услуги, материалы, ОС)"] == 1.0
    header, *rows = found["Строки"]
    by_number = {int(row[0]): dict(zip(header, row, strict=True)) for row in rows}
    shown = await shop.rows(diff)
    assert len(rows) == len(shown) == 10
    for row in shown:
        line = by_number[int(row["id"])]
        assert line["Наименование в учёте"] == row["item"]["name"]
        changes = {change["field"]: change["to"] for change in row["changes"]}
        assert line["Розничная цена: станет"] == changes.get("retail_price", "")
        assert line["Штрихкод: станет"] == changes.get("barcode", "")
        for problem in row["problems"]:
            assert problem["message"] in line["Ошибки и замечания"]
    (received,) = [line for line in by_number.values() if line["Ссылка в учёте"] == "item-000022"]
    assert "number: 1" in received["Закупочная цена: источник"]


async def test_before_and_after_of_a_change_stand_beside_each_other(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    shop.catalogue.all_items[-1] = item(22, name="Новое имя")
    await shop.pull()

    header, *rows = sheets(await workbook(shop, await shop.diff()))["Строки"]

    (line,) = [found for row in rows if (found := dict(zip(header, row, strict=True)))["Статус"] == "Есть отличия"]
    assert (line["Наименование: было"], line["Наименование: станет"]) == ("Товар 22", "Новое имя")
    assert (line["Отличия"], line["Как найдено"]) == ("существенные", "Связь")


async def test_no_text_of_the_data_becomes_a_formula_or_a_link(shop: Shop) -> None:
    answer = await workbook(shop, await filled(shop), **{"Accept-Language": "en"})

    assert {row[5] for row in sheets(answer)["Rows"]} >= set(FORMULAS)
    with zipfile.ZipFile(BytesIO(answer.content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                content = parts.read(name)
                assert b"<f" not in content
                assert b"hyperlink" not in content


async def test_a_diff_of_others_or_none_yet_is_refused(shop: Shop) -> None:
    diff = await filled(shop)
    body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}}
    computing = (await shop.send("POST", "/diffs", body)).json()

    assert (await workbook(shop, diff, OTHER_TOKEN)).status_code == 404
    assert (await workbook(shop, {"id": "no-uuid"})).status_code == 404
    early = await workbook(shop, computing)
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[1]) == (409, "diff-not-ready")
