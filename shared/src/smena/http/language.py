"""Which of the two languages a caller reads."""

from starlette.types import Scope

DEFAULT_LANGUAGE = "ru"
LANGUAGES = ("ru", "en")
HEADER_LENGTH_MAX = 500


def language_of(scope: Scope) -> str:
    """``ru`` or ``en`` by the caller's ``Accept-Language``; Russian where it says nothing: the accountant reads it."""
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            return preferred(value.decode("latin-1")[:HEADER_LENGTH_MAX])
    return DEFAULT_LANGUAGE


def preferred(accept_language: str) -> str:
    """The best of our languages for an ``Accept-Language`` header."""
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        weight = _weight(parameters)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
