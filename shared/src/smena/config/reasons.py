"""pydantic's errors in the words of this configuration."""

from collections.abc import Callable
from typing import Any

Context = dict[str, Any]

_SENTENCES: dict[str, Callable[[Context], str]] = {
    "extra_forbidden": lambda _: "no such key: see the configuration reference for the keys of this table",
    "missing": lambda _: "this key is missing",
    "union_tag_not_found": lambda context: f"the key {context['discriminator']} is missing",
    "union_tag_invalid": lambda context: f"no such value: {context['tag']!r}; known are {context['expected_tags']}",
    "literal_error": lambda context: f"no such value; known are {context['expected']}",
    "enum": lambda context: f"no such value; known are {context['expected']}",
    "string_type": lambda _: "a text in quotes is expected",
    "bool_type": lambda _: "true or false is expected",
    "bool_parsing": lambda _: "true or false is expected",
    "string_pattern_mismatch": lambda context: f"does not have the form {context['pattern']}",
    "model_type": lambda _: "a table is expected: { key = value }",
    "model_attributes_type": lambda _: "a table is expected: { key = value }",
    "dict_type": lambda _: "a table is expected: { key = value }",
    "tuple_type": lambda _: "a list is expected: [[name]] for tables, [ ] for values",
    "date_from_datetime_parsing": lambda _: "no date: write it as 2026-01-31",
    "date_parsing": lambda _: "no date: write it as 2026-01-31",
    "date_type": lambda _: "no date: write it as 2026-01-31",
    "date_from_datetime_inexact": lambda _: "a date without a time is expected, as 2026-01-31",
    "value_error": lambda context: str(context["error"]),
}


def reason_of(error: Any) -> str:
    """One sentence for one of pydantic's error details; the value itself is shown only where it can't be a secret."""
    sentence = _SENTENCES.get(error["type"])
    if sentence is not None:
        return sentence(error.get("ctx", {}))
    message: str = error["msg"]
    return message[0].lower() + message[1:]
