"""Name everything that is wrong with one refused row: read field by field, which only a refused row has to pay for."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

NAMES = ("ref", "item_ref")
"""Fields by which a caller knows a row again."""
Fault = tuple[str, str]
"""A pointer within the row, and what is wrong there."""


def name_of(raw: msgspec.Raw) -> str | None:
    """What the row calls itself, however wrong the rest is."""
    row = _loosely(raw)
    found = [row[name] for name in NAMES if isinstance(row.get(name), str)] if isinstance(row, dict) else []
    return found[0] if found else None


def faults_of(raw: msgspec.Raw, wire: type[msgspec.Struct], first: Fault) -> list[Fault]:
    """Every fault of the row's shape, in the order of the fields; ``first`` is what the whole reading met first."""
    row = _loosely(raw)
    found = list(_faults(row, wire, "")) if isinstance(row, dict) else []
    return found or [first]


def fault_from(error: msgspec.ValidationError) -> Fault:
    """Pointer and message of msgspec's error: ``.barcodes[0]`` → ``/barcodes/0``."""
    message, _, path = str(error).partition(" - at `$")
    return path.rstrip("`").replace("[", "/").replace("]", "").replace(".", "/"), message


def _faults(row: dict[str, Any], wire: type[msgspec.Struct], where: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(wire)}
    for name, field in fields.items():
        if name not in row:
            if field.required:
                yield f"{where}/{name}", "this field is required"
        elif (inner := _rows_type(field.type)) is not None and isinstance(row[name], list):
            for n, each in enumerate(row[name]):
                yield from _faults_of_value(each, inner, f"{where}/{name}/{n}")
        else:
            yield from _faults_of_value(row[name], field.type, f"{where}/{name}")
    for name in row:
        if name not in fields:
            escaped = name.replace("~", "~0").replace("/", "~1")
            yield f"{where}/{escaped}", "there is no such field: take it out"


def _faults_of_value(value: Any, kind: Any, where: str) -> Iterator[Fault]:
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _faults(value, kind, where)
        return
    try:
        # read from JSON as the row itself was: a date stays a text, a number does not become one
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    except msgspec.ValidationError as error:
        pointer, message = fault_from(error)
        yield where + pointer, message


def _rows_type(kind: Any) -> type[msgspec.Struct] | None:
    """The struct of a list's rows, when the field is such a list."""
    while get_origin(kind) is not None and get_origin(kind) is not list:
        kind = get_args(kind)[0]
    inner = get_args(kind)[0] if get_origin(kind) is list else None
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _loosely(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
