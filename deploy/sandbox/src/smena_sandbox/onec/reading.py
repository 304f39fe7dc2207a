"""GET: sets, objects, counts, slices."""

from smena_sandbox.onec import names
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.errors import UnknownFieldError, bad_option, bad_url, no_instance, no_rights, unknown_function
from smena_sandbox.onec.evaluate import compile_filter
from smena_sandbox.onec.hints import candidates
from smena_sandbox.onec.options import Options
from smena_sandbox.onec.parser import parse_filter
from smena_sandbox.onec.paths import Segment, read_key, split_arguments
from smena_sandbox.onec.query import row_table, run
from smena_sandbox.onec.replies import Entity, Feed, Plain, Reply
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.selecting import projection
from smena_sandbox.onec.table import Table


def _table(entity: EntityType, options: Options, context: Context) -> Table:
    if entity.kind != "rows":
        return context.store.table(entity.name)
    return row_table(entity, parse_filter(options.filter) if options.filter else None, context.store)


def _feed(table: Table, options: Options, context: Context) -> Feed:
    project = projection(table.entity, options, context.store)
    answer = run(table, options, context.store, context.switches)
    records = answer.records if project is None else [project(record) for record in answer.records]
    return Feed(table.entity.name, records, answer.total if options.count else None)


def read_set(entity: EntityType, options: Options, context: Context) -> Reply:
    """Read a set with its options."""
    return _feed(_table(entity, options, context), options, context)


def count(entity: EntityType, options: Options, context: Context) -> Reply:
    """``/$count``: a bare number, with ``$filter`` (DOC)."""
    answer = run(_table(entity, options, context), options, context.store, context.switches)
    return Plain(str(answer.total).encode(), "text/plain;charset=utf-8")


def find(entity: EntityType, arguments: str, context: Context) -> Record:
    """Return one record by its key, or 404 with code 9; a forbidden one is 401 with code 20 (DOC)."""
    key = read_key(entity, arguments)
    if entity.kind == "rows":
        document = key.partition("|")[0]
        only = parse_filter(f"Ref_Key eq guid'{document}'")
        found = row_table(entity, only, context.store).get(key)
    else:
        found = context.store.table(entity.name).get(key)
    if found is None:
        raise no_instance(entity.name)
    if found.get("Ref_Key") in context.store.hidden:
        raise no_rights(entity.name)
    return found


def read_one(entity: EntityType, arguments: str, options: Options, context: Context) -> Reply:
    """Read one object; ``$expand`` does not work here (DOC 17.4.6.4; the code is a GUESS)."""
    if options.expand:
        raise bad_option("Опция запроса $expand не применима к одному экземпляру сущности")
    record = find(entity, arguments, context)
    project = projection(entity, options, context.store)
    return Entity(entity.name, record if project is None else project(record))


def read_below(entity: EntityType, arguments: str, name: str, context: Context) -> Reply:
    """``Catalog_X(guid'…')/Parent`` follows a reference; a property or a section is shown by itself."""
    record = find(entity, arguments, context)
    link = entity.by_navigation.get(name)
    if link is not None:
        other = context.store.table(link.target).get(record[link.name])
        if other is None:
            raise no_instance(link.target)
        return Entity(link.target, other)
    if name in record:
        return Entity(f"{entity.name}/{name}", {"value": record[name]})
    raise bad_url(f'Сегмент пути "{name}" не найден')


def call(entity: EntityType, function: Segment, options: Options, context: Context) -> Reply:
    """``SliceLast`` of the price records (DOC: on the ``_RecordType`` set of a subordinate register)."""
    if function.name != "SliceLast" or entity.name != names.PRICES:
        raise unknown_function(function.name)
    period, condition = "9999", ""
    for argument in split_arguments(function.arguments or ""):
        name, _, value = argument.partition("=")
        if name.strip() == "Period":
            period = value.strip().removeprefix("datetime").strip("'")
        elif name.strip() == "Condition":
            # Manual and clients differ in how quotes nest here: doubled and plain ones are both read.
            condition = value.strip()[1:-1].replace("''", "'")
    slice_table = Table(entity)
    slice_table.replace(_latest(context, period, condition))
    return _feed(slice_table, options, context)


def _latest(context: Context, period: str, condition: str) -> list[Record]:
    table = context.store.table(names.PRICES)
    records = table.between("Period", None, period)
    if condition:
        tree = parse_filter(condition)
        try:
            test = compile_filter(tree, table.entity, context.store, context.switches)
        except UnknownFieldError as error:
            raise bad_url(error.text) from None
        some = candidates(table, tree)
        if some is not None:
            records = sorted((r for r in some if r["Period"] <= period), key=lambda r: (r["Period"], table.key_of(r)))
        records = [record for record in records if test(record)]
    latest = {(record["ТипЦен_Key"], record["Номенклатура_Key"]): record for record in records}
    return list(latest.values())
