"""What the accountant prints or keeps as a file: documents and reconciliations, whole, in her language, no script."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from integration.ledger.test_http_api import FACTS, FIGURES, HEADERS, LINES, PERIOD, SHIFT, Office, office
from ledger.domain.accepted_differences import AcceptedDifference
from ledger.domain.reconciliation import SalesFigures
from ledger.http_api import statements
from unit.ledger.making import payment, revision, shift_key

__all__ = ["office"]
HOSTILE = '<script>alert(1)</script>="x"'


async def _get(office: Office, path: str, language: str = "ru", **query: str) -> httpx.Response:
    headers = {**HEADERS, "Accept-Language": language}
    answer = await office.client.get(f"/ledger/v1{path}", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def _sheets(answer: httpx.Response) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _is_safe(answer: httpx.Response) -> None:
    """No script, nothing from elsewhere, and the only style is the one whose hash the policy names."""
    text, policy = answer.text, answer.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|//|<script|<img|<link|style=|url\(", text.replace("<!doctype html>", ""))
    assert "unsafe" not in policy


async def test_a_document_is_printed_whole_and_nothing_of_a_shop_gets_into_the_page(office: Office) -> None:
    lines = (replace(LINES[0], name=HOSTILE), LINES[1])
    paid = (payment("cash", 100), payment("certificate", 300), payment("card", 250))
    await office.bench.publish(replace(FACTS, lines=lines, payments=paid))
    await office.bench.deliver()
    report, cash, _ = (await office.get("/documents"))["data"]

    page = await _get(office, f"/documents/{report['id']}/print")
    order = await _get(office, f"/documents/{cash['id']}/print", "en")

    _is_safe(page)
    _is_safe(order)
    assert "&lt;script&gt;alert(1)" in page.text
    for text in (
        "Отчёт о розничных продажах",
        "Не фискальная копия",
        "ООО Ромашка",
        "2.000",
        "5.00",
        "6.50",
        "Проведён",
        "Сертификаты и авансы",
        "Погашено сертификатами",
    ):
        assert text in page.text, text
    assert report["sha256"] in page.text
    assert ("Не выручка" in page.text, "certificates-redeemed" in page.text) == (False, False)
    assert '<html lang="ru">' in page.text
    assert ("Cash receipt order, cash" in order.text, "Not a fiscal copy" in order.text) == (True, True)
    assert '<html lang="en">' in order.text


async def test_a_shift_that_made_no_document_leaves_the_totals_of_the_period_whole(office: Office) -> None:
    gift = [payment("certificate", 5000)]
    other = revision([], gift, shift=shift_key(18), components=(("certificates-sold", 5000),))
    sums = {"sales_sum": "50.00", "annulments_sum": "0.00", "refunds_sum": "0.00"}
    office.desk.shifts[other.shift.id] = SalesFigures(sums, sums)
    await office.posted()
    await office.bench.publish(other)

    sheets = _sheets(await _get(office, "/reconciliation.xlsx", **PERIOD))

    assert len(await office.bench.stored(other.shift.id)) == 0
    assert next(row for row in sheets["Итоги периода"] if row[0] == "Итог смены")[1:] == [56.5] * 4
    assert [row[-1] for row in sheets["Смены"][1:]] == ["Сходится"] * 2


async def test_a_document_is_a_workbook_with_numbers_as_numbers(office: Office) -> None:
    report = (await office.posted())[0]

    sheets = _sheets(await _get(office, f"/documents/{report['id']}.xlsx"))

    assert list(sheets) == ["Документ", "Строки", "Итоги периода"]
    _, *rows = sheets["Строки"]
    sold = sorted((row[1], row[3], row[5]) for row in rows)
    assert sold == [("Товар bread", 1.0, 1.5), ("Товар milk", 2.0, 5.0)]
    assert ["Сумма", 6.5] in sheets["Документ"]
    assert ["НДС по ставкам", "10 %", float(report["vat"][0]["amount"])] in sheets["Итоги периода"]


async def test_a_period_is_a_workbook_with_totals_shifts_and_every_difference(office: Office) -> None:
    await office.posted()
    office.desk.shifts[SHIFT] = SalesFigures(
        {**FIGURES, "sales_sum": "6.51"}, {**FIGURES, "net_cash": "4.00", "net_card": "2.50"}
    )

    sheets = _sheets(await _get(office, "/reconciliation.xlsx", **PERIOD))
    english = _sheets(await _get(office, "/reconciliation.xlsx", "en", **PERIOD, register="kassa-1"))

    totals = {row[0]: row[1:] for row in sheets["Итоги периода"]}
    order = list(totals)
    assert order.index("Итог смены") < order.index("Оплата, наличные") < order.index("Сумма по ставке НДС 10 %")
    assert not [name for name, places in totals.items() if all(one in (0, "не указано") for one in places)]
    assert totals["Итог смены"] == [6.51, 6.5, 6.5, 6.5]
    assert totals["Оплата, наличные"] == ["не указано", 4.0, 4.0, 4.0]
    assert totals["Сумма по ставке НДС 10 %"] == ["не указано", "не указано", 6.5, 6.5]
    (shift,) = sheets["Смены"][1:]
    assert shift == ["31.01.2026", "kassa-1", "17", "1", 6.51, 6.5, 6.5, 6.5, "Не сходится"]
    differing = {(row[3], row[4], row[7]) for row in sheets["Расхождения"][1:]}
    assert differing == {("Z-отчёт", "Итог смены", 0.01), ("Z-отчёт", "Сумма продаж", 0.01)}
    assert len(sheets["Показатели"]) > 5
    assert english["Shifts"][1][8] == "Not balanced"


@pytest.mark.parametrize("path", [f"/shifts/{SHIFT}/reconciliation/print", "/reconciliation/print"])
async def test_a_reconciliation_is_printed_with_its_four_sums_and_what_is_missing(office: Office, path: str) -> None:
    await office.posted()
    period = PERIOD if path.startswith("/reconciliation") else {}

    whole = await _get(office, path, **period)
    office.desk.away = True
    lame = await _get(office, path, **period)
    english = await _get(office, path, "en", **period)

    _is_safe(whole)
    assert ("Не фискальная копия" in whole.text, "Сходится" in whole.text) == (True, True)
    assert whole.text.count("6.50") >= 4
    assert ("Нет данных" in lame.text, "sales-ingest" in lame.text) == (True, True)
    assert ("Not a fiscal copy" in english.text, "No data" in english.text) == (True, True)


async def test_a_period_too_long_for_one_statement_is_refused_by_name(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.posted()
    monkeypatch.setattr(statements, "PRINTED_SHIFTS_MAX", 0)
    monkeypatch.setattr(statements, "WORKBOOK_SHIFTS_MAX", 0)

    for path in ("/reconciliation/print", "/reconciliation.xlsx"):
        problem = await office.get(path, 422, **PERIOD)
        assert problem["type"].endswith("/statement-too-long")
    await office.get("/reconciliation.xlsx", 422, **PERIOD, limit="5")


async def test_a_difference_a_person_accepted_is_shown_so_with_her_reason_everywhere(office: Office) -> None:
    accepted = (AcceptedDifference("sales_sum", "6.50", "6.51", "акт № 3"),)
    await office.bench.publish(replace(FACTS, accepted=accepted, z_report={**FACTS.z_report, "sales_sum": "6.51"}))
    await office.bench.deliver()
    office.desk.shifts[SHIFT] = SalesFigures({**FIGURES, "sales_sum": "6.51"}, FIGURES)

    found = await office.get(f"/shifts/{SHIFT}/reconciliation")
    sheets = _sheets(await _get(office, "/reconciliation.xlsx", **PERIOD))
    page = await _get(office, f"/shifts/{SHIFT}/reconciliation/print")

    assert found["balanced"] is False
    assert {one["field"]: one["accepted"] for one in found["differences"]} == {"sales_sum": "акт № 3", "net": "акт № 3"}
    assert sheets["Расхождения"][0][-1] == "Принято бухгалтером"
    assert {row[-1] for row in sheets["Расхождения"][1:]} == {"акт № 3"}
    assert "расхождение принято: «акт № 3»" in page.text
