"""Синхронизация товаров in the browser: both ways, prices, pairs, undo, stale tabs, hostile names, many rows."""

import re
from collections.abc import Iterator
from statistics import median
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack
from smena.cli.demo.api import Api

REGISTER = "kassa-1"
HOSTILE = '<img src=x onerror="document.title=1"><b>Чай</b> & "кавычки"'
LONG = "Очень длинное наименование без пробелов ".replace(" ", "-") * 8
WAIT_MILLISECONDS = 60_000
MANY = 100_000
PUSHED_MAX = 5_000
PAINTS = 5


class Desk:
    """The catalogue's two sides, moved from outside of the window."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.api = Api(stack.addresses(), TOKEN)
        self._headers = {"Authorization": f"Bearer {TOKEN}"}

    def put(self, path: str, key: str, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), PUSHED_MAX):
            answer = httpx.put(
                f"{self.stack.addresses().catalog}/catalog/v1/{path}",
                json={key: rows[start : start + PUSHED_MAX]},
                headers=self._headers,
                timeout=60,
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["counts"]["rejected"] == 0, answer.text[:2000]

    def item(self, group: str, n: int, **changes: Any) -> dict[str, Any]:
        ref = f"{group}-{n}"
        known = {"name": f"Товар {ref}", "unit": "шт", "group": group, "barcodes": [code(group, n)], "article": ref}
        return {"ref": ref, "vat_rate": "20", **known, **changes}

    def price(self, ref: str, price: str) -> dict[str, Any]:
        return {"item_ref": ref, "price_type": "Розничная", "price": price, "effective_at": "2026-01-01"}

    def ring_up(self, **good: Any) -> None:
        """Somebody enters a good at the till."""
        secret = self.stack.outside().secrets()["SMENA_SANDBOX_WEBKASSA_TOKEN"]
        answer = httpx.post(
            f"{self.stack.outside().url}/webkassa/api/warehouse/save",
            json={"goods": [{"unit": 0, "sellVat": 0, "groupName": "Касса", "sellPrice": 2.5, **good}]},
            headers={"Authorization": f"Bearer {secret}"},
            timeout=30,
        )
        assert answer.json()["results"][0]["status"] in {"created", "updated"}, answer.text

    def saves(self, article: str) -> int:
        """How often a good with this article was written to the cabinet."""
        return sum(
            any(good and good.get("vendorCode") == article for good in entry["after"])
            for entry in self.stack.requests()
            if entry["path"].endswith("warehouse/save")
        )


def code(group: str, n: int) -> str:
    """A barcode with the right check digit, of its own for each group and number."""
    digits = f"48{sum(map(ord, group)) % 1000:03}{n:07}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def quiet(_done: int, _total: int | None = None) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def desk(served: Stack) -> Iterator[Desk]:
    """The pushed items are archived again by a reading of 1C, which does not know them."""
    desk = Desk(served)
    yield desk
    run = desk.api.post("/catalog/v1/erp-pulls", {"organization": served.task().organization})
    desk.api.finish(f"/catalog/v1/erp-pulls/{run['id']}", quiet)
    desk.api.close()


def compared(page: Page) -> None:
    """Press «Заполнить» and wait for the rows."""
    page.get_by_role("button", name="Заполнить", exact=True).first.click()
    expect(page.get_by_role("navigation", name="Состояние строк")).to_be_visible(timeout=WAIT_MILLISECONDS)


def compared_group(page: Page, group: str) -> None:
    page.goto(f"/console/goods?register={REGISTER}&direction=export&take=group")
    page.locator("#group").select_option(group)
    compared(page)


def ended(page: Page) -> None:
    """Wait for the end of a run."""
    expect(page.get_by_role("navigation", name="Итог по строкам")).to_be_visible(timeout=WAIT_MILLISECONDS)


def test_what_is_shown_is_written_once_and_taken_back(desk: Desk, window: Open) -> None:
    """A name with markup is text, a price says where it is from, two clicks write once, undo archives."""
    rows = [desk.item("Окно", 1, name=HOSTILE), desk.item("Окно", 2, name=LONG), desk.item("Окно", 3)]
    desk.put("items", "items", rows)
    desk.put("prices", "prices", [desk.price(row["ref"], "3.20") for row in rows])
    page = window()
    compared_group(page, "Окно")
    hostile = page.get_by_role("row").filter(has_text="Окно-1")
    expect(hostile).to_contain_text(HOSTILE)
    expect(page.locator("main img, main b b")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Окно-2")).to_contain_text(LONG)
    source = hostile.get_by_role("button", name="откуда").last
    source.focus()
    expect(hostile.get_by_role("tooltip").last).to_be_visible()
    expect(hostile.get_by_role("tooltip").last).to_contain_text("3,20: тип цен «Розничная», действует с 1 января 2026")
    assert problems_of(page) == []

    hostile.get_by_role("checkbox").check()
    page.get_by_role("button", name="Выгрузить отмеченные").dblclick()
    ended(page)
    run = page.url
    expect(page.get_by_role("row").filter(has_text="Создан")).to_have_count(1)
    assert problems_of(page) == []
    assert desk.saves("Окно-1") == 1

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Вернуть прежнее").click()
    page.wait_for_url(lambda url: url != run)
    ended(page)
    expect(page.get_by_role("row").filter(has_text="Убран в архив")).to_have_count(1)
    expect(page.get_by_role("button", name="Вернуть прежнее")).to_have_count(0)


def test_prices_are_filled_from_the_goods_receipt_she_picked(desk: Desk, window: Open) -> None:
    desk.put("items", "items", [desk.item("Приход", 1)])
    desk.put("prices", "prices", [desk.price("Приход-1", "3.20")])
    lines = [{"item_ref": "Приход-1", "quantity": "5", "price": "1.75", "vat_rate": "20"}]
    head = {"ref": "receipt-of-window", "number": "П-77", "date": "2026-01-03", "supplier": "ЧУП <i>Склад</i>"}
    desk.put("goods-receipts", "documents", [{**head, "lines": lines}])
    page = window(f"/console/goods?register={REGISTER}&take=goods-receipts")
    page.get_by_label("Номер или поставщик").fill("п-77")
    page.get_by_role("button", name="Найти").click()
    expect(page.get_by_role("cell", name="ЧУП <i>Склад</i>")).to_be_visible()
    page.get_by_label("№ П-77").check()
    page.get_by_label("Цена закупки", exact=True).select_option("goods-receipts")
    compared(page)
    row = page.get_by_role("row").filter(has_text="Приход-1")
    expect(row).to_contain_text("Цена закупки: 1,75")
    expect(row).to_contain_text("1,75: поступление № П-77 от 3 января 2026, строка 1")


def test_a_wrong_question_is_answered_beside_the_form_with_its_input_kept(window: Open) -> None:
    page = window(f"/console/goods?register={REGISTER}&take=goods-receipts&from=2026-13-45")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("button", name="Заполнить").click()
    expect(page.get_by_role("alert")).to_contain_text("documents")
    expect(page.get_by_role("link", name="По документам поступления")).to_have_attribute("aria-current", "true")


def test_a_stale_diff_writes_nothing_and_says_what_to_press(desk: Desk, window: Open) -> None:
    item = desk.item("Вкладка", 1)
    desk.put("items", "items", [item])
    desk.put("prices", "prices", [desk.price("Вкладка-1", "3.20")])
    page = window()
    compared_group(page, "Вкладка")
    desk.put("items", "items", [{**item, "name": "Товар переименовали"}])
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("Выгрузить всё")).click()
    expect(page.get_by_role("alert")).to_contain_text("Данные изменились: нажмите «Заполнить»")
    assert problems_of(page) == []
    compared(page)
    expect(page.get_by_role("row").filter(has_text="Товар переименовали")).to_be_visible()
    assert desk.saves("Вкладка-1") == 0


def test_a_pair_is_proposed_accepted_shown_and_taken_back(desk: Desk, window: Open) -> None:
    desk.put("items", "items", [desk.item("Пара", 1)])
    desk.put("prices", "prices", [desk.price("Пара-1", "3.20")])
    desk.ring_up(goodName="Товар в кассе", gtin=code("Касса", 1), vendorCode="Пара-1")
    page = window()
    compared_group(page, "Пара")
    page.get_by_role("link", name="Сопоставить").click()
    proposed = page.get_by_role("row").filter(has_text="Товар Пара-1")
    expect(proposed).to_contain_text("Артикул")
    assert problems_of(page) == []
    proposed.get_by_label("Товар в кассе").check()
    page.get_by_role("button", name="Принять отмеченные").click()
    expect(page.get_by_role("status")).to_contain_text("Сопоставлено: 1.")
    page.get_by_role("link", name="К строкам").click()
    row = page.get_by_role("row").filter(has_text="Товар Пара-1")
    expect(row).to_contain_text("Есть отличия")
    expect(row.locator("del").filter(has_text="Товар в кассе")).to_be_visible()
    row.locator("summary").click()
    row.get_by_role("button", name="Снять связь").click()
    expect(page.get_by_role("status")).to_contain_text("Снято связей: 1.")
    expect(page.get_by_role("row").filter(has_text="Товар Пара-1")).to_contain_text("Нет соответствия")
    desk.ring_up(goodName="Товар в кассе", gtin=code("Касса", 1), vendorCode="Пара-1", isOpen=0)


def test_what_only_the_cabinet_has_goes_into_1c_and_back(desk: Desk, window: Open) -> None:
    name = f"Только в кассе {uuid4()}"
    desk.ring_up(goodName=name, gtin=code("Касса", 2), vendorCode="К-2")
    page = window(f"/console/goods?register={REGISTER}&direction=import")
    compared(page)
    page.get_by_role("searchbox").fill(code("Касса", 2))
    page.get_by_role("button", name="Найти").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Нет соответствия")
    assert problems_of(page) == []
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Загрузить отмеченные").click()
    ended(page)
    expect(page.get_by_text("Что остаётся в 1С")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Создан")
    run = page.url
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Вернуть прежнее").click()
    page.wait_for_url(lambda url: url != run)
    ended(page)
    expect(page.get_by_text("Готово.")).to_be_visible()
    desk.ring_up(goodName=name, gtin=code("Касса", 2), vendorCode="К-2", isOpen=0)


def test_a_file_is_taken_row_by_row_and_a_bad_row_is_named(window: Open) -> None:
    page = window("/console/goods/files")
    assert problems_of(page) == []
    table = "Код;Наименование;Единица\nфайл-1;Товар из файла;шт\nфайл-2;;шт\n"
    page.get_by_label("Файл, до 64 МБ").set_input_files(
        {"name": "товары.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.get_by_role("button", name="Загрузить файл").click()
    expect(page.get_by_role("status")).to_contain_text("отклонено: 1")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Наименование")
    assert problems_of(page) == []
    page.get_by_label("Файл, до 64 МБ").set_input_files(
        {"name": "не-таблица.xlsx", "mimeType": "application/octet-stream", "buffer": b"no workbook"}
    )
    page.get_by_role("button", name="Загрузить файл").click()
    expect(page.get_by_role("alert")).to_contain_text("Ничего не записано")


def test_the_catalogue_is_read_from_1c_with_its_progress(window: Open) -> None:
    page = window(f"/console/goods?register={REGISTER}")
    page.get_by_role("button", name="Обновить из 1С").click()
    expect(page.get_by_role("status")).to_contain_text("Данные из 1С прочитаны.", timeout=WAIT_MILLISECONDS)
    expect(page.get_by_role("row").filter(has_text="Номенклатура")).to_be_visible()
    assert problems_of(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_readable_for_everybody_in_both_languages(window: Open, width: int) -> None:
    page = window(f"/console/goods?register={REGISTER}", width=width)
    compared(page)
    diff = page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Таблица Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    for title in ("Синхронизация товаров", "Synchronisation of goods"):
        page.goto("/console/goods")
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        for path in (
            "/console/goods?take=group",
            "/console/goods/bindings",
            "/console/goods/files",
            diff,
            f"{diff}/pairs",
        ):
            page.goto(path)
            assert problems_of(page) == [], path
        page.goto("/console/goods")
        page.get_by_role("button", name=re.compile("English|Русский")).click()


MANY_ITEMS = """
insert into catalog_sync.item (organization, ref, name, unit, group_path, barcodes, article, vat_rate, kind, marking,
    active, digest)
select %(organization)s, 'Много-' || i, 'Товар Много-' || i, 'шт', 'Много', array['46' || lpad(i::text, 11, '0')],
    'Много-' || i, '20', 'goods', 'none', true, decode(md5(i::text), 'hex')
from generate_series(1, %(count)s) i
"""
PAINTED = """
() => new Promise((resolve) => new PerformanceObserver((list) => {
  const found = list.getEntriesByName("first-contentful-paint");
  if (found.length) resolve(found[0].startTime);
}).observe({type: "paint", buffered: true}))
"""


def painted(page: Page, path: str) -> float:
    """First contentful paint in milliseconds."""
    page.goto(path)
    found: float = page.evaluate(PAINTED)
    return found


@pytest.mark.timeout(180)
def test_many_rows_are_painted_as_soon_as_none(desk: Desk, window: Open) -> None:
    """First contentful paint with 100,000 rows behind the page is at most twice that of an empty one, in one run."""
    with psycopg.connect(desk.stack.database_url, autocommit=True) as connection:
        connection.execute(MANY_ITEMS, {"organization": desk.stack.task().organization, "count": MANY})
    desk.put("items", "items", [desk.item("Пусто", 1, kind="service")])
    page = window()
    addresses = []
    for group in ("Много", "Пусто"):
        compared_group(page, group)
        addresses.append(page.url)
    full, empty = addresses
    expect(page.get_by_text("Таких строк нет.")).to_be_visible()
    page.goto(full)
    expect(page.get_by_role("link", name=re.compile("Не заполнено"))).to_contain_text(str(MANY))
    times = [(painted(page, full), painted(page, empty)) for _ in range(PAINTS)]
    with_rows, without = median(one for one, _ in times), median(one for _, one in times)
    assert with_rows <= 2 * without, f"{with_rows:.0f} ms with {MANY} rows, {without:.0f} ms empty"
