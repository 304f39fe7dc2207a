"""A refused row is named, and everything that is wrong with its shape is said at once."""

import json
from typing import Any

import msgspec
import pytest

from catalog_sync.http_api.intake import ItemRow, ReceiptRow, Rejected, item_of, receipt_of, take_in


def refused(row: Any, receipt: bool = False) -> Rejected:
    raw = msgspec.Raw(json.dumps(row).encode())
    if receipt:
        intake = take_in([raw], ReceiptRow, receipt_of, lambda one: one.ref, lambda one: one.ref)
        return intake.rejected[0]
    return take_in([raw], ItemRow, item_of, lambda one: one.ref, lambda one: one.ref).rejected[0]


def test_every_fault_of_an_item_stands_with_its_pointer() -> None:
    found = refused({"ref": "r1", "vat_rate": "18", "barcodes": ["1", ""], "active": "yes", "x/y": 1})

    assert found.name == "r1"
    assert [pointer for pointer, _ in found.faults] == ["/name", "/barcodes/1", "/vat_rate", "/active", "/x~1y"]


def test_faults_of_lines_are_named_line_by_line() -> None:
    line = {"item_ref": "r1", "quantity": "1", "price": "8.00"}
    lines = [line, {**line, "price": 8.0, "zz": 1}, {"item_ref": "r1", "quantity": "x"}, 5]

    found = refused({"ref": "g1", "number": "1", "date": "31.01.2026", "lines": lines}, receipt=True)

    assert found.name == "g1"
    assert [pointer for pointer, _ in found.faults] == [
        "/date",
        "/lines/1/price",
        "/lines/1/zz",
        "/lines/2/quantity",
        "/lines/2/price",
        "/lines/3",
    ]


@pytest.mark.parametrize(
    ("row", "name"),
    [({"ref": "r" * 65, "name": "x"}, "r" * 65), ({"ref": 5, "name": "x"}, None), (5, None), (None, None), ([], None)],
)
def test_a_row_is_named_by_its_reference_where_it_has_one(row: Any, name: str | None) -> None:
    found = refused(row)

    assert found.name == name
    assert len(found.faults) == 1
