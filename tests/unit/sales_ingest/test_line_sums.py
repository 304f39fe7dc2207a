"""Sums of a receipt's lines: the receipt's own totals decide, or it is refused."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from sales_ingest.domain.line_sums import NotUnderstoodError, line_sums
from smena.cabinets.documents import CabinetDocument
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

KOPECKS = st.integers(min_value=1, max_value=200_000)


def receipt(lines: list[tuple[int, int, int]], off: int = 0, on: int = 0, *, before: bool = True) -> CabinetDocument:
    """Lines of (value before discount, discount, markup), and what the receipt takes off and puts on besides."""
    shown = [
        replace(
            line("1.00"),
            amount=Kopecks(value if before else value - less + more),
            discount=Kopecks(less),
            markup=Kopecks(more),
        )
        for value, less, more in lines
    ]
    gross = sum(value for value, _, _ in lines)
    discount = sum(less for _, less, _ in lines) + off
    markup = sum(more for _, _, more in lines) + on
    document = Till().sale(*shown)
    return replace(
        document,
        gross=Kopecks(gross),
        discount=Kopecks(discount),
        markup=Kopecks(markup),
        payable=Kopecks(gross - discount + markup),
    )


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Written from the rule, with exact fractions, apart from the product."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


@st.composite
def receipts(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], int, int]:
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        value = draw(KOPECKS)
        lines.append((value, draw(st.integers(0, value - 1)), draw(st.integers(0, 500))))
    weights = [value - less + more for value, less, more in lines]
    return lines, draw(st.integers(0, sum(weights))), draw(st.integers(0, 1000))


@settings(max_examples=300, deadline=None, print_blob=True)
@given(receipts(), st.booleans())
def test_lines_add_up_to_the_receipt_whichever_way_the_cabinet_shows_them(
    given_receipt: tuple[list[tuple[int, int, int]], int, int], before: bool
) -> None:
    """The same receipt, shown before or after discount, gives the same lines, by an independent oracle."""
    lines, off, on = given_receipt
    weights = [value - less + more for value, less, more in lines]
    document = receipt(lines, off, on, before=before)
    shown_differently = any(less != more for _, less, more in lines)
    if shown_differently and sum(less - more for _, less, more in lines) == 0:
        with pytest.raises(NotUnderstoodError, match="и до скидки, и после"):
            line_sums(document)
        return
    expected = [
        weight - taken + put
        for weight, taken, put in zip(
            weights, largest_remainder(off, weights), largest_remainder(on, weights), strict=True
        )
    ]
    note(f"weights {weights}")

    if any(amount < 0 for amount in expected):
        with pytest.raises(NotUnderstoodError, match="меньше нуля"):
            line_sums(document)
        return
    sums = line_sums(document)

    assert [one.amount for one in sums] == expected
    assert sum(one.amount for one in sums) == document.payable
    assert [one.gross for one in sums] == [value for value, _, _ in lines]


@settings(max_examples=300, deadline=None, print_blob=True)
@given(receipts(), st.integers(1, 500))
def test_a_receipt_that_fits_neither_way_is_refused(
    given_receipt: tuple[list[tuple[int, int, int]], int, int], wrong: int
) -> None:
    document = receipt(*given_receipt)
    document = replace(document, gross=Kopecks((document.gross or 0) + wrong * 1_000_000))

    with pytest.raises(NotUnderstoodError, match="ни до скидки, ни после"):
        line_sums(document)


def test_a_zero_line_gets_nothing_of_the_receipts_discount() -> None:
    sums = line_sums(receipt([(0, 0, 0), (100, 0, 0), (100, 0, 0)], off=3))

    assert [one.receipt_discount for one in sums] == [0, 2, 1]


def test_more_discount_on_the_lines_than_on_the_receipt_is_refused() -> None:
    document = receipt([(100, 30, 0)])
    document = replace(document, discount=Kopecks(10), payable=Kopecks(90))

    with pytest.raises(NotUnderstoodError, match="больше, чем в чеке"):
        line_sums(document)


def test_without_a_gross_the_payable_decides() -> None:
    document = replace(receipt([(100, 30, 0), (50, 0, 0)], before=False), gross=None)

    assert [one.amount for one in line_sums(document)] == [70, 50]
    assert [one.gross for one in line_sums(document)] == [100, 50]
