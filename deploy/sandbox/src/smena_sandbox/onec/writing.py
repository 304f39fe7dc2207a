"""POST, PATCH, PUT, DELETE."""

from dataclasses import dataclass

from smena_sandbox.onec import names
from smena_sandbox.onec.bodies import read_changes, read_posted
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.errors import (
    OnecError,
    key_exists,
    method_forbidden,
    no_instance,
    refused,
    rows_are_read_only,
)
from smena_sandbox.onec.numbering import give_code, give_number
from smena_sandbox.onec.paths import read_key
from smena_sandbox.onec.posting import check_posting, record_movements, refuse_closed
from smena_sandbox.onec.schema import NO_DATE, EntityType, Record, claim_rows
from smena_sandbox.onec.start import NO_REF
from smena_sandbox.onec.values import FIRST_VERSION, next_version, read_guid

_OBJECTS = frozenset({"catalog", "document"})


@dataclass(frozen=True, slots=True)
class Written:
    """What a write changed: nothing before for a creation, nothing after for a deletion."""

    before: Record | None
    after: Record | None


def refuse_unwritable(entity: EntityType, method: str) -> None:
    """Rows of sections are code 13 (DOC); a recorder's registers and constants are not written either."""
    if entity.kind == "rows":
        raise rows_are_read_only(entity.name)
    if entity.kind not in {*_OBJECTS, "independent"}:
        raise method_forbidden(method, entity.name)


def create(entity: EntityType, body: Record, context: Context) -> Written:
    """Create an object or a record of an independent register; nothing is stored when anything is refused."""
    refuse_unwritable(entity, "POST")
    record = {**entity.empty_record(), **read_changes(entity, body, context.switches)}
    table = context.store.table(entity.name)
    if entity.kind == "independent":
        if table.get(table.key_of(record)) is not None:
            raise key_exists()
        table.put(record)
        return Written(None, record)
    record["Ref_Key"] = _new_key(entity, body, context)
    record["DataVersion"] = FIRST_VERSION
    _before_write(entity, record, context)
    if entity.kind == "document":
        claim_rows(entity, record)
        if record["Date"] == NO_DATE:
            record["Date"] = context.local_now()
        give_number(context.store, entity, record, context.prefixes)
        if read_posted(body):
            check_posting(context.store, entity, record, context.switches)
            record["Posted"] = True
    else:
        give_code(context.store, entity, record)
    table.put(record)
    if record.get("Posted"):
        record_movements(context.store, entity, record, context.switches)
    return Written(None, record)


def _new_key(entity: EntityType, body: Record, context: Context) -> str:
    """Keep a client's ``Ref_Key`` where the base does: a repeat is then code 15 (GUESS, by switch)."""
    wanted = NO_REF if body.get("Ref_Key") is None else read_guid(body["Ref_Key"], "Ref_Key")
    if wanted == NO_REF or context.switches.client_ref == "ignored":
        return context.store.new_ref()
    if context.store.table(entity.name).get(wanted) is not None:
        raise key_exists()
    return wanted


def _before_write(entity: EntityType, record: Record, context: Context) -> None:
    """Play the configuration's handlers, which run on any write (LIVE-A), unlike the check of filling."""
    if entity.name != names.ITEMS:
        return
    if record["IsFolder"] and context.switches.refuse_groups:
        raise refused("Не удалось записать группу: не заполнены обязательные реквизиты группы")
    if context.switches.unique_item_names:
        for other in context.store.table(entity.name).having("Description", record["Description"]):
            if other["Ref_Key"] != record["Ref_Key"]:
                raise refused(f'Номенклатура с наименованием "{record["Description"]}" уже существует')


def _current(entity: EntityType, arguments: str, context: Context) -> Record:
    found = context.store.table(entity.name).get(read_key(entity, arguments))
    if found is None:
        raise no_instance(entity.name)
    return found


def _check_match(before: Record, if_match: str, context: Context) -> None:
    """Honour ``If-Match`` as the manual says; live bases ignore it whatever it holds (LIVE-A, LIVE-B)."""
    if context.switches.if_match == "ignored" or not if_match or if_match == "*":
        return
    if if_match.removeprefix("W/").strip('"') != before.get("DataVersion"):
        raise OnecError(412, "2", "Версия данных объекта не совпадает с переданной")


def update(
    entity: EntityType, arguments: str, body: Record, context: Context, *, if_match: str = "", whole: bool = False
) -> Written:
    """Write given properties (PATCH), or all of them with the missing ones emptied (PUT, DOC)."""
    refuse_unwritable(entity, "PATCH")
    before = _current(entity, arguments, context)
    _check_match(before, if_match, context)
    changes = read_changes(entity, body, context.switches)
    for name in entity.key:
        changes.pop(name, None)
    if entity.kind == "independent":
        base = {**entity.empty_record(), **{name: before[name] for name in entity.key}} if whole else before
        after = {**base, **changes}
        context.store.table(entity.name).put(after)
        return Written(before, after)
    after = {**(_emptied(entity, before) if whole else before), **changes}
    return Written(before, write_object(entity, before, after, read_posted(body), context))


def _emptied(entity: EntityType, before: Record) -> Record:
    kept = ("Ref_Key", "DataVersion", "Posted", "IsFolder", "Predefined", "PredefinedDataName")
    return {**entity.empty_record(), **{name: before[name] for name in kept if name in before}}


def write_object(entity: EntityType, before: Record, after: Record, posted: bool | None, context: Context) -> Record:
    """Write a changed object; movements are made anew only when it is posted again (GUESS)."""
    _before_write(entity, after, context)
    if entity.kind == "document":
        claim_rows(entity, after)
        if before["Posted"] and after["DeletionMark"] and not before["DeletionMark"]:
            raise refused("Проведенный документ не может быть помечен на удаление")
        if before["Posted"]:
            refuse_closed(before, context.switches)
            refuse_closed(after, context.switches)
        if after["Date"] == NO_DATE:
            after["Date"] = context.local_now()
        if after["Number"] != before["Number"] or not after["Number"]:
            give_number(context.store, entity, after, context.prefixes)
        if posted is not None:
            if posted:
                check_posting(context.store, entity, after, context.switches)
            after["Posted"] = posted
    after["DataVersion"] = next_version(before["DataVersion"])
    context.store.table(entity.name).put(after)
    if posted is not None and entity.kind == "document":
        record_movements(context.store, entity, after, context.switches)
    return after


def set_posted(entity: EntityType, arguments: str, posted: bool, context: Context) -> Written:
    """``/Post`` and ``/Unpost``: repeating is no error, each counts as a write (LIVE-A)."""
    before = _current(entity, arguments, context)
    return Written(before, write_object(entity, before, dict(before), posted, context))


def delete(entity: EntityType, arguments: str, context: Context, *, if_match: str = "") -> Written:
    """Remove physically: no mark, no way back (DOC)."""
    refuse_unwritable(entity, "DELETE")
    before = _current(entity, arguments, context)
    _check_match(before, if_match, context)
    if entity.kind == "document" and before["Posted"]:
        refuse_closed(before, context.switches)
        record_movements(context.store, entity, {**before, "Posted": False}, context.switches)
    table = context.store.table(entity.name)
    table.remove(table.key_of(before))
    return Written(before, None)
