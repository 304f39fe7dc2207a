"""The real files through the whole product: what 1C holds equals the file, computed without our code."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from e2e.csv_oracle import net_by_day_and_register, write_sample
from e2e.stack import Stack

REAL_FILES = Path(__file__).parents[3] / "shared" / "data"
DAYS = 60
SAMPLE_DAYS = 6


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
    """Per day and register: report = file, and cash orders with card payments = file; postings likewise."""
    files, days = folder
    expected = {key: total for key, total in net_by_day_and_register(files, days).items() if total}
    stack: Stack = make_stack("embedded", days=days, data=files)
    stack.start()

    stack.job()

    reports, money = totals_in_onec(stack)
    assert expected == {key: total for key, total in reports.items() if total}
    assert expected == {key: total for key, total in money.items() if total}
    postings = stack.sandbox_json("/_sandbox/onec/postings")
    movements = [movement for document in postings["documents"] for movement in document["movements"]]
    assert sum(signed(movement) for movement in movements) == sum(expected.values(), Decimal(0))


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
