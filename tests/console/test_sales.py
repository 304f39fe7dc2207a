"""Загрузка продаж in the browser: pull, fill empties, publish, see the documents; and everything that goes wrong."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from console.conftest import WAIT_MILLISECONDS, Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack
from e2e.waiting import wait_for

DOCUMENTS_SECONDS_MAX = 60
EVIL = "<img src=x onerror=alert(1)> булка " + "я" * 260
"""Pasted HTML in a name that is nearly 300 characters long."""
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
JOB = "from=2026-01-05&to=2026-01-06"


def till(served: Stack, what: str, **asked: Any) -> dict[str, Any]:
    """Do something at a till of the sandbox."""
    answer = httpx.post(f"{served.outside().url}/_sandbox/cabinets/wk-main/{what}", json=asked, timeout=30)
    assert answer.is_success, answer.text
    return dict(answer.json())


def rung_shift(served: Stack, register: str, names: list[str], **z: Any) -> str:
    """A closed shift of one sale whose lines the catalogue does not know; answers its business date."""
    lines = [{"name": name, "price": "3.10", "quantity": "2"} for name in names]
    sale = till(served, "receipts", register=register, lines=lines)
    till(served, "shifts", register=register, z=z)
    return str(sale["at"][:10])


def asked(served: Stack, path: str, **query: str) -> Any:
    answer = httpx.get(f"{served.addresses().sales}{path}", params=query, headers=HEADERS, timeout=30)
    assert answer.is_success, answer.text
    return answer.json()


def only_shift(served: Stack, register: str, day: str) -> dict[str, Any]:
    (found,) = asked(served, "/sales/v1/shifts", register=register, **{"from": day, "to": day})["data"]
    return dict(found)


def pull(page: Page) -> None:
    page.get_by_role("button", name="Обновить").first.click()
    expect(page).to_have_url(re.compile(r"/sales/pulls/"))
    expect(page.get_by_role("status")).to_contain_text("Прочитано документов", timeout=WAIT_MILLISECONDS)


def test_the_day_from_pull_to_documents(served: Stack, window: Open) -> None:
    day = rung_shift(served, "kassa-3", [EVIL, "Сахар рафинад"])
    period = f"from={day}&to={day}&register=kassa-3"
    page = window(f"/console/sales?{period}")
    expect(page.get_by_text("За этот период чеков нет.")).to_be_visible()
    pull(page)

    page.get_by_role("link", name="К чекам").click()
    expect(page.locator(".news.warn")).to_contain_text("строк 2, на сумму 12,40")
    page.locator(".receipts summary").click()
    expect(page.locator("tr.empty table")).to_contain_text(EVIL)
    assert problems_of(page) == []

    page.get_by_role("link", name="Заполнить пустую номенклатуру").click()
    expect(page.locator("tfoot")).to_contain_text("12,40")
    page.locator("tr", has_text="Сахар рафинад").get_by_role("link", name="Подобрать").click()
    expect(page.get_by_text("Ничего не найдено.")).to_be_visible()
    page.fill("#q", "Молоко")
    page.get_by_role("button", name="Найти").click()
    page.locator("tr", has_text="Молоко").get_by_role("radio").first.check()
    page.get_by_label("Запомнить").check()
    assert problems_of(page) == []
    page.locator("button.primary").click()
    expect(page.get_by_role("status").first).to_contain_text("Заполнено строк: 1, смен: 1. Запомнено правил: 1.")

    page.get_by_role("link", name="Запомненные правила").click()
    rule = page.locator("section", has_text="Сахар рафинад")
    expect(rule).to_contain_text("вручную той же номенклатурой: 1")
    rule.get_by_text("Забыть правило").first.click()
    rule.get_by_label("Причина").fill("Разовая продажа")
    rule.get_by_label("Уже заполненные строки оставить как есть").check()
    assert problems_of(page) == []
    rule.get_by_role("button", name="Забыть правило").click()
    expect(page.get_by_role("status").first).to_contain_text("Правило забыто. Строк опустело: 0")
    page.get_by_role("link", name="Пустая номенклатура").last.click()

    page.get_by_role("link", name="По строкам чеков").click()
    page.get_by_label("Отметить все").check()
    page.get_by_role("button", name="Заполнить отмеченные").click()
    expect(page.get_by_text("Отмечено строк: 1.")).to_be_visible()
    page.fill("#q", "Молоко")
    page.get_by_role("button", name="Найти").click()
    page.get_by_role("radio").first.check()
    page.locator("button.primary").click()
    expect(page.get_by_text("Пустых строк за этот период нет.")).to_be_visible()

    publish_with_a_double_click(page, period)
    expect(page.get_by_role("status")).to_contain_text("Загружено смен: 1.")
    shift = only_shift(served, "kassa-3", day)
    assert (shift["state"], shift["revision"]) == ("published", 1)
    wait_for(
        lambda: bool(only_shift(served, "kassa-3", day)["documents"]), seconds=DOCUMENTS_SECONDS_MAX, what="documents"
    )
    page.get_by_role("link", name="kassa-3, №").click()
    expect(page.get_by_role("link", name="Отчёт о розничных продажах").first).to_have_attribute(
        "href", re.compile(r"/console/documents/")
    )
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("версия 1")
    page.get_by_role("row", name=re.compile("6,20|12,40")).first.get_by_role("link", name="Чеки").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Из каких чеков")
    assert problems_of(page) == []

    page.locator("tbody").get_by_role("link", name="№").first.click()
    page.get_by_role("link", name="Изменить номенклатуру строки 1").click()
    expect(page.get_by_text("Меняются только отмеченные строки.")).to_be_visible()


def publish_with_a_double_click(page: Page, period: str) -> None:
    """One form, clicked twice by a quick hand: one run."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"/console/sales?{period}")
    page.get_by_role("button", name="Загрузить").dblclick()
    expect(page).to_have_url(re.compile(r"/sales/publications/"))
    expect(page.get_by_role("status")).to_be_visible(timeout=WAIT_MILLISECONDS)
    assert len(sent) == 1, sent


def test_a_form_sent_twice_without_script_makes_one_publication(served: Stack, window: Open) -> None:
    page = window(f"/console/sales?{JOB}&register=kassa-1")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    form = page.locator("form[action='/console/sales/publications'] input")
    fields = {str(one.get_attribute("name")): one.get_attribute("value") for one in form.all()}
    address = f"{served.addresses().sales}/console/sales/publications"
    first, second = (httpx.post(address, data=fields, cookies=cookies).headers["location"] for _ in range(2))
    assert first == second
    page.goto(first)
    expect(page.get_by_role("status")).to_contain_text(
        "Загружено смен: 0. Были загружены раньше: 2. Не загружено: 0.", timeout=WAIT_MILLISECONDS
    )


def test_a_shift_that_differs_is_named_and_accepted_with_a_reason(served: Stack, window: Open) -> None:
    day = rung_shift(served, "kassa-2", ["Пакет"], sales_count=4)
    page = window(f"/console/sales?from={day}&to={day}&register=kassa-2")
    pull(page)
    page.get_by_role("link", name="К сменам").click()
    page.get_by_role("button", name="Загрузить").click()
    expect(page.get_by_role("status")).to_contain_text("Не загружено: 1.", timeout=WAIT_MILLISECONDS)
    expect(page.locator("tbody")).to_contain_text("Число продаж")
    page.get_by_role("link", name="kassa-2, №").click()
    expect(page.locator("tr.difference")).to_contain_text("Число продаж")
    assert problems_of(page) == []

    stale = page.context.new_page()
    stale.goto(page.url)
    page.fill("#accept-reason", "<script>alert(1)</script> кассир пробил лишний")
    page.get_by_role("button", name="Принять расхождение").click()
    expect(page.get_by_role("status")).to_have_text("Расхождение принято.")
    expect(page.get_by_role("cell", name="<script>alert(1)</script> кассир пробил лишний").first).to_be_visible()
    expect(page.locator("h1 .badge")).to_have_text("Без номенклатуры")
    stale.fill("#accept-reason", "ещё раз")
    stale.get_by_role("button", name="Принять расхождение").click()
    expect(stale.get_by_role("alert")).to_contain_text("Обновите страницу")
    stale.close()

    page.get_by_role("button", name="Загрузить").click()
    expect(page.get_by_role("alert")).to_contain_text("Смена не загружена")
    correct_payment(page)


def correct_payment(page: Page) -> None:
    """A payment rung as the wrong kind, first with a wrong sum, which costs none of what was typed."""
    page.locator("#receipts ~ .table a", has_text="№").last.click()
    page.fill("#amount-cash", "")
    page.fill("#amount-cashless", "1,00")
    page.fill("#reason", "пробили наличными, оплатили картой")
    page.get_by_role("button", name="Изменить вид оплаты").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("пробили наличными, оплатили картой")
    page.fill("#amount-cashless", "6,20")
    page.get_by_role("button", name="Изменить вид оплаты").click()
    expect(page.get_by_role("status")).to_contain_text("Вид оплаты исправлен.")
    expect(page.get_by_role("row", name="Исправлено")).to_contain_text("Безналичные 6,20")
    assert problems_of(page) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/console/sales?from=31.01.2026&to=2026-01-05", "Дата написана неверно"),
        ("/console/sales?from=2026-01-06&to=2026-01-05", "Начало периода позже его конца"),
        ("/console/sales/shifts?from=2026-01-06&to=2026-01-05", "Начало периода позже его конца"),
        ("/console/sales/month?month=2026-13", "Месяц написан неверно"),
        ("/console/sales/shifts/nothing", "Проверьте адрес"),
    ],
)
def test_a_wrong_address_is_answered_in_words(window: Open, address: str, words: str) -> None:
    page = window(address)
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert problems_of(page) == []


def test_a_wrong_period_starts_nothing_and_keeps_what_was_asked(window: Open) -> None:
    page = window("/console/sales?from=2026-01-06&to=2026-01-05")
    page.get_by_role("button", name="Обновить").click()
    expect(page.get_by_role("alert")).to_contain_text("Начало периода позже его конца")
    expect(page.locator("#from")).to_have_value("2026-01-06")


def test_a_session_that_expired_leads_to_the_sign_in_and_nothing_is_sent(window: Open) -> None:
    page = window(f"/console/sales?{JOB}")
    page.context.clear_cookies(name="smena_session")
    page.get_by_role("button", name="Загрузить").click()
    expect(page).to_have_url(re.compile(r"/console/sign-in\?next=/console/sales"))


def test_receipts_are_found_by_kind_price_and_words(served: Stack, window: Open) -> None:
    page = window(f"/console/sales?{JOB}&register=kassa-1")
    days = asked(served, "/sales/v1/turnover", register="kassa-1", **{"from": "2026-01-05", "to": "2026-01-06"})["data"]
    expect(page.locator(".chart rect")).to_have_count(len(days))
    page.get_by_label("Вид").select_option("refund")
    expect(page).to_have_url(re.compile("kind=refund"))
    kinds = page.locator(".receipts tbody tr:first-child td:nth-child(3) .badge").all_inner_texts()
    assert set(kinds) == {"Возврат"}
    page.fill("#q", "такого нет нигде")
    page.get_by_role("button", name="Найти").click()
    expect(page.get_by_text("Таких чеков нет.")).to_be_visible()


def test_a_day_off_is_marked_with_a_reason_and_taken_back(window: Open) -> None:
    page = window("/console/sales/days?from=2026-01-04&to=2026-01-06&register=kassa-1")
    expect(page.get_by_text("День закрыт", exact=True)).to_have_count(2)
    for state, words in (("closed", "Выходной"), ("working", "Без продаж")):
        page.locator("td.day", has_text="4").first.locator("summary").click()
        page.get_by_role("link", name="Отметить день").click()
        page.get_by_label("Что это за день").select_option(state)
        page.fill("#reason", "инвентаризация")
        page.get_by_role("button", name="Отметить день").click()
        expect(page.get_by_role("status")).to_have_text("День отмечен.")
        expect(page.locator("td.day").filter(has_text="4").first).to_contain_text(words)
    page.locator("#date").fill("2026-01-05")
    page.fill("#reason", "ошибка")
    page.get_by_role("button", name="Отметить день").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("ошибка")


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "ru"), (390, "dark", "en")])
def test_every_window_of_sales_is_readable_for_everybody(
    served: Stack, window: Open, width: int, scheme: str, language: str
) -> None:
    shift = only_shift(served, "kassa-1", "2026-01-05")["id"]
    receipts = asked(served, "/sales/v1/receipts", register="kassa-1", kind="sale", limit="1")["data"]
    page = window(f"/console/sales?{JOB}", width=width, color_scheme=scheme)
    if language == "en":
        page.get_by_role("button", name="English").click()
    for address in (
        f"?{JOB}",
        f"/shifts?{JOB}",
        f"/shifts/{shift}",
        f"/shifts/{shift}/revisions/1",
        f"/receipts/{receipts[0]['id']}",
        f"/empty?{JOB}",
        f"/empty/fill?{JOB}&register=kassa-1&q=Молоко",
        f"/empty/rules?{JOB}",
        f"/days?{JOB}",
        f"/month?{JOB}&month=2026-01",
        "/quarantine",
    ):
        page.goto(f"/console/sales{address}")
        assert problems_of(page) == [], address
        if language == "en":
            told = page.locator("main").inner_text()
            # reasons of days and shifts come from the API in Russian
            assert not re.search(r"Касса|Сумма|Показать|Почему", told), address


def test_workbooks_of_the_period_are_handed_out(window: Open) -> None:
    page = window(f"/console/sales?{JOB}&register=kassa-1")
    for name in ("Оборот в Excel", "Чеки в Excel"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename.endswith(".xlsx")
