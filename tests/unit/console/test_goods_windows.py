"""The goods windows over an API in memory: what the sandbox's shop never says, and what a row reads like."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import httpx
import pytest

from smena.config.organizations import ApiToken
from smena.console.api import Doors
from smena.console.application import console_app
from smena.console.drawing import Drawing
from smena.console.guard import SESSION_COOKIE, Desk
from smena.console.pages.goods import tree
from smena.console.pages.goods_rows import provenance, shown_row
from smena.console.words import translator
from smena.http.auth import TokenBook
from smena.http.sessions import Sessions

KEY = "0123456789abcdef0123456789abcdef"
DIGEST = sha256(b"token").hexdigest()
DIFF = "00000000-0000-5000-8000-000000000001"
REFUSAL = "Склад «Зал» вида «розничный магазин»: синхронизация товаров возможна только с оптовым складом"
RU = translator("ru")


def register(name: str, *, allowed: bool, organization: str = "romashka") -> dict[str, Any]:
    return {
        "id": name,
        "organization": organization,
        "cabinet": "wk-main",
        "operator": "webkassa",
        "number": "131010705",
        "warehouse": {"ref": "1", "name": "Зал", "kind": "retail", "kind_in_erp": "retail"},
        "sync_allowed": allowed,
        "sync_refusal": None if allowed else {"code": "warehouse-not-wholesale", "message": REFUSAL},
        "price_types": {"purchase": None, "retail": "Розничная"},
        "cabinet_health": {"state": "failing", "read_at": None, "items": 0, "failure": "HTTP 502", "notes": []},
    }


def row(status: str, **changes: Any) -> dict[str, Any]:
    item = {"ref": "r-1", "code": None, "name": "Чай", "article": "A-1", "barcodes": ["4810000000017"]}
    known: dict[str, Any] = {
        "id": "1",
        "status": status,
        "item": item,
        "counterpart": None,
        "match": None,
        "changes": [],
        "problems": [],
        "provenance": {},
        "candidates": [],
    }
    return {**known, **changes}


def diff(**changes: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("missing", "differs", "identical", "ambiguous", "invalid", "excluded"), 1)
    known: dict[str, Any] = {
        "id": DIFF,
        "state": "ready",
        "register": "kassa-1",
        "direction": "export",
        "selection": {"kind": "all", "group": None, "documents": []},
        "prices": {"purchase": None, "retail": None},
        "as_of": "2026-01-31",
        "counts": {**counts, "differs_by_sort": {"substantial": 0, "cosmetic": 1}},
        "not_compared": ["group"],
        "identical_rows_listed": False,
        "error": None,
        "computed_at": "2026-01-31T10:00:00Z",
    }
    return {**known, **changes}


async def shown(path: str, answers: Mapping[str, Any]) -> str:
    """A window's page over an API that gives these answers."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers[request.url.path]
        return httpx.Response(200, json={"data": found, "next_cursor": None} if isinstance(found, list) else found)

    token = ApiToken.model_validate(
        {"name": "demo", "sha256": DIGEST, "person": "demo", "organizations": ["*"], "scopes": ["catalog:write"]}
    )
    sessions = Sessions(KEY)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api.test") as api:
        app = console_app(Desk(Doors({"catalog": api}), TokenBook([token], sessions), sessions, Drawing()))
        transport = httpx.ASGITransport(app=app)
        cookies = {SESSION_COOKIE: sessions.begin(DIGEST)}
        async with httpx.AsyncClient(transport=transport, base_url="http://smena.test", cookies=cookies) as browser:
            page = await browser.get(path)
    assert page.status_code == 200, page.text
    return page.text


async def test_a_register_that_may_not_be_synchronised_says_why_and_offers_nothing() -> None:
    text = await shown("/goods", {"/catalog/v1/registers": [register("kassa-1", allowed=False)]})
    assert REFUSAL in text
    assert "HTTP 502" in text
    assert "/console/goods/diffs" not in text


async def test_the_first_register_that_may_be_synchronised_is_the_one_shown() -> None:
    registers = [register("kassa-1", allowed=False), register("kassa-2", allowed=True, organization="lilia")]
    text = await shown("/goods", {"/catalog/v1/registers": registers})
    assert 'name="register" value="kassa-2"' in text
    assert REFUSAL not in text


async def test_many_registers_are_chosen_from_a_list() -> None:
    registers = [register(f"kassa-{n}", allowed=True) for n in range(9)]
    text = await shown("/goods?register=kassa-7", {"/catalog/v1/registers": registers})
    assert '<option value="kassa-7" selected>' in text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("missing", "Нет соответствия"),
        ("differs", "Есть отличия"),
        ("identical", "Совпадает"),
        ("ambiguous", "Несколько совпадений"),
        ("invalid", "Не заполнено"),
    ],
)
async def test_each_status_has_its_picture_with_words_for_whoever_cannot_see_it(status: str, words: str) -> None:
    answers = {f"/catalog/v1/diffs/{DIFF}": diff(), f"/catalog/v1/diffs/{DIFF}/rows": [row(status)]}
    text = await shown(f"/goods/diffs/{DIFF}", answers)
    assert text.count(f'<svg class="icon {status}" viewBox="0 0 16 16" role="img" aria-label="{words}">') == 2


async def test_a_diff_that_failed_says_why_and_offers_to_compare_again() -> None:
    error = {"title": "Кабинет не отвечает", "detail": "Кабинет не ответил: <b>502</b>. Повторите позже."}
    answers = {f"/catalog/v1/diffs/{DIFF}": diff(state="failed", counts=None, computed_at=None, error=error)}
    text = await shown(f"/goods/diffs/{DIFF}", answers)
    assert "Кабинет не ответил: &lt;b&gt;502&lt;/b&gt;. Повторите позже." in text
    assert "Заполнить</button>" in text


def test_substantial_changes_come_first_and_a_value_is_read_in_words() -> None:
    changes = [
        {"field": "name", "from": "Чай ", "to": "Чай", "sort": "cosmetic"},
        {"field": "vat_rate", "from": "20", "to": "none", "sort": "substantial"},
        {"field": "active", "from": False, "to": True, "sort": "substantial"},
        {"field": "retail_price", "from": None, "to": "1234.50", "sort": "substantial"},
    ]
    found = shown_row(row("differs", changes=changes), "ru", RU).changes
    assert [(one.field, one.before, one.after, one.cosmetic) for one in found] == [
        ("vat_rate", "20 %", "Без НДС", False),
        ("active", "нет", "да", False),
        ("retail_price", "", "1\u202f234,50", False),
        ("name", "Чай ", "Чай", True),
    ]


@pytest.mark.parametrize(
    ("status", "match", "can_apply", "can_untie"),
    [
        ("missing", None, True, False),
        ("differs", {"by": "binding", "explain": "связь"}, True, True),
        ("identical", {"by": "binding", "explain": "связь"}, False, True),
        ("identical", {"by": "barcode", "explain": "4810000000017"}, True, False),
        ("ambiguous", None, False, False),
        ("invalid", None, False, False),
    ],
)
def test_only_what_apply_takes_can_be_ticked(
    status: str, match: dict[str, str] | None, can_apply: bool, can_untie: bool
) -> None:
    found = shown_row(row(status, match=match), "ru", RU)
    assert (found.can_apply, found.can_untie) == (can_apply, can_untie)


def test_where_a_price_comes_from_is_one_sentence() -> None:
    receipt = {"source": "goods-receipts", "price": "1.75", "number": "7", "date": "2026-01-05", "line": "2"}
    typed = {
        "source": "price-type",
        "price": "3.20",
        "price_type": "{Розничная}",
        "effective_at": "2026-01-01T00:00:00+03:00",
        "number": "00-1",
    }
    note = "Несколько поступлений за день"
    assert provenance(receipt, "ru", RU) == "1,75: поступление № 7 от 5 января 2026, строка 2"
    assert provenance({**receipt, "note": note}, "ru", RU).endswith(f"строка 2. {note}")
    assert provenance(typed, "ru", RU) == "3,20: тип цен «{Розничная}», действует с 1 января 2026, № 00-1"
    assert provenance({"reason": "Нет цены"}, "ru", RU) == "Нет цены"
    assert provenance(None, "ru", RU) == ""


def test_groups_are_a_tree_with_the_folders_that_hold_only_groups() -> None:
    found = tree([{"path": "Б", "items": 1}, {"path": "А/В/Г", "items": 2}, {"path": "А-1", "items": 3}])
    assert [(one.path, one.name, one.depth, one.items) for one in found] == [
        ("А", "А", 0, 2),
        ("А/В", "В", 1, 2),
        ("А/В/Г", "Г", 2, 2),
        ("А-1", "А-1", 0, 3),
        ("Б", "Б", 0, 1),
    ]
