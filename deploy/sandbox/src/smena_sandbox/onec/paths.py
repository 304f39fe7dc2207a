"""Read the part of a path below ``standard.odata``: segments with keys or arguments in brackets."""

import re
from dataclasses import dataclass
from uuid import UUID

from smena_sandbox.onec.errors import bad_url, parse_error
from smena_sandbox.onec.schema import EntityType

ROOT = "/odata/standard.odata"
_VALUE = re.compile(r"guid'(?P<guid>[^']*)'|datetime'(?P<moment>[^']*)'|'(?P<text>(?:[^']|'')*)'|(?P<plain>\w+)")


@dataclass(frozen=True, slots=True)
class Segment:
    """``Name`` or ``Name(arguments)``; empty brackets are arguments too."""

    name: str
    arguments: str | None = None


def split_root(path: str) -> tuple[str, str] | None:
    """Return the base's own path and what is asked below it, wherever the base is mounted."""
    at = path.find(ROOT)
    if at < 0:
        return None
    end = at + len(ROOT)
    rest = path[end:]
    return (path[:end], rest.strip("/")) if not rest or rest.startswith("/") else None


def read_segments(path: str) -> list[Segment]:
    """Split at slashes outside quotes and brackets."""
    found: list[Segment] = []
    start, depth, quoted = 0, 0, False
    for at, char in enumerate([*path, "/"]):
        if char == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        elif char == "/" and depth == 0:
            found.append(_segment(path[start:at]))
            start = at + 1
    if quoted or depth or not found:
        raise bad_url(f"Неверный адрес ресурса: {path}")
    return found


def _segment(text: str) -> Segment:
    name, bracket, rest = text.partition("(")
    if not bracket:
        return Segment(name)
    if not rest.endswith(")"):
        raise bad_url(f"Неверный сегмент пути: {text}")
    return Segment(name, rest[:-1].strip())


def split_arguments(text: str) -> list[str]:
    """Split at commas outside quotes."""
    found, start, quoted = [], 0, False
    for at, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif char == "," and not quoted:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [part.strip() for part in found if part.strip()]


def read_key(entity: EntityType, text: str) -> str:
    """Return the table key of ``(guid'…')`` or ``(A='…',B=guid'…')``; one key may go unnamed (DOC)."""
    values: dict[str, str] = {}
    for part in split_arguments(text):
        name, equals, literal = part.partition("=")
        if not equals or "'" in name:
            name, literal = entity.key[0], part
        values[name.strip()] = _value(literal.strip())
    if set(values) != set(entity.key):
        raise bad_url(f"Неверный ключ сущности '{entity.name}': {text}")
    return "|".join(values[name] for name in entity.key)


def _value(literal: str) -> str:
    match = _VALUE.fullmatch(literal)
    if match is None:
        raise parse_error(f"Ошибка разбора значения ключа: {literal}")
    if match["guid"] is not None:
        try:
            return str(UUID(match["guid"]))
        except ValueError:
            raise parse_error(f"Ошибка разбора значения ключа: {literal}") from None
    text = match["moment"] or match["plain"] or match["text"] or ""
    return text.replace("''", "'")
