"""Faults that change what stands in an answer: records twice, in another order, or not there yet."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from smena_sandbox.faults.rule import Fault

IDENTITIES = ("uid", "docId", "Ref_Key", "saleId", "goodId")
"""Fields that name a record, the most telling first."""

HTML_PAGE = (
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
    "<body><h1>502 Bad Gateway</h1><p>nginx</p></body></html>"
)


def error_body(target: str, code: int, message: str, path: str) -> Any:
    """An error in the form of the system played (wire.md)."""
    if target == "onec":
        return {"odata.error": {"code": "", "message": {"lang": "ru", "value": message}}}
    if target == "ikassa":
        return {"code": str(code), "message": message}
    return {
        "exception": {
            "errCodeForClient": code,
            "errMessForClient": message,
            "errCodeOriginal": code,
            "errMessOriginal": message,
            "url": path,
        }
    }


def changed(body: bytes, fault: Fault) -> bytes:
    """Apply ``duplicate`` or ``reorder`` to every list of a JSON answer; anything else stays as it is."""

    def change(records: list[Any]) -> list[Any]:
        if fault.asked.do == "duplicate":
            wanted = len(records) if fault.asked.records is None else fault.asked.records
            return records + records[max(0, len(records) - wanted) :]
        return reordered(records, fault.random)

    return _with_lists(body, fault, change)


def reordered(records: list[Any], random: Random) -> list[Any]:
    """Another order of the same records; two or more never come in the old one."""
    shuffled = records[:]
    random.shuffle(shuffled)
    return shuffled if shuffled != records else records[::-1]


def without_late(body: bytes, fault: Fault) -> bytes:
    """Hide the records of a ``late`` fault; which ones is decided by the first answer that has any."""
    asked = fault.asked
    if asked.ids is not None:
        fault.hidden.update(asked.ids)
    choosing = not fault.hidden

    def hide(records: list[Any]) -> list[Any]:
        if choosing:
            last = records[max(0, len(records) - (1 if asked.records is None else asked.records)) :]
            fault.hidden.update(name for record in last for name in names(record))
        return [record for record in records if fault.hidden.isdisjoint(names(record))]

    return _with_lists(body, fault, hide)


def names(record: Any) -> Iterator[str]:
    """What identifies a record: the first identity it has."""
    if isinstance(record, dict):
        for key in IDENTITIES:
            if record.get(key) is not None:
                yield str(record[key])
                return


def _with_lists(body: bytes, fault: Fault, change: Any) -> bytes:
    try:
        data = json.loads(body)
    except ValueError:
        return body
    if isinstance(data, list):
        data = change(data)
    elif isinstance(data, dict):
        for key, value in list(data.items()):
            if isinstance(value, list) and (fault.asked.lists is None or key in fault.asked.lists):
                data[key] = change(value)
                hidden = len(value) - len(data[key])
                if hidden > 0 and isinstance(data.get("total"), int):
                    data["total"] -= hidden
    return msgspec.json.encode(data)


def halved(body: bytes) -> bytes:
    """A write of which only the first half of each list arrives."""
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    if not isinstance(content, dict):
        return body
    return msgspec.json.encode(
        {name: value[: len(value) // 2] if isinstance(value, list) else value for name, value in content.items()}
    )
