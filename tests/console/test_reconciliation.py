"""Сверка: four columns, the place that differs in red, and what is printed for an inspector."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PERIOD = "?from=2026-01-05&to=2026-01-05"


def shift_of(served: Stack, register: str) -> dict[str, Any]:
    address = f"{served.addresses().ledger}/ledger/v1/reconciliation{PERIOD}&register={register}"
    answer = httpx.get(address, headers=HEADERS, timeout=60)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()["data"][0]
    return found


@pytest.fixture
def unposted(served: Stack) -> Iterator[dict[str, Any]]:
    """A card payment of kassa-3 that somebody unposted in 1C; it is posted again afterwards."""
    query = {"kind": "card-payment", "register": "kassa-3"}
    address = f"{served.addresses().ledger}/ledger/v1/documents"
    document: dict[str, Any] = httpx.get(address, params=query, headers=HEADERS, timeout=30).json()["data"][0]
    edit = {"kind": "Document_ОплатаПлатежнойКартой", "ref": document["erp"]["ref"]}
    edits = f"{served.outside().url}/_sandbox/onec/edits"
    httpx.post(edits, json={**edit, "do": "unpost"}, timeout=30).raise_for_status()
    yield document
    httpx.post(edits, json={**edit, "do": "post"}, timeout=30).raise_for_status()
    decided = {"decision": "restore-ours", "reason": "back"}
    httpx.post(f"{address}/{document['id']}/resolve", json=decided, headers=HEADERS, timeout=60).raise_for_status()


def test_every_shift_shows_the_same_sum_at_its_four_places(served: Stack, window: Open) -> None:
    page = window(f"/console/reconciliation{PERIOD}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    for row in rows.all():
        sums = row.locator("td.sum").all_inner_texts()
        assert len(sums) == 4
        assert len(set(sums)) == 1
    expect(page.locator("td.difference")).to_have_count(0)
    expect(page.get_by_text("Сходится", exact=True)).to_have_count(3)


def test_a_difference_is_red_at_its_place_and_named(served: Stack, window: Open, unposted: dict[str, Any]) -> None:
    page = window(f"/console/reconciliation{PERIOD}&register=kassa-3")
    expect(page.get_by_text("Не сходится", exact=True)).to_be_visible()
    expect(page.locator("tr.difference").first).to_contain_text("в 1С")
    page.goto(f"/console/reconciliation/shifts/{unposted['shift']}")
    red = page.locator("tbody td.difference")
    assert red.count() >= 1
    for cell in red.all():
        column = cell.evaluate("cell => cell.closest('table').tHead.rows[0].cells[cell.cellIndex].textContent")
        assert column == "1С"
    assert problems_of(page) == []


def test_a_shift_and_a_period_are_printed_and_say_they_are_no_fiscal_copy(served: Stack, window: Open) -> None:
    shift = shift_of(served, "kassa-2")
    page = window(f"/console/reconciliation/shifts/{shift['shift']}")
    page.get_by_role("link", name="Печать для проверяющего").click()
    expect(page.locator("body")).to_contain_text("Не фискальная копия")
    page.goto(f"/console/reconciliation{PERIOD}")
    page.get_by_role("link", name="Печать").click()
    expect(page.locator("body")).to_contain_text("Не фискальная копия")
    page.goto(f"/console/reconciliation{PERIOD}")
    with page.expect_download() as download:
        page.get_by_role("link", name="В Excel").click()
    assert download.value.path().read_bytes()[:2] == b"PK"


def test_the_register_of_annulments_names_what_was_annulled(served: Stack, window: Open) -> None:
    wanted = {"kind": "annulment", "from": "2026-01-05", "to": "2026-01-05", "register": "kassa-1"}
    answer = httpx.get(f"{served.addresses().sales}/sales/v1/receipts", params=wanted, headers=HEADERS, timeout=30)
    told = answer.json()["data"]
    page = window(f"/console/reconciliation/annulments{PERIOD}&register=kassa-1")
    expect(page.locator("tbody tr")).to_have_count(len(told))
    assert len(told) > 0
    for one in told:
        expect(page.locator(f"tbody a[href='/console/sales/receipts/{one['id']}']")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("?from=2026-01-09&to=2026-01-05", "from позже, чем to"),
        ("?from=yesterday&to=2026-01-05", "from"),
        ("?from=2031-01-01&to=2031-01-02", "В этом периоде нет переданных смен."),
        ("/comparison?from=2026-01-01&to=2026-12-31", "период сравнения не длиннее"),
        ("/events", "Таких событий нет."),
    ],
)
def test_a_wrong_or_empty_period_is_answered_in_words(window: Open, path: str, words: str) -> None:
    page = window(f"/console/reconciliation{path}")
    expect(page.locator("main")).to_contain_text(words)
    assert problems_of(page) == []


@pytest.mark.parametrize(("width", "language"), [(1280, "Русский"), (390, "English")])
def test_reconciliation_is_readable_for_everybody(served: Stack, window: Open, width: int, language: str) -> None:
    shift = shift_of(served, "kassa-2")["shift"]
    page = window(f"/console/reconciliation{PERIOD}", width=width)
    if language == "English":
        page.get_by_role("button", name=language).click()
    for path in (PERIOD, f"/shifts/{shift}", f"/annulments{PERIOD}", f"/comparison{PERIOD}", "/events"):
        page.goto(f"/console/reconciliation{path}")
        assert problems_of(page) == [], path
