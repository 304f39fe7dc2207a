"""An error points at the place in the body a caller sent, and a date is nothing but YYYY-MM-DD."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from smena.http.day import Day
from smena.http.models import ApiModel
from smena.http.payload_errors import validation_problem
from smena.http.problems import WrongValueError

Name = Annotated[str, Field(min_length=1, pattern="^[a-z]+$")]


class Order(ApiModel):
    """As the bodies of pulls and of applying are: everything, or a list."""

    registers: Annotated[list[Name], Field(min_length=1)] | Literal["all"]
    day: Day

    @model_validator(mode="after")
    def _not_in_the_past(self) -> "Order":
        if self.day.year < 2000:
            raise WrongValueError("слишком давно", "too long ago", field="day")
        return self


def pointers(body: Any) -> set[str]:
    try:
        TypeAdapter(Order).validate_python(body)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        return {one["pointer"] for one in validation_problem(found).body("en")["errors"]}
    return set()


@pytest.mark.parametrize(
    ("registers", "pointer"),
    [("some", "/registers"), ([], "/registers"), (5, "/registers"), (["a", ""], "/registers/1"), ([5], "/registers/0")],
)
def test_a_pointer_names_a_place_in_the_body_and_no_branch_of_our_models(registers: Any, pointer: str) -> None:
    found = pointers({"registers": registers, "day": "2026-01-31"})

    assert pointer in found
    assert found <= {"/registers", pointer}


@pytest.mark.parametrize("day", ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00", 1769817600, "1769817600", "20260131",
                                 "31.01.2026", "2026-1-31", "2026-02-30", "", None, True, 5.0])  # fmt: skip
def test_what_is_no_date_is_refused_at_its_place(day: Any) -> None:
    assert pointers({"registers": "all", "day": day}) == {"/day"}


def test_what_the_whole_model_refuses_is_named_at_its_field() -> None:
    assert pointers({"registers": "all", "day": "1999-12-31"}) == {"/day"}


def test_a_date_is_taken() -> None:
    assert pointers({"registers": "all", "day": "2026-01-31"}) == set()
