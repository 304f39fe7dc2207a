"""The grammar of ``$filter``, below HTTP."""

import pytest

from smena_sandbox.onec.errors import OnecError
from smena_sandbox.onec.expressions import Binary, Call, Lambda, Literal, Path, Unary
from smena_sandbox.onec.parser import parse_filter

A, B, C = (Path((name,)) for name in "ABC")


def test_and_binds_tighter_than_or() -> None:
    assert Binary("or", A, Binary("and", B, C)) == parse_filter("A or B and C")


def test_brackets_come_first() -> None:
    assert Binary("and", Binary("or", A, B), C) == parse_filter("(A or B) and C")


def test_not_takes_the_whole_comparison() -> None:
    assert Unary("not", Binary("eq", A, B)) == parse_filter("not A eq B")


def test_products_bind_tighter_than_sums_and_both_than_comparisons() -> None:
    expected = Binary("gt", Binary("sub", Binary("add", A, Binary("mul", B, C)), A), B)

    assert expected == parse_filter("A add B mul C sub A gt B")
    assert expected == parse_filter("A+B mul C-A gt B")


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("'О''Генри'", Literal("О'Генри", "String")),
        ("guid'40000000-0000-4000-8000-00000000000A'", Literal("40000000-0000-4000-8000-00000000000a", "Guid")),
        ("datetime'2026-01-31T23:59:59'", Literal("2026-01-31T23:59:59", "DateTime")),
        ("12.30", Literal(12.3, "Double")),
        ("12", Literal(12, "Double")),
        ("1L", Literal(1, "Double")),
        ("true", Literal(value=True, type="Boolean")),
        ("null", Literal(None, "Null")),
    ],
)
def test_literals_keep_their_type(text: str, literal: Literal) -> None:
    assert Binary("eq", A, literal) == parse_filter(f"A eq {text}")


def test_a_minus_before_a_number_is_a_sign() -> None:
    assert Binary("eq", A, Unary("-", Literal(1, "Double"))) == parse_filter("A eq -1")


def test_functions_and_navigations_are_read() -> None:
    expected = Call("startswith", (Path(("Контрагент", "Description")), Literal("О", "String")))

    assert expected == parse_filter("startswith(Контрагент/Description, 'О')")


def test_a_lambda_has_section_variable_and_body() -> None:
    body = Binary("eq", Path(("t", "Цена")), Literal(1, "Double"))

    assert Lambda("Товары", "any", "t", body) == parse_filter("Товары/any(t: t/Цена eq 1)")
    assert Lambda("Товары", "any", "", None) == parse_filter("Товары/any()")


def test_a_field_may_be_named_like_an_operator_inside() -> None:
    assert Binary("and", Path(("orA",)), Path(("andB",))) == parse_filter("orA and andB")


@pytest.mark.parametrize("text", ["", "A eq", "A B", "A eq 'x", "(A", "f(A", "A eq datetime'2026'", "#", "A/1"])
def test_what_is_no_filter_is_code_1(text: str) -> None:
    with pytest.raises(OnecError) as caught:
        parse_filter(text)

    assert (caught.value.status, caught.value.code) == (400, "1")


def test_a_plus_that_was_meant_as_a_space_is_not_allowed_in_where() -> None:
    with pytest.raises(OnecError, match="Операция не разрешена") as caught:
        parse_filter("A+eq+'x'")

    assert (caught.value.status, caught.value.code) == (500, "-1")
