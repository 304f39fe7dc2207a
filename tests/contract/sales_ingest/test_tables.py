"""Turnover day by day, and what the lists show as workbooks."""

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import load_workbook

from contract.sales_ingest.client import SalesClient
from sales_ingest.use_cases import export_sales
from smena.cabinets.documents import PaymentKind
from smena.cabinets.memory import MemoryCabinet
from unit.sales_ingest.till import Till, line

JANUARY = {"registers": ["kassa-1"], "from": "2026-01-01", "to": "2026-01-31"}
PERIOD = {"register": "kassa-1", "from": "2026-01-01", "to": "2026-01-31"}
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil")', "http://evil.example", "007")


def three_days() -> Till:
    """Each day a sale with an advance, an annulled sale, a refund, and lines whose names look like formulas."""
    till = Till()
    for _ in range(3):
        till.sale(line("12.30", vat="20"), line("1.05", vat="10"), line("50.00", kind="advance", name="Аванс"))
        till.annul(till.sale(line("7.77", quantity="1.5"), by=PaymentKind.CASHLESS))
        till.refund(line("0.30", vat="10"))
        till.sale(*(line("1.00", item=None, name=name, vat="none") for name in FORMULAS))
        till.deposit("100.00")
        till.close()
        till.at += timedelta(hours=24)
        till.opened_at = till.at
    return till


@pytest.fixture
async def pulled(api: SalesClient, cabinet: MemoryCabinet) -> SalesClient:
    cabinet.documents.extend(three_days().documents)
    await api.run("/pulls", JANUARY)
    return api


async def workbook(api: SalesClient, path: str, query: dict[str, Any], **headers: str) -> bytes:
    answer = await api.http.get(f"/sales/v1{path}", params=query, headers={"Authorization": "Bearer writer", **headers})
    assert answer.status_code == 200, answer.text
    return answer.content


def sheets(content: bytes) -> dict[str, list[dict[str, Any]]]:
    book = load_workbook(BytesIO(content))
    found: dict[str, list[dict[str, Any]]] = {}
    for name in book.sheet_names:
        header, *rows = book.get_sheet_by_name(name).to_python()
        found[name] = [dict(zip(map(str, header), row, strict=True)) for row in rows]
    return found


async def test_the_turnover_of_a_day_is_the_same_sum_by_document_by_payment_and_by_vat_rate(
    pulled: SalesClient,
) -> None:
    days = (await pulled.get("/turnover", PERIOD))["data"]

    assert [day["date"] for day in days] == ["2026-01-17", "2026-01-16", "2026-01-15"]
    for day in days:
        assert (day["sales"]["sum"], day["annulments"]["sum"], day["refunds"]["sum"]) == ("79.12", "7.77", "0.30")
        assert (day["net"], day["not_revenue"]) == ("71.05", "50.00")
        assert [(one["rate"], one["sales"], one["annulments"], one["refunds"], one["net"]) for one in day["vat"]] == [
            ("10", "1.05", "0.00", "0.30", "0.75"),
            ("20", "20.07", "7.77", "0.00", "12.30"),
            ("none", "8.00", "0.00", "0.00", "8.00"),
        ]
        assert [(one["kind"], one["net"]) for one in day["payments"]] == [("cash", "71.05"), ("cashless", "0.00")]


async def test_turnover_is_given_page_by_page(pulled: SalesClient) -> None:
    whole = (await pulled.get("/turnover", PERIOD))["data"]
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        found = await pulled.get("/turnover", {**PERIOD, "limit": 2, **cursor})
        seen += found["data"]
        if not found["next_cursor"]:
            break
        cursor = {"cursor": found["next_cursor"]}

    assert seen == whole
    assert (await pulled.get("/turnover", {**PERIOD, "limit": 501}, status=422))["status"] == 422
    wrong = await pulled.get("/turnover", {**PERIOD, "cursor": "bm9uZQ"}, status=422)
    assert wrong["type"].endswith("/wrong-cursor")


async def test_the_receipts_behind_a_published_line_are_given_page_by_page(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    for _ in range(5):
        till.sale(line("4.10", price="4.10"), line("4.10", price="4.10"))
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    await api.post(f"/shifts/{shift['id']}/publish")
    (published,) = (await api.get(f"/shifts/{shift['id']}/revisions/1"))["lines"]
    path = f"/shifts/{shift['id']}/revisions/1/lines/{published['key']}/receipts"
    whole = await api.get(path)
    seen: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        found = await api.get(path, {"limit": 3, **cursor})
        seen += found["data"]
        if not found["next_cursor"]:
            break
        cursor = {"cursor": found["next_cursor"]}

    assert whole["next_cursor"] is None
    assert [(one["receipt_number"], one["n"]) for one in seen] == [(n, at) for n in range(1, 6) for at in (1, 2)]
    assert seen == whole["data"]
    await api.get(path, {"cursor": "bm9uZQ"}, status=422)
    await api.get(path.replace(published["key"], "0" * 24), status=404)


async def test_the_workbook_of_turnover_has_the_sums_as_numbers(pulled: SalesClient) -> None:
    found = sheets(await workbook(pulled, "/turnover.xlsx", PERIOD))

    assert list(found) == ["Обороты", "По видам оплаты", "По ставкам НДС"]
    assert [row["Дата"] for row in found["Обороты"]] == ["17.01.2026", "16.01.2026", "15.01.2026"]
    assert [(row["Продаж"], row["Продажи"], row["Итого"]) for row in found["Обороты"]] == [(3, 79.12, 71.05)] * 3
    assert sum(round(row["Итого"] * 100) for row in found["По видам оплаты"]) == 3 * 7105
    assert sum(round(row["Итого"] * 100) for row in found["По ставкам НДС"]) == 3 * 2105
    assert {row["Ставка НДС"] for row in found["По ставкам НДС"]} == {"10 %", "20 %", "Без НДС"}
    english = sheets(await workbook(pulled, "/turnover.xlsx", PERIOD, **{"Accept-Language": "en"}))
    assert list(english) == ["Turnover", "By payment kind", "By VAT rate"]


async def test_the_workbook_of_receipts_has_every_line_once_and_every_receipts_sum_once(
    pulled: SalesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_sales, "ROWS_PER_PAGE", 4)
    listed = (await pulled.get("/receipts", {**PERIOD, "limit": 500}))["data"]

    rows = sheets(await workbook(pulled, "/receipts.xlsx", PERIOD))["Чеки"]

    assert len(rows) == sum(max(1, len(one["lines"])) for one in listed) == 3 * (3 + 1 + 1 + 1 + 8 + 1 + 1)
    lines = [line for one in listed for line in one["lines"]]
    assert sum(round(row["Сумма"] * 100) for row in rows if row["Сумма"] != "") == sum(
        round(float(line["amount"]) * 100) for line in lines
    )
    sold = [row["Сумма чека"] for row in rows if row["Вид"] == "Продажа" and row["Сумма чека"] != ""]
    assert sum(round(one * 100) for one in sold) == 3 * 7912
    (weighed,) = {(row["Количество"], row["Оплата"], row["Аннулирован"]) for row in rows if row["Сумма"] == 7.77}
    assert weighed == (1.5, "Безналичные 7.77", "да")
    only = sheets(await workbook(pulled, "/receipts.xlsx", {**PERIOD, "kind": "refund"}))["Чеки"]
    assert {row["Вид"] for row in only} == {"Возврат"}


async def test_the_workbook_of_lines_without_an_item_has_the_sums_at_stake(pulled: SalesClient) -> None:
    listed = (await pulled.get("/unresolved", PERIOD))["data"]

    rows = sheets(await workbook(pulled, "/unresolved.xlsx", PERIOD))["Без номенклатуры"]

    assert sorted((row["Наименование"].strip(), row["Строк"], row["Сумма"]) for row in rows) == sorted(
        (one["name"].strip(), one["lines"], float(one["amount"])) for one in listed
    )


async def test_no_text_of_a_receipt_becomes_a_formula_or_a_link(pulled: SalesClient) -> None:
    content = await workbook(pulled, "/receipts.xlsx", PERIOD)

    assert {row["Наименование"] for row in sheets(content)["Чеки"]} >= {"=1+1", "+1", "-1", "@SUM(A1)", "007"}
    with zipfile.ZipFile(BytesIO(content)) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f" not in parts.read(name)
                assert b"hyperlink" not in parts.read(name)


async def test_a_workbook_over_the_limit_is_refused_and_tells_what_to_ask_for(
    pulled: SalesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_sales, "EXPORT_ROWS_MAX", 5)
    for path in ("/receipts.xlsx", "/unresolved.xlsx", "/turnover.xlsx"):
        refused = await pulled.get(path, PERIOD, status=422)
        assert refused["type"].endswith("/export-too-large"), path
        assert "короче" in refused["detail"]


async def test_a_workbook_shows_only_what_the_caller_may_see(pulled: SalesClient) -> None:
    for path in ("/receipts.xlsx", "/unresolved.xlsx", "/turnover.xlsx"):
        await pulled.get(path, PERIOD, token="other", status=422)
        await pulled.get(path, {**PERIOD, "limit": 5}, status=422)
    answer = await pulled.http.get(
        "/sales/v1/receipts.xlsx", headers={"Authorization": "Bearer other"}, params={"from": "2026-01-01"}
    )
    assert sheets(answer.content)["Чеки"] == []
