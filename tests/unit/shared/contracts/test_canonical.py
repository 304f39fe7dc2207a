"""The canonical form is what anybody makes of the event with the standard library."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import msgspec

from smena.contracts.canonical import CanonicalParts, canonical_bytes, canonical_sha256
from smena.contracts.sales_events import (
    ShiftClosed,
    ShiftComponent,
    ShiftCounts,
    ShiftIdentity,
    ShiftLine,
    ShiftPayment,
)

AT = datetime(2026, 1, 15, 6, 0, 1, 250_000, tzinfo=UTC)


def event() -> ShiftClosed:
    line = ShiftLine(
        key="k", item_ref="ref-\u2028", name='Молоко "1 л" \\ \x07', unit="шт", quantity="1.000", price="4.10",
        amount="4.10", discount_amount="0.00", vat_rate="20", vat_amount="0.68", direction="sale",
    )  # fmt: skip
    return ShiftClosed(
        shift=ShiftIdentity(
            id="1", organization="romashka", cabinet="wk", register="kassa-1", register_number="1", number=7,
            opened_at=AT,
        ),
        revision=0,
        previous_revision=None,
        opened_at=AT,
        closed_at=AT,
        business_date=date(2026, 1, 15),
        lines=[line],
        payments=[ShiftPayment(kind="cash", sales="4.10", refunds="0.00", amount="4.10")],
        components=[ShiftComponent(name="advances-sold", amount="1.00")],
        amount="4.10",
        z_report={"sales_sum": "4.10", "annulments_sum": "0.00"},
        counts=ShiftCounts(sales=1, receipt_lines=1),
    )  # fmt: skip


def by_hand(value: Any, **changed: Any) -> bytes:
    fields = {**json.loads(msgspec.json.encode(value)), **changed}
    kept = {name: content for name, content in fields.items() if content is not ...}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def test_it_is_json_with_sorted_keys_and_no_spaces() -> None:
    assert canonical_bytes(event()) == by_hand(event())
    assert canonical_sha256(event(), without=("sha256",)) == sha256(by_hand(event(), sha256=...)).hexdigest()


def test_forms_that_differ_in_a_few_fields_are_those_of_the_changed_event() -> None:
    parts = CanonicalParts(event())
    second = msgspec.structs.replace(event(), revision=2, previous_revision=1, sha256="ff")

    assert parts.bytes(revision=2, previous_revision=1, sha256="ff") == canonical_bytes(second) == by_hand(second)
    assert parts.sha256(without=("sha256", "revision", "previous_revision")) == parts.sha256(
        without=("previous_revision", "revision", "sha256")
    )
    assert parts.sha256(without=("sha256",), revision=2, previous_revision=1) == canonical_sha256(
        second, without=("sha256",)
    )
