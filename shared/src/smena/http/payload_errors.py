"""Every error of a payload, each with its JSON pointer, in the caller's language."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from smena.http.problems import Problem, Words, WrongValueError
from smena.http.standard_problems import INVALID_PAYLOAD, MALFORMED_JSON, not_found

Context = dict[str, Any]
UNION_BRANCH = re.compile(r"(list|literal|tagged-union|function-[a-z]+|constrained-[a-z]+)\[.*\]")
"""How pydantic names the branch of a union it tried; no part of where the value stands."""


def _allowed(context: Context) -> Words:
    expected = str(context["expected"])
    return Words(f"допустимо: {expected.replace(' or ', ' или ')}", f"allowed are: {expected}")


_SENTENCES: dict[str, Callable[[Context], Words]] = {
    "missing": lambda _: Words("обязательное поле отсутствует", "this field is required"),
    "extra_forbidden": lambda _: Words("такого поля нет: уберите его", "there is no such field: take it out"),
    "string_type": lambda _: Words("нужна строка", "a string is expected"),
    "int_type": lambda _: Words("нужно целое число", "a whole number is expected"),
    "int_parsing": lambda _: Words("нужно целое число", "a whole number is expected"),
    "bool_type": lambda _: Words("нужно true или false", "true or false is expected"),
    "bool_parsing": lambda _: Words("нужно true или false", "true or false is expected"),
    "list_type": lambda _: Words("нужен список", "a list is expected"),
    "dict_type": lambda _: Words("нужен объект", "an object is expected"),
    "model_type": lambda _: Words("нужен объект", "an object is expected"),
    "model_attributes_type": lambda _: Words("нужен объект", "an object is expected"),
    "literal_error": _allowed,
    "enum": _allowed,
    "greater_than_equal": lambda c: Words(f"не меньше {c['ge']}", f"at least {c['ge']}"),
    "less_than_equal": lambda c: Words(f"не больше {c['le']}", f"at most {c['le']}"),
    "string_too_long": lambda c: Words(f"не длиннее {c['max_length']} знаков", f"at most {c['max_length']} characters"),
    "string_too_short": lambda c: Words(
        f"не короче {c['min_length']} знаков", f"at least {c['min_length']} characters"
    ),
    "too_long": lambda c: Words(f"не больше {c['max_length']} элементов", f"at most {c['max_length']} elements"),
    "too_short": lambda c: Words(f"не меньше {c['min_length']} элементов", f"at least {c['min_length']} elements"),
    "date_type": lambda _: Words("нужна дата вида 2026-01-31", "a date is expected, as 2026-01-31"),
    "date_parsing": lambda _: Words("нужна дата вида 2026-01-31", "a date is expected, as 2026-01-31"),
    "date_from_datetime_parsing": lambda _: Words("нужна дата вида 2026-01-31", "a date is expected, as 2026-01-31"),
    "date_from_datetime_inexact": lambda _: Words("нужна дата вида 2026-01-31", "a date is expected, as 2026-01-31"),
    "datetime_parsing": lambda _: Words(
        "нужно время вида 2026-01-31T12:00:00Z", "an instant is expected, as 2026-01-31T12:00:00Z"
    ),
    "timezone_aware": lambda _: Words("у времени нет часового пояса", "the instant lacks its offset"),
    "uuid_parsing": lambda _: Words("нужен UUID", "a UUID is expected"),
    "string_pattern_mismatch": lambda c: Words(f"нужен вид {c['pattern']}", f"the form is {c['pattern']}"),
}


def pointer_of(location: Iterable[int | str]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def payload_error(place: str, location: Iterable[int | str], code: str, words: Words) -> dict[str, Any]:
    """One entry of a problem's ``errors``; its ``detail`` gets its language when the problem is written."""
    return {"in": place, "pointer": pointer_of(location), "code": code, "detail": words}


class PayloadProblem(Problem):
    """422 that names every error; the entries are written in the language of the answer."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        first = errors[0]["detail"] if errors else Words("", "")
        where = errors[0]["pointer"] if errors else ""
        super().__init__(
            INVALID_PAYLOAD.name,
            INVALID_PAYLOAD.status,
            title=INVALID_PAYLOAD.title,
            detail=Words(
                f"Исправьте поля из списка errors (всего {len(errors)}); первое: {where}: {first.ru}.",
                f"Correct the fields named in errors ({len(errors)} in all); the first: {where}: {first.en}.",
            ),
        )
        self.errors = errors

    def body(self, language: str, instance: str | None = None) -> dict[str, Any]:
        """The members of the problem, its errors included."""
        written = [{**error, "detail": error["detail"].in_language(language)} for error in self.errors]
        return {**super().body(language, instance), "errors": written}


def validation_problem(errors: Iterable[Any]) -> Problem:
    """The problem for what pydantic found: 422, or 404 when only the address itself was no address."""
    found = [error for error in errors if error["loc"][0] != "path"]
    if not found:
        return not_found("Адрес", "The address")
    if found[0]["type"] == "json_invalid":
        return malformed_json(str(found[0].get("ctx", {}).get("error", "")))
    return PayloadProblem([_entry(error) for error in found])


def malformed_json(reason: str) -> Problem:
    """422 for a body that is no JSON."""
    return MALFORMED_JSON(
        Words(f"Тело запроса — не JSON в UTF-8: {reason}.", f"The body is not JSON in UTF-8: {reason}."),
        errors=[{"in": "body", "pointer": "", "code": "json_invalid", "detail": reason}],
    )


def _entry(error: Any) -> dict[str, Any]:
    place, *parts = error["loc"]
    location = [part for part in parts if not (isinstance(part, str) and UNION_BRANCH.fullmatch(part))]
    sentence = _SENTENCES.get(error["type"])
    if sentence is not None:
        words = sentence(error.get("ctx", {}))
    elif error["type"] == "value_error":
        reason = error["ctx"]["error"]
        location += [field] if (field := getattr(reason, "field", None)) else []
        words = (
            reason.words if isinstance(reason, WrongValueError) else Words(f"неверное значение: {reason}", str(reason))
        )
    else:
        words = Words(f"неверное значение: {error['msg']}", error["msg"])
    return payload_error(place, location, error["type"], words)
