"""The real files through the whole product: what 1C holds equals the file, computed without our code."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from e2e.csv_oracle import DaySales, net_by_day_and_register, sales_by_day_and_register, write_sample
from e2e.stack import TOKEN, Stack
from servers.waiting import until
from smena.cli.demo.api import Api

REAL_FILES = Path(__file__).parents[3] / "shared" / "data"
DAYS = 60
SAMPLE_DAYS = 6
BOOKS_TOLD_SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, int]:
    """The real files where they are beside the repository, else files of the same shape."""
    if (REAL_FILES / "receipts.csv.gz").exists():
        return REAL_FILES, DAYS
    write_sample(tmp_path / "files", SAMPLE_DAYS, seed=7)
    return tmp_path / "files", SAMPLE_DAYS


@pytest.mark.timeout(1500)
def test_what_1c_holds_equals_the_file_to_the_kopeck(
    folder: tuple[Path, int], make_stack: Callable[..., Stack]
) -> None:
    """Per day and register: receipts, turnover and shifts = file; report = file, and cash orders with card
    payments = file; postings likewise.
    """
    files, days = folder
    expected = {key: total for key, total in net_by_day_and_register(files, days).items() if total}
    stack: Stack = make_stack("embedded", days=days, data=files)
    stack.start()

    stack.job()

    compare_sales(stack, sales_by_day_and_register(files, days))
    reports, money = totals_in_onec(stack)
    assert expected == {key: total for key, total in reports.items() if total}
    assert expected == {key: total for key, total in money.items() if total}
    postings = stack.sandbox_json("/_sandbox/onec/postings")
    movements = [movement for document in postings["documents"] for movement in document["movements"]]
    assert sum(signed(movement) for movement in movements) == sum(expected.values(), Decimal(0))


def final_shifts(api: Api, period: dict[str, str]) -> list[dict[str, Any]]:
    """The shifts once the ledger's word about the last posted one has come back over the bus."""
    shifts: list[dict[str, Any]] = []

    def all_final() -> bool:
        shifts[:] = api.rows("/sales/v1/shifts", **period)
        return all(one["final"] and one["day_final"] for one in shifts)

    asyncio.run(until(all_final, BOOKS_TOLD_SECONDS, "every shift is final"))
    return shifts


def compare_sales(stack: Stack, expected: dict[tuple[str, str], DaySales]) -> None:
    """What sales-ingest answers against the file, printed."""
    api = Api(stack.addresses(), TOKEN)
    try:
        period = {"from": min(day for day, _ in expected), "to": max(day for day, _ in expected)}
        receipts = receipts_by_day(api, period)
        turnover = {(row["date"], row["register"]): row for row in api.rows("/sales/v1/turnover", **period)}
        shifts = final_shifts(api, period)
        proofs = {
            (one["business_date"], one["register"]): api.get(f"/sales/v1/shifts/{one['id']}/reconciliation")
            for one in shifts
        }
    finally:
        api.close()
    assert receipts == expected
    assert {key: turnover_of(row) for key, row in turnover.items()} == expected
    assert {key: sold_by_payment(row) for key, row in turnover.items()} == sold_at_the_till(stack)
    for row in turnover.values():
        by_rate = sum((Decimal(one["net"]) for one in row["vat"]), Decimal(row["not_revenue"]))
        assert by_rate == Decimal(row["net"]), row
    assert len(shifts) == len(proofs) == len(expected)
    assert {(one["state"], one["final"], one["day_final"]) for one in shifts} == {("published", True, True)}
    for key, proof in proofs.items():
        assert proof["reconciled"], proof
        for figures in (proof["receipts"], proof["z_report"]):
            assert figures_of(figures) == expected[key], key
    report(expected)


def receipts_by_day(api: Api, period: dict[str, str]) -> dict[tuple[str, str], DaySales]:
    found: dict[tuple[str, str], DaySales] = defaultdict(DaySales)
    seen: set[str] = set()
    for kind in ("sale", "refund"):
        for row in api.rows("/sales/v1/receipts", kind=kind, **period):
            assert row["fiscal_id"] not in seen
            seen.add(row["fiscal_id"])
            amount = Decimal(row["amount"])
            assert sum((Decimal(line["amount"]) for line in row["lines"]), Decimal(0)) == amount, row["id"]
            of_day = found[row["business_date"], row["register"]]
            if kind == "sale":
                of_day.sales += 1
                of_day.sales_sum += amount
            else:
                of_day.refunds += 1
                of_day.refunds_sum += amount
    return dict(found)


def turnover_of(row: dict[str, Any]) -> DaySales:
    assert row["annulments"] == {"count": 0, "sum": "0.00"}
    sales, refunds = row["sales"], row["refunds"]
    assert Decimal(row["net"]) == Decimal(sales["sum"]) - Decimal(refunds["sum"])
    return DaySales(sales["count"], Decimal(sales["sum"]), refunds["count"], Decimal(refunds["sum"]))


def sold_by_payment(row: dict[str, Any]) -> dict[str, Decimal]:
    """Sales by payment kind; the payments of a day add up to its net."""
    assert sum((Decimal(one["net"]) for one in row["payments"]), Decimal(0)) == Decimal(row["net"])
    return {one["kind"]: Decimal(one["sales"]) for one in row["payments"] if Decimal(one["sales"])}


def sold_at_the_till(stack: Stack) -> dict[tuple[str, str], dict[str, Decimal]]:
    """The same from the sandbox's own records: how an invoice was paid does not stand in the file."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for shift in stack.sandbox_json("/_sandbox/cabinets/wk-main/shifts")["data"]:
        sums = {
            "cash": Decimal(shift["z"]["sales_cash"]),
            "cashless": Decimal(shift["z"]["sales_no_cash"]),
            "other": Decimal(shift["z"]["sales_other"]),
        }
        opened = datetime.fromisoformat(shift["opened"]).astimezone(ZoneInfo("Europe/Minsk"))
        found[str(opened.date()), shift["register"]] = {kind: total for kind, total in sums.items() if total}
    return found


def figures_of(figures: dict[str, str]) -> DaySales:
    return DaySales(
        int(figures["sales_count"]),
        Decimal(figures["sales_sum"]),
        int(figures["refunds_count"]),
        Decimal(figures["refunds_sum"]),
    )


def report(expected: dict[tuple[str, str], DaySales]) -> None:
    """What was compared, per register and in all."""
    lines = ["", f"{'register':<10}{'shifts':>8}{'sales':>8}{'sum':>16}{'refunds':>9}{'sum':>14}"]
    for register in (*sorted({register for _, register in expected}), None):
        some = [one for (_, where), one in expected.items() if register in (where, None)]
        lines.append(
            f"{register or 'all':<10}{len(some):>8}{sum(one.sales for one in some):>8}"
            f"{sum(one.sales_sum for one in some):>16}{sum(one.refunds for one in some):>9}"
            f"{sum(one.refunds_sum for one in some):>14}"
        )
    sys.stdout.write("\n".join([*lines, "receipts, turnover and shifts equal the file to the kopeck", ""]))


def totals_in_onec(stack: Stack) -> tuple[dict[tuple[str, str], Decimal], dict[tuple[str, str], Decimal]]:
    """Sums per (day, register) of the reports, and of the documents that carry money, from 1C's own records."""
    registers = {row["number"]: row["id"] for row in stack.sandbox_json("/_sandbox/state")["registers"]}
    reports: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    money: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for document in stack.sandbox_json("/_sandbox/onec/documents")["documents"]:
        if "[smena:" not in document.get("Комментарий", ""):
            continue
        assert document["Posted"], document
        key = document["Комментарий"].split("[smena:", 1)[1].split("]", 1)[0].split("|")
        where = (document["Date"][:10], registers[key[2]])
        amount = Decimal(str(document["СуммаДокумента"]))
        if key[0] == "retail-report":
            reports[where] += amount
        else:
            out = key[0] == "cash-expense-order" or document.get("ВидОперации") == "ВозвратПокупателю"
            money[where] += -amount if out else amount
    return reports, money


def signed(movement: dict[str, str]) -> Decimal:
    """What came in (debit of 50 or 57) is positive, what went out negative."""
    amount = Decimal(movement["amount"])
    return amount if movement["debit"].startswith(("50", "57")) else -amount
