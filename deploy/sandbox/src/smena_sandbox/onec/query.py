"""Answer a question over one entity set: filter, order, page."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from smena_sandbox.onec.errors import UnknownFieldError, bad_option, bad_url, no_rights
from smena_sandbox.onec.evaluate import Getter, compile_filter, path_getter
from smena_sandbox.onec.expressions import Node
from smena_sandbox.onec.hints import ORDERED, bounds, candidates
from smena_sandbox.onec.options import Options
from smena_sandbox.onec.parser import not_allowed_in_where, parse_filter
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.table import Table


@dataclass(frozen=True, slots=True)
class Answer:
    """The records of a page and how many there are without paging."""

    records: list[Record]
    total: int


def run(table: Table, options: Options, store: Store, switches: OnecSwitches) -> Answer:
    """Answer a read of a set.

    DOC: ``$inlinecount`` makes ``$top`` and ``$skip`` ignored, ``$skip`` comes before ``$top``. A page
    without ``$orderby`` comes in another order each time (GUESS, by switch).
    """
    page = _next_page(table, options, store, switches)
    if page is not None:
        return Answer(page, len(page))
    records = _allowed(_matching(table, options, store, switches), options, store, table.entity)
    total = len(records)
    if options.count or (options.top is None and not options.skip):
        return Answer(records, total)
    if switches.shuffle_unordered and not options.orderby:
        records = list(records)
        Random(store.next_number("shuffle")).shuffle(records)
    end = None if options.top is None else options.skip + options.top
    return Answer(records[options.skip : end], total)


def _next_page(table: Table, options: Options, store: Store, switches: OnecSwitches) -> list[Record] | None:
    """Answer «the next thousand after this key» without looking further than the page."""
    name = options.orderby.removesuffix(" asc")
    if not options.filter or options.top is None or options.skip or options.count or store.hidden:
        return None
    if name not in ORDERED or name not in table.entity.by_name:
        return None
    tree = parse_filter(options.filter)
    limits = bounds(tree, table.entity, (name,))
    if limits is None or limits[1] is None:
        return None
    try:
        test = compile_filter(tree, table.entity, store, switches)
    except UnknownFieldError:
        return None
    return list(islice(filter(test, table.walk(*limits)), options.top))


def _matching(table: Table, options: Options, store: Store, switches: OnecSwitches) -> list[Record]:
    # Conditions over navigations depend on other tables too: such an answer is never kept.
    keepable = "/" not in options.filter and "/" not in options.orderby
    rules = f"{switches.comment_like_rules} {switches.unknown_filter_field}"
    view = f"{options.filter}\0{options.orderby}\0{rules}"
    kept = table.view(view) if keepable else None
    if kept is not None:
        return kept
    found = _ordered(_filtered(table, options, store, switches), options.orderby, table, store, switches)
    if keepable:
        table.keep_view(view, found)
    return found


def _filtered(table: Table, options: Options, store: Store, switches: OnecSwitches) -> Iterable[Record]:
    by_key = options.orderby in {"Ref_Key", "Ref_Key asc"} and "Ref_Key" in table.entity.by_name
    everything: Iterable[Record] = table.between("Ref_Key", None, None) if by_key else table
    if not options.filter:
        return everything
    try:
        tree = parse_filter(options.filter)
        test = compile_filter(tree, table.entity, store, switches)
    except UnknownFieldError:
        if switches.unknown_filter_field == "empty":
            return []
        raise
    some = candidates(table, tree)
    return filter(test, everything if some is None else some)


def _ordered(
    records: Iterable[Record], orderby: str, table: Table, store: Store, switches: OnecSwitches
) -> list[Record]:
    found = list(records)
    keys = order_keys(orderby, table.entity, store, switches)
    for get, descending in reversed(keys):
        found.sort(key=_sortable(get), reverse=descending)
    return found


def _sortable(get: Getter) -> Getter:
    def key(record: Record) -> Any:
        value = get(record)
        return (value is not None, value)

    return key


def order_keys(orderby: str, entity: EntityType, store: Store, switches: OnecSwitches) -> list[tuple[Getter, bool]]:
    """Return getter and direction of each part of ``$orderby``, which may navigate (DOC)."""
    keys: list[tuple[Getter, bool]] = []
    for part in filter(None, (part.strip() for part in orderby.split(","))):
        if "+" in part:
            raise not_allowed_in_where()
        name, *direction = part.split()
        if direction not in ([], ["asc"], ["desc"]):
            raise bad_option(f"Неверное значение опции запроса $orderby: {orderby}")
        try:
            get = path_getter(tuple(name.split("/")), entity, store, switches)
        except UnknownFieldError as error:
            raise bad_url(error.text) from None
        keys.append((get, direction == ["desc"]))
    return keys


def _allowed(records: list[Record], options: Options, store: Store, entity: EntityType) -> list[Record]:
    """Leave out what the user may not see, or fail as a whole without ``allowedOnly`` (DOC)."""
    if not store.hidden or "Ref_Key" not in entity.by_name:
        return records
    allowed = [record for record in records if record["Ref_Key"] not in store.hidden]
    if len(allowed) < len(records) and not options.allowed_only:
        raise no_rights(entity.name)
    return allowed


def row_table(entity: EntityType, tree: Node | None, store: Store) -> Table:
    """Return the rows of a section as a set of their own (DOC), of the documents a filter can mean."""
    owner, _, section = entity.name.rpartition("_")
    documents = store.table(owner)
    chosen: Iterable[Record] | None = None if tree is None else candidates(documents, tree)
    rows = Table(entity)
    rows.replace(
        {"Ref_Key": document["Ref_Key"], **row}
        for document in (documents if chosen is None else chosen)
        for row in document[section]
    )
    return rows
