"""What only a person can end: a shift over the month's end waits for its day, a document for a second reading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from console.conftest import WAIT_MILLISECONDS, Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack

REGISTER = "kassa-1"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
MONTHS_END = "from=2026-01-31&to=2026-02-01"
DAY = "2026-02-03"
MIDNIGHT = int(datetime.fromisoformat(f"{DAY}T00:00:00+03:00").timestamp() * 1000)
REGISTER_NUMBER = "131010705"
SOLD = "Молоко «Луговое» 1,5 %"


@dataclass(frozen=True)
class February:
    """Two shifts that wait, and the fault that makes one document strange."""

    stack: Stack
    fault: int

    def mend(self) -> None:
        httpx.delete(f"{self.stack.outside().url}/_sandbox/faults/{self.fault}", timeout=30)


def till(stack: Stack, what: str, **asked: Any) -> dict[str, Any]:
    address = f"{stack.outside().url}/_sandbox/cabinets/wk-main/{what}"
    answer = httpx.post(address, json={"register": REGISTER, **asked}, timeout=30)
    assert answer.is_success, answer.text
    return dict(answer.json())


def told_strangely(stack: Stack, uid: str) -> Any:
    """The headers of the day as the cabinet tells them, one document being of a kind that nobody knows."""
    answer = httpx.get(
        f"{stack.outside().url}/webkassa/api/get-check-history",
        params={"date": MIDNIGHT, "cashRegisterId": REGISTER_NUMBER},
        headers={"Authorization": f"Bearer {stack.outside().secrets()['SMENA_SANDBOX_WEBKASSA_TOKEN']}"},
        timeout=30,
    )
    answer.raise_for_status()
    body = answer.json()
    assert answer.text.count(uid) == 1
    rows = body if isinstance(body, list) else next(one for one in body.values() if isinstance(one, list))
    next(row for row in rows if uid in row.values())["docTypeName"] = "Неведомая операция"
    return body


@pytest.fixture(scope="module")
def february(served: Stack) -> Iterator[February]:
    """A shift rung from January into February, and one receipt of which is told strangely."""
    clock = {"set": f"{DAY}T20:00:00+03:00"}
    httpx.post(f"{served.outside().url}/_sandbox/clock", json=clock, timeout=30).raise_for_status()
    lines = [{"good_id": 40001, "name": SOLD, "price": "2.40"}]
    till(served, "receipts", lines=lines, at="2026-01-31T20:00:00+03:00")
    till(served, "shifts", at="2026-02-01T10:00:00+03:00")
    sold = till(served, "receipts", lines=lines, at=f"{DAY}T12:00:00+03:00")
    till(served, "shifts", at=f"{DAY}T18:00:00+03:00")
    strange = {"target": "webkassa", "do": "status", "code": 200, "body": told_strangely(served, sold["uid"])}
    strange["when"] = {"path": rf"get-check-history\?.*{MIDNIGHT}"}
    answer = httpx.post(f"{served.outside().url}/_sandbox/faults", json=strange, timeout=30)
    assert answer.is_success, answer.text
    waiting = February(served, answer.json()["id"])
    yield waiting
    waiting.mend()


def pull(page: Page) -> None:
    page.get_by_role("button", name="Обновить").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Прочитано документов", timeout=WAIT_MILLISECONDS)


def test_a_shift_over_the_months_end_takes_the_day_a_person_chose_with_a_reason(
    february: February, window: Open
) -> None:
    page = window(f"/console/sales?{MONTHS_END}&register={REGISTER}")
    pull(page)
    page.get_by_role("link", name="К сменам").click()
    page.locator("tr", has=page.locator(".badge", has_text="Выберите дату")).get_by_role("link").first.click()
    expect(page.locator("h1 .badge")).to_have_text("Выберите дату")
    assert problems_of(page) == []
    form = page.locator("form", has=page.get_by_label("К какому дню относится смена"))
    form.get_by_label("К какому дню относится смена").fill("2026-01-31")
    form.get_by_label("Причина").fill("Выручка января")
    form.get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("Дата смены выбрана.")
    expect(page.locator("h1 .badge")).not_to_have_text("Выберите дату")
    expect(page.get_by_role("row", name=re.compile("Выбрана дата 31 января 2026")).first).to_contain_text(
        "Выручка января"
    )


def test_what_could_not_be_read_is_shown_with_its_text_and_read_again_once_it_can_be(
    february: February, window: Open
) -> None:
    page = window(f"/console/sales?from={DAY}&to={DAY}&register={REGISTER}")
    pull(page)
    page.get_by_role("link", name="Не распознано: 1").click()
    entry = page.locator("section.card").first
    expect(entry).to_contain_text("неизвестный вид документа «Неведомая операция»")
    entry.locator("summary").click()
    expect(entry.locator("pre")).not_to_be_empty()
    assert problems_of(page) == []

    retry = entry.get_by_role("button", name="Повторить разбор")
    retry.click()
    expect(page.get_by_role("status").first).to_contain_text("Прочитано документов", timeout=WAIT_MILLISECONDS)
    february.mend()
    page.goto(f"/console/sales/quarantine?register={REGISTER}")
    page.get_by_role("button", name="Повторить разбор").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Прочитано документов", timeout=WAIT_MILLISECONDS)
    page.goto(f"/console/sales/quarantine?register={REGISTER}")
    expect(page.get_by_role("button", name="Повторить разбор")).to_have_count(0)
