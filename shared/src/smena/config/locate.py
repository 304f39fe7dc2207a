"""Find the line of a key in a TOML text that is known to be valid; ``tomllib`` keeps no places."""

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*(\]\]?)\s*(#.*)?$")
_KEY_PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")


def line_of(text: str, path: KeyPath) -> int | None:
    """The line of the key, or of the nearest table or key around it; None for an empty text."""
    best, best_depth = (1 if text.strip() else None), 0
    for line, key in _places(text):
        depth = _common(key, path)
        if depth == len(key) and depth > best_depth:
            best, best_depth = line, depth
    return best


def _common(key: KeyPath, path: KeyPath) -> int:
    depth = 0
    for one, other in zip(key, path, strict=False):
        if one != other:
            break
        depth += 1
    return depth


def _places(text: str) -> Iterator[tuple[int, KeyPath]]:
    """Every table header and every key with its line, in the order of the text."""
    lines = text.splitlines()
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if (header := _HEADER.match(line)) and (names := _key_parts(header[2])):
            table = _table(names, counts, new=header[1] == "[[")
            yield number, table
        elif "=" in line and not line.lstrip().startswith("#"):
            keys, rest = _split_key(line)
            yield number, (*table, *keys)
            first = number
            number = _end_of_value(lines, number, rest)
            for inner in _inner_keys("\n".join(lines[first - 1 : number]), keys):
                yield first, (*table, *inner)


def _table(names: tuple[str, ...], counts: dict[KeyPath, int], *, new: bool) -> KeyPath:
    """The path of a table header: arrays of tables get the index of their latest element."""
    path: KeyPath = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if new and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _key_parts(text: str) -> tuple[str, ...]:
    parts, at = [], 0
    while match := _KEY_PART.match(text, at):
        parts.append(match[1].strip("\"'"))
        at = match.end()
        if at >= len(text) or text[at] != ".":
            break
        at += 1
    return tuple(parts)


def _split_key(line: str) -> tuple[tuple[str, ...], str]:
    parts, at = [], 0
    while match := _KEY_PART.match(line, at):
        parts.append(match[1].strip("\"'"))
        at = match.end()
        if line[at : at + 1] == ".":
            at += 1
            continue
        break
    return tuple(parts), line[at + 1 :]


def _end_of_value(lines: list[str], number: int, value: str) -> int:
    """The number of lines read once the value that starts here is whole."""
    while number < len(lines):
        try:
            tomllib.loads(f"value ={value}")
        except tomllib.TOMLDecodeError:
            value += "\n" + lines[number]
            number += 1
        else:
            break
    return number


def _inner_keys(text: str, keys: tuple[str, ...]) -> Iterator[KeyPath]:
    """Keys of inline tables: they share the line of the key that holds them."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    for key in keys:
        value = value[key]
    yield from _nested(value, keys)


def _nested(value: object, path: KeyPath) -> Iterator[KeyPath]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, content in pairs:
        yield (*path, key)
        yield from _nested(content, (*path, key))
