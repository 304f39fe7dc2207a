"""Problem answers (RFC 9457): a stable type, and a sentence that says what to do, in Russian or English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

PROBLEM_TYPE_PREFIX = "https://smena.example/problems/"
PROBLEM_MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages of the API."""

    ru: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``ru`` or ``en``."""
        return self.en if language == "en" else self.ru


class WrongValueError(ValueError):
    """A value that a model refuses, said in both languages; raise it in a validator.

    A validator of a whole model names the ``field`` that is wrong, so that the pointer leads there.
    """

    def __init__(self, ru: str, en: str, *, field: str | None = None) -> None:
        super().__init__(en)
        self.words = Words(ru, en)
        self.field = field


class Problem(Exception):  # noqa: N818 - it is what the caller gets, named as the RFC names it
    """An answer that is not the one asked for. ``extensions`` become members of the problem."""

    def __init__(
        self,
        name: str,
        status: int,
        *,
        title: Words,
        detail: Words,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(f"{name}: {detail.en}")
        self.name = name
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions

    def body(self, language: str, instance: str | None = None) -> dict[str, Any]:
        """The members of the problem in one language."""
        return {
            "type": PROBLEM_TYPE_PREFIX + self.name,
            "title": self.title.in_language(language),
            "status": self.status,
            "detail": self.detail.in_language(language),
            **({"instance": instance} if instance else {}),
            **self.extensions,
        }

    def encoded(self, language: str, instance: str | None = None) -> bytes:
        """The problem as JSON."""
        return orjson.dumps(self.body(language, instance), default=str)


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A declared kind of problem: calling it makes one. Every kind stands in the generated documentation."""

    name: str
    status: int
    title: Words

    def __call__(self, detail: Words, *, headers: Mapping[str, str] | None = None, **extensions: Any) -> Problem:
        """A problem of this kind with what to do about it."""
        return Problem(self.name, self.status, title=self.title, detail=detail, headers=headers, **extensions)


DECLARED: dict[str, ProblemKind] = {}


def declare(name: str, status: int, *, ru: str, en: str) -> ProblemKind:
    """Declare a kind of problem once, at import.

    Raises:
        ValueError: the name is taken by another kind.
    """
    kind = ProblemKind(name, status, Words(ru, en))
    if DECLARED.setdefault(name, kind) != kind:
        raise ValueError(f"two kinds of problem are called {name}")
    return kind
