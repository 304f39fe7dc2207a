"""What an accountant does by hand in 1C's own windows, past the OData interface and its rules."""

from collections.abc import Callable
from typing import Any

import msgspec

from smena_sandbox.onec.bodies import read_changes
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.numbering import give_number
from smena_sandbox.onec.posting import record_movements
from smena_sandbox.onec.schema import EntityType, Record, claim_rows
from smena_sandbox.onec.values import FIRST_VERSION, IGNORED, next_version, read_value


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """One manual change; ``kind`` is an entity set, ``ref`` a ``Ref_Key``."""

    do: str
    kind: str
    ref: str = ""
    field: str = ""
    value: Any = None
    section: str = ""
    line: int = 0
    amount: str = ""
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


def _entity(edit: Edit, context: Context) -> EntityType:
    entity = context.store.schema.get(edit.kind)
    if entity is None or entity.kind not in {"catalog", "document"}:
        raise LookupError(f"no catalogue or document named {edit.kind}")
    return entity


def _record(edit: Edit, context: Context) -> tuple[EntityType, Record]:
    entity = _entity(edit, context)
    found = context.store.table(entity.name).get(edit.ref.lower())
    if found is None:
        raise LookupError(f"no {edit.kind} with the ref {edit.ref}")
    return entity, found


def _save(entity: EntityType, before: Record, changes: Record, context: Context) -> Record:
    """Write as a window does: a posted document is posted again, so its movements follow (GUESS)."""
    after = {**before, **changes, "DataVersion": next_version(before["DataVersion"])}
    claim_rows(entity, after)
    context.store.table(entity.name).put(after)
    if entity.kind == "document":
        record_movements(context.store, entity, after, context.switches)
    return after


def _change_field(edit: Edit, context: Context) -> Record:
    entity, before = _record(edit, context)
    if edit.field not in entity.by_name and edit.field not in entity.by_section:
        raise LookupError(f"no field {edit.field} in {edit.kind}")
    return _save(entity, before, read_changes(entity, {edit.field: edit.value}, context.switches), context)


def _change_row(edit: Edit, context: Context) -> Record:
    entity, before = _record(edit, context)
    section = entity.by_section.get(edit.section)
    if section is None or edit.field not in section.by_name:
        raise LookupError(f"no field {edit.section}/{edit.field} in {edit.kind}")
    value = read_value(edit.value, section.by_name[edit.field], context.switches)
    if value is IGNORED:
        raise ValueError(f"{edit.field} takes another type")
    line = str(edit.line)
    if all(row["LineNumber"] != line for row in before[edit.section]):
        raise LookupError(f"no line {line} in {edit.section}")
    rows = [{**row, edit.field: value} if row["LineNumber"] == line else row for row in before[edit.section]]
    return _save(entity, before, {edit.section: rows}, context)


def _change_sum(edit: Edit, context: Context) -> Record:
    entity, before = _record(edit, context)
    changes = read_changes(entity, {"СуммаДокумента": float(edit.amount)}, context.switches)
    if not changes:
        raise LookupError(f"{edit.kind} has no sum")
    return _save(entity, before, changes, context)


def _set(name: str, value: Any) -> Callable[[Edit, Context], Record]:
    def edit_one(edit: Edit, context: Context) -> Record:
        entity, before = _record(edit, context)
        if name not in entity.by_name:
            raise LookupError(f"no field {name} in {edit.kind}")
        return _save(entity, before, {name: value}, context)

    return edit_one


def _mark(edit: Edit, context: Context) -> Record:
    """A window unposts what it marks, where OData refuses."""
    entity, before = _record(edit, context)
    unposted = {"Posted": False} if entity.kind == "document" else {}
    return _save(entity, before, {"DeletionMark": True, **unposted}, context)


def _delete(edit: Edit, context: Context) -> Record:
    entity, before = _record(edit, context)
    if entity.kind == "document":
        record_movements(context.store, entity, {**before, "Posted": False}, context.switches)
    context.store.table(entity.name).remove(before["Ref_Key"])
    return before


def _create(edit: Edit, context: Context) -> Record:
    """Enter an object by hand; ``Posted`` in its fields posts it unchecked."""
    entity = _entity(edit, context)
    record = {**entity.empty_record(), **read_changes(entity, edit.fields, context.switches)}
    return _enter(entity, record, context, posted=bool(edit.fields.get("Posted")))


def _lookalike(edit: Edit, context: Context) -> Record:
    """Enter the same document once more by hand: without our marker, with a number of its own."""
    entity, source = _record(edit, context)
    record = {**source, "Number": "", "Posted": False, "DeletionMark": False}
    if "Комментарий" in entity.by_name:
        record["Комментарий"] = ""
    record.update(read_changes(entity, edit.fields, context.switches))
    return _enter(entity, record, context, posted=bool(edit.fields.get("Posted", source.get("Posted"))))


def _enter(entity: EntityType, record: Record, context: Context, *, posted: bool) -> Record:
    record["Ref_Key"] = context.store.new_ref()
    record["DataVersion"] = FIRST_VERSION
    claim_rows(entity, record)
    if entity.kind == "document":
        record["Posted"] = posted
        give_number(context.store, entity, record, context.prefixes)
    context.store.table(entity.name).put(record)
    if posted:
        record_movements(context.store, entity, record, context.switches)
    return record


def _hide(edit: Edit, context: Context) -> Record:
    """Take the OData user's right to see one object (restriction by record)."""
    _, record = _record(edit, context)
    context.store.hidden.add(record["Ref_Key"])
    return record


def _show(edit: Edit, context: Context) -> Record:
    _, record = _record(edit, context)
    context.store.hidden.discard(record["Ref_Key"])
    return record


EDITS: dict[str, Callable[[Edit, Context], Record]] = {
    "change-field": _change_field,
    "change-row": _change_row,
    "change-sum": _change_sum,
    "erase-comment": _set("Комментарий", ""),
    "post": _set("Posted", True),
    "unpost": _set("Posted", False),
    "mark": _mark,
    "unmark": _set("DeletionMark", False),
    "delete": _delete,
    "create": _create,
    "lookalike": _lookalike,
    "hide": _hide,
    "show": _show,
}
