"""Reads ``receipts.csv``: one record per sold line, exact amounts in kopecks."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from sys import intern

from smena_sandbox.world.files import DataFileError, open_text
from smena_sandbox.world.report import LoadReport

COLUMNS = ("invoice", "stock_code", "description", "quantity", "at", "price", "customer", "country")
KOPECK = Decimal("0.01")


@dataclass(slots=True)
class FileLine:
    """One line of the file; ``amount`` is half-up(quantity × price, 2) in kopecks, negative ones away from zero."""

    invoice: str
    stock_code: str
    description: str
    quantity: int
    price: Decimal
    amount: int
    at: datetime
    register: int


def read_lines(path: Path, report: LoadReport) -> list[FileLine]:
    """Every line that can be read; the others are counted and named."""
    lines: list[FileLine] = []
    prices: dict[str, Decimal] = {}
    for number, record in _records(path, report):
        invoice, code, description, quantity, at, price, customer, country = record
        try:
            unit_price = prices.get(price)
            if unit_price is None:
                unit_price = prices[price] = _finite(price)
            exact = _finite(quantity)
            moment = datetime.fromisoformat(at.strip())
        except (ValueError, InvalidOperation):
            report.add("line: malformed", "not rung: not a number or not a time", example=f"line {number}")
            continue
        amount = int((exact * unit_price).quantize(KOPECK, ROUND_HALF_UP) * 100)
        lines.append(
            FileLine(
                invoice=intern(invoice.strip()),
                stock_code=intern(code.strip()),
                description=intern(" ".join(description.split())),
                quantity=int((exact * 1000).to_integral_value(ROUND_HALF_UP)),
                price=unit_price,
                amount=amount,
                at=moment.replace(tzinfo=None),
                register=register_of(country, customer),
            )
        )
    return lines


def register_of(country: str, customer: str) -> int:
    """0 for the United Kingdom with an even or no customer, 1 with an odd one, 2 for all other countries."""
    if country.strip() != "United Kingdom":
        return 2
    number = customer.strip().removesuffix(".0")
    return int(number) % 2 if number.isdecimal() else 0


def _finite(text: str) -> Decimal:
    value = Decimal(text.strip())
    if not value.is_finite():
        raise ValueError(text)
    return value


def _records(path: Path, report: LoadReport) -> Iterator[tuple[int, list[str]]]:
    with open_text(path) as stream:
        reader = csv.reader(stream)
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise DataFileError(f"{path}: no column {', '.join(missing)}; found {', '.join(header)}")
        places = [header.index(name) for name in COLUMNS]
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                report.add("line: malformed", "not rung: not a number or not a time", example=str(error))
                continue
            if len(record) != len(header):
                if record:
                    report.add(
                        "line: wrong number of fields", "not rung", example=f"line {reader.line_num}: {len(record)}"
                    )
                continue
            yield reader.line_num, [record[place] for place in places]
