"""What a file of receipts must come to in the books, computed from the file alone.

Shares no code with the product or the sandbox: the csv module and Decimal.
"""

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

COLUMNS = ("invoice", "stock_code", "description", "quantity", "at", "price", "customer", "country")
KOPECK = Decimal("0.01")


def register_of(customer: str, country: str) -> str:
    """The register by country group and customer parity (contracts.md, data files)."""
    if country != "United Kingdom":
        return "kassa-3"
    return "kassa-2" if customer and int(Decimal(customer)) % 2 else "kassa-1"


def lines_of(folder: Path) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "receipts.csv.gz", "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def net_by_day_and_register(folder: Path, days: int) -> dict[tuple[str, str], Decimal]:
    """Σ half-up(quantity × price, 2) per calendar day and register, of the first days of the file."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    dates: set[str] = set()
    for line in lines_of(folder):
        day = line["at"][:10]
        amount = (Decimal(line["quantity"]) * Decimal(line["price"])).quantize(KOPECK, rounding=ROUND_HALF_UP)
        totals[day, register_of(line["customer"], line["country"])] += amount
        dates.add(day)
    first = date.fromisoformat(min(dates))
    wanted = {str(first + timedelta(days=offset)) for offset in range(days)}
    return {key: total for key, total in totals.items() if key[0] in wanted}


@dataclass(slots=True)
class DaySales:
    """What a till took on one day: invoices rung, and their sums without a sign."""

    sales: int = 0
    sales_sum: Decimal = Decimal(0)
    refunds: int = 0
    refunds_sum: Decimal = Decimal(0)


def sales_by_day_and_register(folder: Path, days: int) -> dict[tuple[str, str], DaySales]:
    """Per day and register of the first days: one receipt for each invoice of which something can be rung.

    An invoice is a refund when its net is negative, or when it is named one and cancels out; one whose lines all
    have no amount, or none in its direction, is not rung (the sandbox's README, data files).
    """
    invoices: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    dates: set[str] = set()
    for line in lines_of(folder):
        day = line["at"][:10]
        amount = (Decimal(line["quantity"]) * Decimal(line["price"])).quantize(KOPECK, rounding=ROUND_HALF_UP)
        invoices[day, register_of(line["customer"], line["country"]), line["invoice"]].append(amount)
        dates.add(day)
    first = date.fromisoformat(min(dates))
    wanted = {str(first + timedelta(days=offset)) for offset in range(days)}
    found: dict[tuple[str, str], DaySales] = defaultdict(DaySales)
    for (day, register, invoice), amounts in invoices.items():
        net = sum(amounts, Decimal(0))
        refund = net < 0 or (net == 0 and invoice.startswith("C"))
        if day not in wanted or not any((amount < 0) if refund else (amount > 0) for amount in amounts):
            continue
        of_day = found[day, register]
        if refund:
            of_day.refunds += 1
            of_day.refunds_sum -= net
        else:
            of_day.sales += 1
            of_day.sales_sum += net
    return dict(found)


def write_sample(folder: Path, days: int, seed: int) -> None:
    """Write files of the same columns for a machine that has no real ones; every odd kind of line occurs."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "catalogue.tsv.gz", "wt", encoding="utf-8") as text:
        text.write("id\tbarcode\tname\tcategory_path\tbrand\n")
        for item in range(400):
            text.write(f"{item}\t{4810000000000 + item * 10}\tТовар {item}\tПродукты/Разное\t\n")
    with gzip.open(folder / "receipts.csv.gz", "wt", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        invoice = 500000
        for day in range(days):
            at = date(2010, 1, 4) + timedelta(days=day)
            for _ in range(chance.randint(8, 25)):
                invoice += 1
                refund = chance.random() < 0.1
                customer = chance.choice(["", "13085", "13086", "12345"])
                country = chance.choice(["United Kingdom", "United Kingdom", "France"])
                stamp = f"{at} {chance.randint(8, 19):02d}:{chance.randint(0, 59):02d}:00"
                for _ in range(chance.randint(1, 12)):
                    code = chance.choice(
                        [str(20000 + chance.randint(0, 300)), "85048", "POST", "D", "M", "BANK CHARGES"]
                    )
                    price = chance.choice(["2.55", "0.00", "1.234", "10.95", "0.85"])
                    quantity = chance.randint(1, 30) * (-1 if refund or chance.random() < 0.02 else 1)
                    name = "" if chance.random() < 0.05 else f"GOODS {code}"
                    number = f"C{invoice}" if refund else str(invoice)
                    writer.writerow([number, code, name, quantity, stamp, price, customer, country])
