"""Receipt lines brought together: amounts are exact sums, list prices are never averaged."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from sales_ingest.domain.aggregation import REFUND, SALE, SoldLine, aggregate

SOLD = st.builds(
    SoldLine,
    receipt=st.integers(1, 9).map(lambda number: UUID(int=number)),
    version=st.just(1),
    number=st.integers(1, 9),
    position=st.integers(1, 9),
    direction=st.sampled_from([SALE, REFUND]),
    item_ref=st.sampled_from(["a", "b"]),
    name=st.sampled_from(["x", "y"]),
    unit=st.sampled_from(["шт", "кг"]),
    quantity=st.integers(1, 5000),
    price=st.sampled_from([100, 101]),
    price_derived=st.booleans(),
    gross=st.integers(100, 50_000),
    discount=st.sampled_from([0, 0, 7]),
    amount=st.integers(0, 50_000),
    vat_rate=st.sampled_from(["20", "10", "none"]),
)


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


@settings(max_examples=300, deadline=None, print_blob=True)
@given(st.lists(SOLD, max_size=40))
def test_lines_share_item_unit_price_rate_discount_and_direction_and_add_up(lines: list[SoldLine]) -> None:
    expected: dict[tuple[object, ...], list[SoldLine]] = defaultdict(list)
    for one in lines:
        price = "derived" if one.price_derived else one.price
        expected[one.direction, one.item_ref, one.unit, price, one.vat_rate, one.discount > 0].append(one)

    found = aggregate(lines)

    assert len(found) == len(expected)
    for whole in found:
        shared = whole.identity
        parts = expected[
            shared.direction,
            shared.item_ref,
            shared.unit,
            "derived" if shared.price is None else shared.price,
            shared.vat_rate,
            shared.discount,
        ]
        amount = sum(part.amount for part in parts)
        rate = Decimal(shared.vat_rate if shared.vat_rate != "none" else 0)
        assert (whole.amount, whole.quantity) == (amount, sum(part.quantity for part in parts))
        assert whole.vat_amount == half_up(Decimal(amount) * rate / (100 + rate))
        assert sorted((part.receipt, part.version, part.position) for part in parts) == whole.sources
        assert whole.name == min(parts, key=lambda part: (part.number, part.position, lines.index(part))).name


@settings(max_examples=300, deadline=None, print_blob=True)
@given(st.lists(SOLD, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(lines: list[SoldLine], random: object) -> None:
    lines = [one._replace(number=place, position=1) for place, one in enumerate(lines)]
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert [(one.key, one.name, one.amount, one.sources) for one in aggregate(lines)] == [
        (one.key, one.name, one.amount, one.sources) for one in aggregate(shuffled)
    ]


def test_derived_prices_of_one_item_are_one_line_whose_price_is_informational() -> None:
    base = SoldLine(UUID(int=1), 1, 1, 1, SALE, "a", "x", "шт", 1000, 100, True, 100, 0, 100, "20")

    (whole,) = aggregate([base, base._replace(position=2, price=133, quantity=3000, gross=400, amount=400)])

    assert (whole.identity.price, whole.price, whole.amount) == (None, 125, 500)
