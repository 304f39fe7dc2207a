"""Numbers, versions and values as a base keeps them."""

from typing import Any

import pytest

from smena_sandbox.onec.fields import flag, moment, money, quantity, text
from smena_sandbox.onec.schema import Prop
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.values import FIRST_VERSION, IGNORED, next_version, number, read_value, scaled


@pytest.mark.parametrize(("value", "scale", "served"), [(500, 2, 5), (1230, 2, 12.3), (-5, 2, -0.05), (1, 3, 0.001)])
def test_a_scaled_integer_is_served_as_the_shortest_number(value: int, scale: int, served: float) -> None:
    assert repr(served) == repr(number(value, scale))
    assert value == scaled(served, scale)


def test_a_binary_float_is_read_by_its_shortest_decimal_form() -> None:
    assert scaled(12.299999999999999, 2) == 1230
    assert scaled(12.345, 2) == 1235


def test_versions_count_on_and_carry_into_the_high_word() -> None:
    assert next_version(FIRST_VERSION) == "AAAAAQAAAAA="
    assert next_version("AAAACQAAAAA=") == "AAAACgAAAAA="
    assert next_version("/////wAAAAA=") == "AAAAAAAAAAE="


@pytest.mark.parametrize(
    ("prop", "given", "kept"),
    [
        (money("x"), "12.30", IGNORED),
        (money("x"), True, IGNORED),
        (money("x"), None, 0),
        (money("x"), 9_999_999_999_999.99, 9_999_999_999_999.99),
        (quantity("x"), 1.2345, 1.235),
        (text("x", 3), "абвг", "абв"),
        (text("x", 3), 1234, "123"),
        (flag("x"), None, False),
        (moment("x"), "2026-01-31T10:00:00.999", "2026-01-31T10:00:00"),
        (Prop("x", "Int64"), "7", "7"),
        (Prop("x", "Int64"), 7, "7"),
        (Prop("x", "Int64"), "семь", IGNORED),
    ],
)
def test_a_value_is_kept_cut_or_ignored(prop: Prop, given: Any, kept: Any) -> None:
    assert kept == read_value(given, prop, OnecSwitches())
