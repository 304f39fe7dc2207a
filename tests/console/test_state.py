"""Состояние: what works and what waits, who decided what, and what was told to other systems."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def webhook(served: Stack) -> Iterator[str]:
    """A subscription; it is taken back afterwards."""
    address = f"{served.addresses().ledger}/ledger/v1/webhooks"
    answer = httpx.post(address, json={"url": "https://books.example/hook"}, headers=HEADERS, timeout=30)
    answer.raise_for_status()
    number = answer.json()["id"]
    yield number
    httpx.delete(f"{address}/{number}", headers=HEADERS, timeout=30).raise_for_status()


def test_cabinets_registers_and_what_waits_are_shown(window: Open) -> None:
    page = window("/console/state")
    expect(page.get_by_role("heading", name="Кабинеты касс")).to_be_visible()
    for register in ("kassa-1", "kassa-2", "kassa-3"):
        expect(page.get_by_role("cell", name=register, exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has_text="События, которые не удалось принять")
    expect(row.locator("td")).to_have_text("0")


def test_the_audit_says_who_did_what_and_why_and_shows_a_reason_as_text(served: Stack, window: Open) -> None:
    run = httpx.post(
        f"{served.addresses().ledger}/ledger/v1/rollbacks",
        json={"registers": "all", "from": "2030-01-01", "to": "2030-01-01", "reason": "<i>Проба журнала</i>"},
        headers=HEADERS,
        timeout=30,
    ).json()["id"]
    page = window("/console/state/audit?what=rollback.start&subject=rollback/" + run)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("<i>Проба журнала</i>")
    expect(page.locator("tbody tr")).to_contain_text("tests")
    page.goto("/console/state/audit?who=nobody")
    expect(page.locator("main")).to_contain_text("Решений по этому отбору нет.")


@pytest.mark.parametrize(("width", "language"), [(1280, "Русский"), (390, "English")])
def test_the_state_is_readable_for_everybody(window: Open, webhook: str, width: int, language: str) -> None:
    page = window("/console/state", width=width)
    if language == "English":
        page.get_by_role("button", name=language).click()
    for path in ("", "/audit", "/webhooks", f"/webhooks/{webhook}"):
        page.goto(f"/console/state{path}")
        assert problems_of(page) == [], path
        assert "books.example" in page.locator("main").inner_text() or "webhooks" not in path
