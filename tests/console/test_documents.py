"""Документы: from a number down to a receipt, what is printed, and a conflict decided in the browser."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
KINDS = {"cash-receipt-order": "Document_ПриходныйКассовыйОрдер"}


def documents(served: Stack, **query: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{served.addresses().ledger}/ledger/v1/documents", params=query, headers=HEADERS, timeout=30)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


@pytest.fixture
def edited(served: Stack) -> Iterator[dict[str, Any]]:
    """A cash receipt order whose comment somebody changed in 1C, and which we know of."""
    document = documents(served, kind="cash-receipt-order", register="kassa-1")[0]
    edit = {"do": "change-sum", "kind": KINDS[document["kind"]], "ref": document["erp"]["ref"], "amount": "0.77"}
    httpx.post(f"{served.outside().url}/_sandbox/onec/edits", json=edit, timeout=30).raise_for_status()
    look = f"{served.addresses().ledger}/ledger/v1/documents/{document['id']}/resend"
    httpx.post(look, json={"reason": "look"}, headers=HEADERS, timeout=60).raise_for_status()
    yield document
    now = documents(served, kind="cash-receipt-order", register="kassa-1")[0]
    assert (now["state"], now["amount"]) == ("posted", document["amount"])


def test_a_number_of_a_document_leads_down_to_receipts(window: Open) -> None:
    page = window("/console/documents?kind=retail-report&register=kassa-1")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("Остаётся сделать в 1С вручную.")).to_be_visible()
    page.get_by_role("link", name="Показать чеки каждой строки").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Откуда числа")
    line = page.locator("details").first
    line.locator("summary").click()
    receipts = line.locator("tbody a")
    assert receipts.count() > 0
    told = line.locator("summary").inner_text().rsplit("·", 1)[1]
    assert kopecks(told) == sum(kopecks(one) for one in line.locator("tbody td:last-child").all_inner_texts())
    assert str(receipts.first.get_attribute("href")).startswith("/console/sales/receipts/")


def test_a_conflict_is_shown_field_by_field_and_decided_once_with_a_reason(
    served: Stack, window: Open, edited: dict[str, Any]
) -> None:
    day = edited["business_date"]
    page = window(f"/console/yesterday?day={day}")
    needs = page.get_by_role("region", name="Что требует внимания")
    expect(needs).to_contain_text("Не сходится")
    expect(needs).not_to_contain_text("Всё закрыто")
    page.goto("/console/documents?state=conflict")
    page.locator("tbody a").first.click()
    expect(page.locator("tr.difference").first).to_contain_text("Сумма")
    expect(page.locator("details.way")).to_have_count(3)
    page.get_by_text("Восстановить наш").first.click()
    form = page.locator("details.way[open] form")
    form.get_by_label("Причина").fill("<b>Верны</b> чеки")
    form.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("Решение принято")
    until_posted(page)
    expect(page.locator("body")).to_contain_text("<b>Верны</b> чеки")
    assert page.locator("main b").count() == 0


def until_posted(page: Page) -> None:
    """Delivery goes on by itself; the page is asked again until it says so."""
    for _ in range(120):
        if "Проведён" in page.locator("h1").inner_text():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(page.locator("main").inner_text()[:500])


def test_a_decision_that_is_not_possible_is_said_beside_the_form_and_the_reason_stays(
    served: Stack, window: Open
) -> None:
    document = documents(served, kind="cash-receipt-order", register="kassa-2")[0]
    page = window(f"/console/documents/{document['id']}")
    token = page.locator("details.way input[name=form_token]").first.get_attribute("value")
    page.locator("details.way form").first.evaluate("form => { form.action = form.action.replace('resend', 'link'); }")
    page.locator("details.way summary").first.click()
    page.locator("details.way[open] input[name=reason]").fill("Связать")
    page.locator("details.way[open] button").click()
    expect(page.get_by_role("alert").first).to_contain_text("link относится только")
    assert token
    assert page.locator("input[name=reason]").first.input_value() == "Связать"


def test_a_document_is_printed_and_sent_as_a_workbook(served: Stack, window: Open) -> None:
    document = documents(served, kind="retail-report", register="kassa-2")[0]
    page = window(f"/console/documents/{document['id']}")
    with page.expect_download() as download:
        page.get_by_role("link", name="В Excel").click()
    assert download.value.path().read_bytes()[:2] == b"PK"
    page.get_by_role("link", name="Печать").click()
    expect(page.locator("body")).to_contain_text("Не фискальная копия")


def test_a_rollback_shows_its_plan_and_does_nothing_until_it_is_told_to(served: Stack, window: Open) -> None:
    before = [(one["id"], one["state"]) for one in documents(served, register="kassa-2")]
    page = window("/console/documents/period?from=2026-01-05&to=2026-01-05&register=kassa-2")
    page.get_by_label("Причина").fill("Проба")
    page.get_by_role("button", name="Показать план").click()
    expect(page.get_by_text("Проверка: ничего не изменено.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Снять проведение и пометить на удаление").first).to_be_visible()
    expect(page.get_by_role("button", name="Отменить документы периода")).to_be_visible()
    assert problems_of(page) == []
    assert [(one["id"], one["state"]) for one in documents(served, register="kassa-2")] == before


def test_a_replay_of_a_period_gives_the_same_to_the_last_digit(window: Open) -> None:
    page = window("/console/documents/period?from=2026-01-05&to=2026-01-05&register=kassa-2")
    page.get_by_role("button", name="Проверить пересчёт").click()
    expect(page.get_by_text("Пересчёт дал то же самое, до последней цифры.")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=2026-01-09&to=2026-01-05", "from позже, чем to"),
        ("?from=2031-01-01&to=2031-01-02", "Документов нет"),
        ("?register=%3Cscript%3E", "В smena.toml нет касс: <script>"),
    ],
)
def test_a_wrong_or_empty_filter_is_answered_in_words(window: Open, query: str, words: str) -> None:
    page = window(f"/console/documents{query}")
    expect(page.locator("main")).to_contain_text(words)
    assert problems_of(page) == []


@pytest.mark.parametrize(("width", "language"), [(1280, "Русский"), (390, "English")])
def test_documents_are_readable_for_everybody(served: Stack, window: Open, width: int, language: str) -> None:
    document = documents(served, kind="retail-report", register="kassa-3")[0]["id"]
    page = window("/console/documents", width=width)
    if language == "English":
        page.get_by_role("button", name=language).click()
    for path in ("", f"/{document}", f"/{document}/trace", "/period"):
        page.goto(f"/console/documents{path}")
        assert problems_of(page) == [], path
        assert page.locator("html").get_attribute("lang") == ("en" if language == "English" else "ru")


def kopecks(text: str) -> int:
    digits = "".join(one for one in text if one.isdigit())
    return -int(digits) if "−" in text else int(digits)
