"""Cursors are opaque, ours alone, and give back what they were made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.http.paging import decode_cursor, encode_cursor
from smena.http.problems import Problem


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40), st.integers(-(2**53), 2**53))
def test_a_cursor_gives_back_what_it_was_made_of(text: str, number: int) -> None:
    cursor = encode_cursor(text, number, None)

    assert decode_cursor(cursor, str, int, int) == (text, number, None)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@given(st.text(max_size=60))
def test_a_text_that_is_no_cursor_is_a_422(text: str) -> None:
    with pytest.raises(Problem) as refused:
        decode_cursor(text, str, int)

    assert (refused.value.name, refused.value.status) == ("wrong-cursor", 422)


def test_a_cursor_of_another_list_is_refused() -> None:
    for cursor in (encode_cursor(1, "a"), encode_cursor("a"), encode_cursor("a", 1, 2), encode_cursor("a", True)):
        with pytest.raises(Problem):
            decode_cursor(cursor, str, int)


@pytest.mark.parametrize("value", [2**63, 2**64 - 1, "a\x00b"])
def test_a_forged_cursor_that_the_database_would_choke_on_is_refused(value: int | str) -> None:
    with pytest.raises(Problem) as refused:
        decode_cursor(encode_cursor(value), type(value))

    assert refused.value.name == "wrong-cursor"
