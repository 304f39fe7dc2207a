"""``$select`` and ``$expand``: which part of a record an answer shows."""

from collections.abc import Callable

from smena_sandbox.onec.errors import bad_option, bad_url
from smena_sandbox.onec.options import Options
from smena_sandbox.onec.schema import EntityType, Prop, Record
from smena_sandbox.onec.store import Store

_PRESENTATION = "____Presentation"
Projection = Callable[[Record], Record]
Step = Callable[[Record, Record], None]


def projection(entity: EntityType, options: Options, store: Store) -> Projection | None:
    """Return what turns a record into the selected part, or ``None`` for the record itself.

    DOC: ``*``, ``**`` (everything but tabular sections), ``Товары/Поле``, presentations on demand. LIVE-A: an
    unknown name is 400 with code 6; ``$expand`` works only where a field of the navigation is selected.
    """
    for name in options.expand:
        _check_expandable(entity, name)
    if not options.select or options.select == ("*",):
        return None
    steps = [_step(entity, name, options, store) for name in options.select]

    def project(record: Record) -> Record:
        found: Record = {}
        for step in steps:
            step(record, found)
        return found

    return project


def _check_expandable(entity: EntityType, name: str) -> None:
    head, _, rest = name.partition("/")
    if head in entity.by_section or rest:
        raise bad_option(f"$expand не применима внутри табличной части: {name}")
    if head not in entity.by_navigation:
        raise bad_url(f'Сегмент пути "{name}" не найден')


def _step(entity: EntityType, name: str, options: Options, store: Store) -> Step:
    if name in {"*", "**"}:
        names = [prop.name for prop in entity.props]
        if name == "*":
            names += [section.name for section in entity.sections]
        return lambda record, found: found.update({n: record[n] for n in names})
    if name in entity.by_name or name in entity.by_section:
        return lambda record, found: found.__setitem__(name, record[name])
    if name.endswith(_PRESENTATION):
        return _presentation(entity, name, store)
    head, _, field = name.partition("/")
    if head in entity.by_section and field:
        return _section_field(entity, head, field)
    if head in entity.by_navigation:
        return _navigation(entity.by_navigation[head], field, options, store)
    raise bad_url(f'Сегмент пути "{name}" не найден')


def _presentation(entity: EntityType, name: str, store: Store) -> Step:
    base = name.removesuffix(_PRESENTATION)
    prop = entity.by_navigation.get(base.removesuffix("_Key")) or entity.by_name.get(base)
    if prop is None:
        raise bad_url(f'Сегмент пути "{name}" не найден')
    source, target = prop.name, prop.target
    if target:
        return lambda record, found: found.__setitem__(name, store.description(target, record[source]))
    return lambda record, found: found.__setitem__(name, str(record[source]))


def _section_field(entity: EntityType, section: str, field: str) -> Step:
    if field not in {"*", "**"} and field not in entity.by_section[section].by_name:
        raise bad_url(f'Сегмент пути "{section}/{field}" не найден')

    def step(record: Record, found: Record) -> None:
        rows = record[section]
        if field in {"*", "**"}:
            found[section] = rows
            return
        shown = found.setdefault(section, [{} for _ in rows])
        for row, part in zip(rows, shown, strict=True):
            part[field] = row[field]

    return step


def _navigation(prop: Prop, field: str, options: Options, store: Store) -> Step:
    target = store.schema[prop.target]
    everything = field in {"", "*", "**"}
    if not everything and field not in target.by_name:
        raise bad_url(f'Сегмент пути "{prop.navigation}/{field}" не найден')
    if prop.navigation not in options.expand:
        return lambda _, __: None
    table, name = store.table(prop.target), prop.navigation

    def step(record: Record, found: Record) -> None:
        other = table.get(record[prop.name])
        if other is None:
            found[name] = None
        elif everything:
            found[name] = other
        else:
            found.setdefault(name, {})[field] = other[field]

    return step
