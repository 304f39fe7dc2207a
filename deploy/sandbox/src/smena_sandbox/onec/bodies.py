"""Read the body of a write into a record."""

import re
from itertools import pairwise
from typing import Any

import msgspec

from smena_sandbox.onec.errors import bad_value, internal_error, parse_error
from smena_sandbox.onec.schema import EntityType, Record, Section
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.values import IGNORED, read_guid, read_value

_BIND = re.compile(r".*\(guid'([^']*)'\)")
# Given by the platform alone; in a PATCH they are ignored (LIVE-A).
_OWN = frozenset({"Ref_Key", "DataVersion", "Posted", "Predefined", "PredefinedDataName"})


def decode(raw: bytes) -> Record:
    """Read JSON; what is not JSON is 500 (LIVE-A)."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise internal_error("Ошибка чтения JSON: неверный формат данных") from None
    if not isinstance(body, dict):
        raise internal_error("Ошибка чтения JSON: ожидается объект")
    return body


def read_changes(entity: EntityType, body: Record, switches: OnecSwitches) -> Record:
    """Return the properties and sections a body sets.

    Names the entity does not have are dropped without a word (DOC, LIVE-A); ``X@odata.bind`` sets a
    reference (DOC); other annotations mean nothing.
    """
    changes: Record = {}
    for name, value in body.items():
        if name in _OWN:
            continue
        prop = entity.by_name.get(name)
        if prop is not None:
            read = read_value(value, prop, switches)
            if read is not IGNORED:
                changes[name] = read
        elif name in entity.by_section:
            changes[name] = read_rows(entity.by_section[name], value, switches)
        elif name.endswith("@odata.bind"):
            changes.update(_bound(entity, name.removesuffix("@odata.bind"), value))
    return changes


def _bound(entity: EntityType, navigation: str, value: Any) -> Record:
    prop = entity.by_navigation.get(navigation)
    if prop is None:
        return {}
    match = _BIND.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise parse_error(f"Ошибка разбора ссылки '{navigation}@odata.bind'")
    return {prop.name: read_guid(match[1], prop.name)}


def read_rows(section: Section, value: Any, switches: OnecSwitches) -> list[Record]:
    """Read a whole section.

    LIVE-A: a row without ``LineNumber`` is 500, numbers that are not 1..n without gaps are 400.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise parse_error(f"Ошибка разбора табличной части '{section.name}': ожидается коллекция")
    empty = {prop.name: prop.empty for prop in section.props}
    numbered: list[tuple[int, Record]] = []
    for given in value:
        row = _read_row(section, given, empty, switches)
        numbered.append((int(row["LineNumber"]), row))
    if any(a[0] > b[0] for a, b in pairwise(numbered)):
        numbered.sort(key=lambda pair: pair[0])
    if [n for n, _ in numbered] != list(range(1, len(numbered) + 1)):
        raise bad_value(f"Неверная нумерация строк табличной части '{section.name}'")
    return [row for _, row in numbered]


def _read_row(section: Section, given: Any, empty: Record, switches: OnecSwitches) -> Record:
    if not isinstance(given, dict):
        raise parse_error(f"Ошибка разбора строки табличной части '{section.name}'")
    row, line = dict(empty), None
    for name, value in given.items():
        prop = None if name == "Ref_Key" else section.by_name.get(name)
        if prop is None:
            if name.endswith("@odata.bind"):
                row.update(_bound_in_row(section, name.removesuffix("@odata.bind"), value))
            continue
        read = read_value(value, prop, switches)
        if read is IGNORED:
            continue
        row[name] = read
        if name == "LineNumber" and value is not None:
            line = read
    if line is None:
        raise internal_error()
    return row


def _bound_in_row(section: Section, navigation: str, value: Any) -> Record:
    match = _BIND.fullmatch(value) if isinstance(value, str) else None
    name = f"{navigation}_Key"
    if name not in section.by_name:
        return {}
    if match is None:
        raise parse_error(f"Ошибка разбора ссылки '{navigation}@odata.bind'")
    return {name: read_guid(match[1], name)}


def read_posted(body: Record) -> bool | None:
    """``Posted`` in a body posts and unposts (LIVE-A)."""
    value = body.get("Posted")
    if value is None:
        return None
    if not isinstance(value, bool):
        raise parse_error("Ошибка разбора значения свойства 'Posted': ожидается Edm.Boolean")
    return value
