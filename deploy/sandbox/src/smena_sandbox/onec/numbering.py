"""Numbers and codes as 1C gives them: prefix, year, fixed width, leading zeros (GUESS; form seen live)."""

import re

from smena_sandbox.onec.errors import refused
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.store import Store

_FORM = re.compile(r"(.*?)(\d+)")


def _counter(entity: EntityType, prefix: str, record: Record) -> str:
    year = record["Date"][:4] if entity.kind == "document" else ""
    return f"{entity.name}|{prefix}|{year}"


def learn_number(store: Store, entity: EntityType, record: Record) -> None:
    """Count on from a number that came from outside, so that the next one is free."""
    match = _FORM.fullmatch(record.get("Number") or "")
    if match:
        counter = _counter(entity, match[1], record)
        store.counters[counter] = max(store.counters.get(counter, 0), int(match[2]))


def give_number(store: Store, entity: EntityType, record: Record, prefixes: dict[str, str]) -> None:
    """Number a new document; a number that was sent is kept, a taken one is refused."""
    if record["Number"]:
        _refuse_taken(store, entity, record)
        learn_number(store, entity, record)
        return
    prefix = f"{prefixes.get(record.get('Организация_Key', ''), '0000')}-"
    width = 11 - len(prefix)
    record["Number"] = f"{prefix}{store.next_number(_counter(entity, prefix, record)):0{width}d}"


def give_code(store: Store, entity: EntityType, record: Record) -> None:
    """Give a new catalogue entry the next free code."""
    table = store.table(entity.name)
    while not record["Code"]:
        code = f"00-{store.next_number(entity.name):08d}"
        if not table.having("Code", code):
            record["Code"] = code


def _refuse_taken(store: Store, entity: EntityType, record: Record) -> None:
    year = record["Date"][:4]
    for other in store.table(entity.name).having("Number", record["Number"]):
        if other["Date"][:4] == year and other["Ref_Key"] != record["Ref_Key"]:
            raise refused(f'Значение поля "Номер" не уникально: {record["Number"]}')
