"""Lines of keys in a TOML text: every key that stands on a line of its own is found there."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smena.config.locate import line_of

TEXT = '''\
# about = "a comment"
title = "x"

[[tables]]
one = 1 # = 2
"two words" = 2
many = [
  "a = 1",
  "[b]",
]
long = """
three = 3
[four]
"""

[tables.inner]
deep = { a = 1, b = { c = 2 } }

[[tables]]
one = 1

[[tables.rows]]
cell = 1
[[tables.rows]]
cell = 2

[plain]
dotted.key = 1
last = 1
'''


def test_keys_of_every_shape_are_found() -> None:
    tomllib.loads(TEXT)

    lines = TEXT.splitlines()
    assert line_of(TEXT, ("title",)) == 2
    assert line_of(TEXT, ("tables", 0, "one")) == 5
    assert line_of(TEXT, ("tables", 0, "two words")) == 6
    assert line_of(TEXT, ("tables", 0, "many", 1)) == 7
    assert line_of(TEXT, ("tables", 0, "inner", "deep", "b", "c")) == lines.index("deep = { a = 1, b = { c = 2 } }") + 1
    assert line_of(TEXT, ("tables", 1, "rows", 1, "cell")) == lines.index("cell = 2") + 1
    assert line_of(TEXT, ("plain", "dotted", "key")) == lines.index("dotted.key = 1") + 1


def test_a_key_that_is_not_there_is_placed_at_its_table() -> None:
    assert line_of(TEXT, ("tables", 1, "missing")) == TEXT.splitlines().index("one = 1") + 0
    assert line_of(TEXT, ("nowhere",)) == 1
    assert line_of("", ("nowhere",)) is None


def test_text_inside_a_string_is_no_key() -> None:
    assert line_of(TEXT, ("four",)) == 1
    assert line_of(TEXT, ("tables", 0, "three")) == 4


KEYS = st.text("abcdefgh", min_size=1, max_size=5)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, st.integers(0, 9), min_size=1, max_size=4), min_size=1, max_size=4))
def test_any_table_of_simple_keys_is_located(tables: dict[str, dict[str, int]]) -> None:
    lines: list[str] = []
    places: dict[tuple[Any, ...], int] = {}
    for name, table in tables.items():
        lines.append(f"[[{name}]]")
        for key, value in table.items():
            lines.append(f"{key} = {value}")
            places[name, 0, key] = len(lines)
    text = "\n".join(lines)

    assert {path: line_of(text, path) for path in places} == places
